import type { FmsFailure, ServiceOrderReport } from '../ports/fms-gateway.ts'
import type { ProductOrder } from '../resources/product-order.ts'
import { follow, type ReportSource } from './follow.ts'
import type { Fulfilment } from './fulfilment.ts'
import {
  type Answer,
  arrive,
  at,
  become,
  type FulfilmentChange,
  type FulfilmentContext,
  type FulfilmentInMotion,
  fallOut,
  hasFailedTooLong,
  put,
  retryLater,
  setOut
} from './fulfilment-change.ts'
import type { Told } from './of-no-consequence.ts'
import { nextPoll } from './pace.ts'

/** A fulfilment that is about to be sent: to be stored before it is. Undefined when it no longer is to be sent. */
export function beginCreate(record: Fulfilment, { moment }: Pick<FulfilmentContext, 'moment'>): Fulfilment | undefined {
  if (record.state !== 'intended') return undefined
  const sentAt = moment.now.toISOString()
  return { ...record, state: 'sent', tries: record.tries + 1, sentAt, lastUpdate: sentAt }
}

/**
 * What becomes of a fulfilment that was sent.
 *
 * @param record as it is stored by now: others may have learnt more about it meanwhile
 */
export function afterCreate(
  record: Fulfilment,
  order: ProductOrder,
  { asked, result }: Answer<ServiceOrderReport>,
  context: FulfilmentContext
): FulfilmentChange {
  const motion = setOut(record, order, context)
  if (result.kind === 'ok') {
    if (isOvertaken(record, result.value)) return arrive(motion)
    if (isOurs(record, result.value)) foundAtFms(motion, result.value)
    else if (isUnderWay(record, asked)) loseTrack(motion)
  } else if (isUnderWay(record, asked)) afterFailedCreate(motion, result)
  return arrive(motion)
}

/** What becomes of a fulfilment that was sent, and nothing was recorded of the answer: whoever waited for it was killed. */
export function afterLostAnswer(record: Fulfilment, order: ProductOrder, context: FulfilmentContext): FulfilmentChange {
  const motion = setOut(record, order, context)
  if (record.state === 'sent') loseTrack(motion)
  return arrive(motion)
}

/** What becomes of a fulfilment of which nobody knew whether the FMS has it, now that the FMS has been asked. */
export function afterLookUp(
  record: Fulfilment,
  order: ProductOrder,
  { asked, result }: Answer<readonly ServiceOrderReport[]>,
  context: FulfilmentContext
): FulfilmentChange {
  const motion = setOut(record, order, context)
  // Of what was sent since, an older look-up knows nothing.
  if (record.state !== 'unknown' || record.tries !== asked.tries) return arrive(motion)
  if (result.kind !== 'ok') {
    const isHopeless = !result.retryable || !retryLater(motion, result)
    if (isHopeless) {
      const message = 'Whether the FMS has the service order could not be found out'
      fallOut(motion, { kind: 'outcomeUnknown', step: 'lookUp', message, failure: result })
    }
    return arrive(motion)
  }
  const [first, second] = result.value.filter(report => isOurs(record, report))
  if (first && second) foundTwice(motion, second.id, first.id)
  else if (first) foundAtFms(motion, first)
  else notAtFms(motion)
  return arrive(motion)
}

/** The same, where the FMS cannot be asked: it isn't sent again, as it may be there. */
export function withoutLookUp(record: Fulfilment, order: ProductOrder, context: FulfilmentContext): FulfilmentChange {
  const motion = setOut(record, order, context)
  if (record.state === 'unknown') {
    fallOut(motion, {
      kind: 'outcomeUnknown',
      step: 'lookUp',
      message: 'The answer of the FMS was lost, and it cannot be asked by externalId: look there before it is sent again'
    })
  }
  return arrive(motion)
}

/**
 * Lets a fulfilment, its item and the journey follow what the FMS says about the service order.
 *
 * An *answer* is what the FMS says now. A *callback* may be late, doubled or out of turn: only what can no longer change is believed of it
 * (completed; cancelled, when that was asked for; milestones; characteristics). For everything else the FMS is asked soon.
 */
