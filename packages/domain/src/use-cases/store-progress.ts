import { changeEvents, type EventSource, noticeEvent } from '../events/events-of-change.ts'
import { type Journey, journeyDefinition } from '../journey/journey.ts'
import type { Progress } from '../journey/progress.ts'
import type { OrderNotice } from '../journey/standard-view.ts'
import { checkResource } from '../kernel/check-resource.ts'
import { DomainError } from '../kernel/errors.ts'
import { sameJson } from '../kernel/json.ts'
import type { Moment } from '../kernel/moment.ts'
import type { StoredResource } from '../kernel/resource.ts'
import { taskHistory } from '../ordering/decide-cancellation.ts'
import { type HistoryEntry, orderHistoryDefinition } from '../ordering/history.ts'
import { statesBeforeCancellation, withoutStatesBefore } from '../ordering/states-before-cancellation.ts'
import type { Transaction } from '../ports/unit-of-work.ts'
import type { CancelProductOrder } from '../resources/cancel-product-order.ts'
import { type ProductOrder, productOrderDefinition } from '../resources/product-order.ts'
import type { OrderRecords } from './order-records.ts'
import { settledTask, storeTask } from './store-task.ts'

/** What was decided about an order and its journey. */
export interface ProgressToStore {
  readonly before: OrderRecords
  readonly progress: Progress
  readonly moment: Moment
  /** The task that the decision was about, or has made, once it is stored: it needn't be settled here. */
  readonly task?: CancelProductOrder
}

export interface StoredProgress {
  readonly order: StoredResource
  readonly journey: StoredResource
}

/**
 * Stores everything that a decision comes to and tells of it: the order step by step, its journey, the history, the task of an open
 * cancellation that the order has settled, and when the journey is to be looked at again.
 */
export async function storeProgress(
  transaction: Transaction,
  source: EventSource,
  { before, progress, moment, task }: ProgressToStore
): Promise<StoredProgress> {
  if (progress.outcome === 'unchanged') return { order: before.storedOrder, journey: before.storedJourney }
  const last = progress.steps.at(-1) ?? before.order
  if (before.order.state === 'acknowledged' && last.state !== 'acknowledged') transaction.unschedule('acceptOrder', last.id)
  const order = storeSteps(transaction, source, before, progress.steps)
  storeHistory(transaction, source, progress.history)
  const open = task ?? (await settleOpenTask(transaction, source, before.journey, last, moment))
  const journey = storeJourney(transaction, before, withCancellation(progress.journey, last, open))
  publishNotices(transaction, source, order, progress.notices)
  return { order, journey }
}

/** Written once, never changed, and nobody is told. */
export function storeHistory(transaction: Transaction, { nextId }: EventSource, history: readonly HistoryEntry[]): void {
  for (const entry of history) transaction.insert(orderHistoryDefinition, { id: nextId(), ...entry })
}

export function publishNotices(
  transaction: Transaction,
  source: EventSource,
  order: StoredResource,
  notices: readonly OrderNotice[]
): void {
  for (const notice of notices) transaction.publish(noticeEvent(source, productOrderDefinition, order, notice))
}

/** Has a journey looked at when something becomes due in it, or not at all. */
export function scheduleJourney(transaction: Transaction, { id, nextDueDate }: Journey): void {
  if (nextDueDate === undefined) transaction.unschedule('lookAtJourney', id)
  else transaction.schedule({ kind: 'lookAtJourney', id, dueAt: nextDueDate })
}

function storeSteps(
  transaction: Transaction,
  source: EventSource,
  { order, storedOrder }: OrderRecords,
  steps: readonly ProductOrder[]
): StoredResource {
  let stored = storedOrder
  let before = withoutStatesBefore(order)
  for (const step of steps) {
    const after = withoutStatesBefore(step)
    const [fault, ...more] = checkResource(productOrderDefinition, after)
    if (fault) throw DomainError.ofFaults([fault, ...more])
    if (sameJson(before, after)) continue
    stored = transaction.update(productOrderDefinition, stored, after)
    for (const event of changeEvents(source, productOrderDefinition, { before, after, stored })) transaction.publish(event)
    before = after
  }
  return stored
}

/** The task of the cancellation that is still open afterwards, if any is. */
async function settleOpenTask(
  transaction: Transaction,
  source: EventSource,
  journey: Journey,
  order: ProductOrder,
  moment: Moment
): Promise<CancelProductOrder | undefined> {
  const open = await settledTask(transaction, journey, order, moment)
  if (!open) return undefined
  const { before, states } = open
  storeTask(transaction, source, before, states)
  storeHistory(transaction, source, taskHistory(states, before.task.state, moment))
  return states.at(-1) ?? before.task
}

function withCancellation(journey: Journey, order: ProductOrder, task: CancelProductOrder | undefined): Journey {
  const { cancelProductOrder: _task, stateBeforeCancellation: _states, ...rest } = journey
  const states = statesBeforeCancellation(order)
  const isOpen = task !== undefined && (task.state === 'acknowledged' || task.state === 'inProgress')
  return {
    ...rest,
    ...(isOpen && { cancelProductOrder: { id: task.id } }),
    ...(states && { stateBeforeCancellation: states })
  }
}

function storeJourney(
  transaction: Transaction,
  { journey: before, storedJourney }: OrderRecords,
  after: Journey
): StoredResource {
  if (sameJson(before, after)) return storedJourney
  if (before.nextDueDate !== after.nextDueDate) scheduleJourney(transaction, after)
  return transaction.update(journeyDefinition, storedJourney, after)
}
