import { sameJson } from '../kernel/json.ts'
import type { ServiceOrderCancellation } from '../ports/fms-gateway.ts'
import type { ProductOrder } from '../resources/product-order.ts'
import { compensate } from './compensate.ts'
import { type Fulfilment, latestAttempts } from './fulfilment.ts'
import {
  type Answer,
  arrive,
  at,
  become,
  type FulfilmentChange,
  type FulfilmentContext,
  type FulfilmentInMotion,
  fallOut,
  put,
  retryLater,
  setOut
} from './fulfilment-change.ts'
import { nextPoll } from './pace.ts'

/** Takes it that an item is no longer wanted: what the FMS has is to be cancelled there, what isn't there needs no more. */
export function cancelFulfilment(
  record: Fulfilment,
  order: ProductOrder,
  reason: string,
  context: FulfilmentContext
): FulfilmentChange {
  const motion = setOut(record, order, context)
  const { state } = record
  const isOver = state === 'completed' || state === 'cancelled' || state === 'superseded' || state === 'cancelling'
  if (isOver || record.purpose === 'compensate') return arrive(motion)
  const cancellation = { reason, requestedAt: at(motion), state: 'wanted', tries: 0 } as const
  if (state === 'intended' || isGone(record)) become(motion, 'cancelled', { nextAt: undefined })
  else if (state === 'placed' || isAlive(record)) {
    become(motion, 'cancelling', { cancellation, nextAt: at(motion), failures: 0, failingSince: undefined })
  } else put(motion, { cancellation })
  return arrive(motion)
}

/** Whether nothing of a fulfilment that fell out is at the FMS, or nothing is left there. */
function isGone({ state, fallout, serviceOrder }: Fulfilment): boolean {
  if (state !== 'fallout' || !fallout) return false
  const isEnded = fallout.kind === 'failedAtFms' || fallout.kind === 'cancelledAtFms' || fallout.kind === 'rejectedByFms'
  if (serviceOrder) return isEnded
  return fallout.kind !== 'outcomeUnknown' && fallout.kind !== 'inconsistentState'
}

/** Whether the FMS has one that fell out and still works on it, as far as is known. */
export function isAlive({ state, fallout, serviceOrder }: Fulfilment): boolean {
  if (state !== 'fallout' || !serviceOrder || !fallout) return false
  return fallout.kind === 'timeout' || fallout.kind === 'unreadableAnswer' || fallout.kind === 'cancellationFailed'
}

/** What becomes of a fulfilment that the FMS was asked to cancel, or was asked how that is going. */
export function afterCancel(
  record: Fulfilment,
  order: ProductOrder,
  { asked, result }: Answer<ServiceOrderCancellation>,
  context: FulfilmentContext
): FulfilmentChange {
  const motion = setOut(record, order, context)
  const { cancellation } = record
  if (record.state !== 'cancelling' || !cancellation || !sameJson(cancellation, asked.cancellation)) return arrive(motion)
  const tries = cancellation.state === 'wanted' ? cancellation.tries + 1 : cancellation.tries
  if (result.kind === 'ok') afterAnswer(motion, result.value, tries)
  else if (tries >= context.settings.maxCancelTries || (result.retryable && !retryLater(motion, result))) {
    const message = 'Whether the service order is cancelled at the FMS could not be found out'
    fallOut(motion, { kind: 'cancellationFailed', step: 'cancel', message, failure: result })
  } else {
    // Whatever it was, the service order itself shows where it stands before anything is asked again.
    const isNo = result.kind === 'refused' && !result.retryable && !result.isOutcomeUnknown
    const next = isNo ? ({ state: 'asked' } as const) : ({ state: 'wanted', isUnknown: true } as const)
    const nextAt = result.retryable ? motion.record.nextAt : at(motion)
    put(motion, { cancellation: { ...withoutId(cancellation), ...next, tries }, nextAt })
  }
  return arrive(motion)
}

function afterAnswer(motion: FulfilmentInMotion, { id, state }: ServiceOrderCancellation, tries: number): void {
  const { record, context } = motion
  const { isUnknown: _doubt, ...known } = record.cancellation!
  const cancellation = { ...known, id, tries }
  const quiet = { failures: 0, failingSince: undefined }
  const stage = state.toLowerCase()
  if (stage === 'done') {
    become(motion, 'cancelled', { cancellation: { ...cancellation, state: 'asked' }, nextAt: undefined, ...quiet })
  } else if (stage === 'terminatedwitherror') {
    become(motion, 'placed', {
      cancellation: { ...cancellation, state: 'refused' },
      nextAt: at(motion),
      newsAt: at(motion),
      ...quiet
    })
  } else {
    const { moment, settings, random } = context
    const isNew = record.cancellation?.id === undefined
    if (isNew) put(motion, { newsAt: at(motion) })
    const nextAt = nextPoll(motion.record, settings, moment.now, random).toISOString()
    put(motion, { cancellation: { ...cancellation, state: 'asked' }, nextAt, ...quiet })
  }
}

function withoutId({ id: _id, isUnknown: _doubt, ...rest }: NonNullable<Fulfilment['cancellation']>) {
  return rest
}

/**
 * What is to be answered to whoever wants an order cancelled, by what has become of its fulfilments: `wait` as long as the FMS, or somebody
 * who decides about fallout, has not settled each of them; `refuse` when the FMS goes on with one.
 */
export function cancellationVerdict(records: readonly Fulfilment[]): 'wait' | 'confirm' | 'refuse' {
  const latest = latestAttempts(records)
  if (latest.some(isUnsettled)) return 'wait'
  return latest.some(({ state }) => state === 'placed') ? 'refuse' : 'confirm'
}

function isUnsettled({ state, cancellation, purpose }: Fulfilment): boolean {
  if (state === 'completed' || state === 'cancelled' || state === 'superseded') return false
  return !(state === 'placed' && purpose === 'provision' && cancellation?.state === 'refused')
}

/**
 * What undoes what was done for an order before it was cancelled. To be decided once the cancellation is confirmed.
 *
 * @param record the latest attempt for its item
 */
export function undoAfterCancellation(record: Fulfilment, order: ProductOrder, context: FulfilmentContext): FulfilmentChange {
  const motion = setOut(record, order, context)
  const isLeft = record.state === 'completed' || (record.state === 'cancelled' && record.done !== undefined)
  if (record.purpose === 'provision' && isLeft) compensate(motion)
  return arrive(motion)
}

/** Lets the item of a fulfilment go on whose cancellation was refused: where the FMS is by now. What is cancelled there falls out. */
export function resumeAfterRefusal(record: Fulfilment, order: ProductOrder, context: FulfilmentContext): FulfilmentChange {
  const motion = setOut(record, order, context)
  const { cancellation: _past, ...rest } = record
  if (record.state === 'cancelled') {
    motion.record = rest
    const message = 'The cancellation of the order was refused after this item had been cancelled'
    fallOut(motion, { kind: 'cancelledAtFms', step: 'cancel', message })
  } else if (record.cancellation) motion.record = rest
  return arrive(motion)
}