export function followReport(
  record: Fulfilment,
  order: ProductOrder,
  { report, source, eventId }: Told & { readonly source: ReportSource },
  context: FulfilmentContext
): FulfilmentChange {
  const motion = setOut(record, order, context)
  const isNamed = record.serviceOrder !== undefined || report.externalId !== undefined
  if (isNamed && isOurs(record, report)) foundAtFms(motion, report, source, eventId)
  return arrive(motion)
}

/** The FMS has it: whatever we believed before. */
export function foundAtFms(
  motion: FulfilmentInMotion,
  report: ServiceOrderReport,
  source: ReportSource = 'answer',
  eventId?: string
): void {
  const { record, context } = motion
  const known = record.serviceOrder
  if (known && known.id !== report.id) {
    foundTwice(motion, report.id, known.id)
    return
  }
  const isLost = record.state === 'fallout' && !known
  if (record.state === 'intended' || record.state === 'sent' || record.state === 'unknown' || isLost) {
    const serviceOrder = { id: report.id, state: report.state }
    const nextAt = nextPoll({ newsAt: at(motion) }, context.settings, context.moment.now, context.random).toISOString()
    become(motion, 'placed', { serviceOrder, failures: 0, failingSince: undefined, nextAt })
  }
  const isUnwanted = () => motion.record.cancellation?.state === 'wanted'
  if (motion.record.state === 'placed' && isUnwanted()) become(motion, 'cancelling')
  follow(motion, report, source, eventId)
  if (!known && motion.record.state === 'cancelling' && isUnwanted()) put(motion, { nextAt: at(motion) })
}

/** One too many is at the FMS: nobody but people can tell which is to stay. */
function foundTwice(motion: FulfilmentInMotion, id: string, other: string): void {
  const { state } = motion.record
  if (state === 'fallout' || state === 'completed' || state === 'cancelled' || state === 'superseded') return
  const message = `The FMS has more than one service order with this externalId: ${other} and ${id}`
  fallOut(motion, { kind: 'inconsistentState', step: 'lookUp', message })
}

/** It is certain that the FMS has none: it may be sent, or need not be cancelled. */
function notAtFms(motion: FulfilmentInMotion): void {
  const { record, context } = motion
  if (record.cancellation) become(motion, 'cancelled', { nextAt: undefined })
  else if (hasFailedTooLong(motion)) {
    fallOut(motion, {
      kind: 'timeout',
      step: 'send',
      message: 'The FMS gave no answer to the service order, and does not have it'
    })
  } else become(motion, 'intended', { nextAt: context.moment.now.toISOString() })
}

function afterFailedCreate(motion: FulfilmentInMotion, failure: FmsFailure): void {
  if (failure.isOutcomeUnknown) {
    loseTrack(motion)
    return
  }
  if (motion.record.cancellation) {
    become(motion, 'cancelled', { nextAt: undefined })
    return
  }
  if (failure.retryable && retryLater(motion, failure)) {
    become(motion, 'intended')
    return
  }
  const message = `The FMS did not take the service order: ${failure.message}`.slice(0, 1_000)
  fallOut(motion, { kind: kindsOfFailure[failure.kind], step: 'send', message, failure })
}

/** Waits until the FMS has settled: before that it could be missed, and sent twice. */
function loseTrack(motion: FulfilmentInMotion): void {
  const { moment, settings } = motion.context
  const nextAt = new Date(moment.now.getTime() + settings.settleTimeMs).toISOString()
  const { failingSince = at(motion), failures } = motion.record
  become(motion, 'unknown', { nextAt, failures: failures + 1, failingSince })
}

/** Whether an answer is about what is still under way: others may have sent it again since. */
function isUnderWay({ state, tries }: Fulfilment, asked: Fulfilment): boolean {
  return state === 'sent' && tries === asked.tries
}

/** Callbacks were faster than the answer, which is older than anything that they have told. */
function isOvertaken({ state, serviceOrder }: Fulfilment, { id }: ServiceOrderReport): boolean {
  return state === 'placed' && serviceOrder?.id === id
}

/** An FMS that doesn't tell our id back is believed. */
export function isOurs({ id }: Fulfilment, { externalId }: ServiceOrderReport): boolean {
  return externalId === undefined || externalId === id
}

const kindsOfFailure = { refused: 'rejectedByFms', unreadable: 'unreadableAnswer', unreachable: 'timeout' } as const
