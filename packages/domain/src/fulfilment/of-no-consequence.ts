import type { ServiceOrderReport } from '../ports/fms-gateway.ts'
import { digestOf } from './digest.ts'
import { type Fulfilment, isOver } from './fulfilment.ts'
import type { FulfilmentContext } from './fulfilment-change.ts'
import { meaningOf } from './state-map.ts'

/** What is to be known of the moment at which something is told. */
export type Now = Pick<FulfilmentContext, 'moment' | 'settings' | 'canLookUp'>

/** For so long after a service order was sent its first steps are not worth storing one by one. */
const FIRST_STEPS_MS = 2_000

/** What a callback tells. */
export interface Told {
  readonly report: ServiceOrderReport
  readonly eventId?: string
}

/** Whether a callback changes nothing, whatever has become of the order and its journey: then these need not be looked at. */
export function isOfNoConsequence(record: Fulfilment, { report, eventId }: Told, now: Now): boolean {
  if (isOver(record.state)) return true
  if (record.isListenedTo || record.isHeld || record.cancellation || record.puzzles > 0 || !isAboutIt(record, report))
    return false
  if (!isUnderWay(report, record) || !(isJustSent(record, now) || isSmallTalk(record, report, now))) return false
  return !isRepeated(record, eventId) || digestOf(JSON.stringify(report)) !== record.told
}

/** The same callback once more; not another one that says the same, nor the first one that says what was an answer before. */
export function isRepeated({ toldBy }: Fulfilment, eventId: string | undefined): boolean {
  return toldBy !== undefined && (toldBy === '' || eventId === undefined || toldBy === eventId)
}

/**
 * What is told on the way and leaves the service order where it is, right after other news. Its milestones and characteristics are
 * followed where somebody waits for them; that it was told need not be known.
 */
export function isSmallTalk(
  record: Fulfilment,
  report: ServiceOrderReport,
  { moment, settings }: Pick<Now, 'moment' | 'settings'>
): boolean {
  const isSame = record.serviceOrder?.state === report.state && record.puzzles === 0 && record.told !== undefined
  const sinceNewsMs = moment.now.getTime() - Date.parse(record.newsAt)
  return isSame && isUnderWay(report, record) && sinceNewsMs < settings.poll.minMs
}

/** @param record absent: as far as the standard's own names of states tell */
export function isUnderWay({ state }: Pick<ServiceOrderReport, 'state'>, record?: Pick<Fulfilment, 'stateMap'>): boolean {
  const meaning = meaningOf(state, record?.stateMap)
  return meaning === 'inProgress' || meaning === 'waiting'
}

/**
 * That the FMS has taken a service order, and is at it, the answer that is on its way says as well, or the next poll. Those that are done
 * at once are completed by then.
 */
function isJustSent({ state, sentAt, createdAt }: Fulfilment, { moment, canLookUp }: Now): boolean {
  // Where the FMS cannot be asked what it has, nothing but this would tell if the answer were lost.
  if (state !== 'placed' && !(state === 'sent' && canLookUp)) return false
  return moment.now.getTime() - Date.parse(sentAt ?? createdAt) < FIRST_STEPS_MS
}

function isAboutIt({ id, serviceOrder, state }: Fulfilment, report: ServiceOrderReport): boolean {
  if (state !== 'sent' && state !== 'placed') return false
  return (report.externalId ?? id) === id && (serviceOrder?.id ?? report.id) === report.id
}
