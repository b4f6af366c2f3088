import type { Moment } from '../kernel/moment.ts'
import { type Refusal, refusal } from '../kernel/refusal.ts'
import {
  type CancelProductOrder,
  cancelProductOrderDefinition,
  type NewCancelProductOrder
} from '../resources/cancel-product-order.ts'
import type { ProductOrder } from '../resources/product-order.ts'
import { moveOrder } from './decide-order.ts'
import { type HistoryEntry, historyEntry } from './history.ts'
import { changeOf, inMotion, isInFlight, type OrderChange, type OrderInMotion } from './order-change.ts'
import type { ProductOrderState } from './order-states.ts'
import type { TaskState } from './task-states.ts'

/** What a decision about a cancellation comes to. */
export interface Cancellation {
  readonly order: OrderChange
  /** The task in each of its states, in turn; the last one is how it is to be stored. */
  readonly tasks: readonly CancelProductOrder[]
  /** Of the task; the order has its own. */
  readonly history: readonly HistoryEntry[]
}

export interface CancellationRequest {
  readonly id: string
  readonly input: NewCancelProductOrder
  /** The name of a milestone that was reached and behind which there is no way back. */
  readonly pointOfNoReturn?: string | undefined
}

/**
 * What becomes of a request to cancel an order. Before work began it is cancelled at once; afterwards that is assessed, and settled by
 * `confirmCancellation` or `refuseCancellation`.
 *
 * @returns a refusal with `notCancellable`, which says why, when there is nothing to assess: nothing is to be stored then
 */
export function decideCancellation(
  order: ProductOrder,
  { id, input, pointOfNoReturn }: CancellationRequest,
  moment: Moment
): Cancellation | Refusal {
  const refused = refusalToCancel(order, pointOfNoReturn)
  if (refused) return refused
  const because = withReason(moment, input.cancellationReason)
  const isAtOnce = order.state === 'acknowledged' || order.state === 'pending'
  const motion = inMotion(order, because)
  goOut(motion, isAtOnce ? 'cancelled' : 'assessingCancellation')
  const { href: _href, ...attributes } = input as NewCancelProductOrder & { href?: unknown }
  const type = input['@type'] ?? cancelProductOrderDefinition.type
  const task: CancelProductOrder = { ...attributes, id, '@type': type, state: 'acknowledged' }
  return settled(motion, order, [task, ...taskThrough(task, isAtOnce ? ['inProgress', 'done'] : ['inProgress'], because)])
}

/** Cancels an order whose cancellation was assessed: the task is done. Nothing happens when the task was settled before. */
export function confirmCancellation(order: ProductOrder, task: CancelProductOrder, moment: Moment): Cancellation | Refusal {
  const because = withReason(moment, task.cancellationReason)
  const motion = inMotion(order, because)
  if (task.state !== 'inProgress') return settled(motion, order, [])
  if (!wayOut.includes(order.state)) return notAssessed
  goOut(motion, 'cancelled')
  return settled(motion, order, taskThrough(task, ['done'], because))
}

/**
 * Lets an order go on whose cancellation was assessed: back where it was, with a note that says why. The task ends with an error. Nothing
 * happens when the task was settled before.
 */
export function refuseCancellation(order: ProductOrder, task: CancelProductOrder, moment: Moment): Cancellation | Refusal {
  if (task.state !== 'inProgress') return settled(inMotion(order, moment), order, [])
  const back = order.stateBeforeCancellation
  if (!back) return notAssessed
  const text = moment.reason ?? 'The cancellation was refused'
  const note = { author: moment.actor, date: moment.now.toISOString(), text }
  const motion = inMotion({ ...order, note: [...(order.note ?? []), note] }, moment)
  moveOrder(motion, back)
  return settled(motion, order, taskThrough(task, ['terminatedWithError'], moment))
}

/**
 * What becomes of the task of an order that was moved by other means than by deciding about the task: done when the order was cancelled,
 * ended with an error when it goes on.
 *
 * @returns the task in each of its next states, none while the order is still on its way
 */
export function settleTask(task: CancelProductOrder, order: ProductOrder, moment: Moment): readonly CancelProductOrder[] {
  if (task.state !== 'inProgress' || wayOut.slice(0, 2).includes(order.state)) return []
  return taskThrough(task, [order.state === 'cancelled' ? 'done' : 'terminatedWithError'], moment)
}

/** The entries that the history gets for a task that passed through these states. */
export function taskHistory(tasks: readonly CancelProductOrder[], from: TaskState, moment: Moment): HistoryEntry[] {
  return tasks.map((task, index) => {
    const before = tasks[index - 1]?.state ?? from
    const subject = { order: { id: task.productOrder.id }, subject: 'task', task: { id: task.id } } as const
    return historyEntry({ ...subject, from: before, to: task.state }, moment)
  })
}

const wayOut: readonly ProductOrderState[] = ['assessingCancellation', 'pendingCancellation', 'cancelled']

const notAssessed = refusal('illegalMove', 'no cancellation of this order is being assessed')

/** Takes an order from where it is to a state further on the way out. */
function goOut(motion: OrderInMotion, to: ProductOrderState): void {
  const last = wayOut.indexOf(to)
  for (let at = wayOut.indexOf(motion.order.state); at < last; at = wayOut.indexOf(motion.order.state)) {
    moveOrder(motion, wayOut[at + 1]!)
  }
}

function refusalToCancel(order: ProductOrder, pointOfNoReturn: string | undefined): Refusal | undefined {
  if (!isInFlight(order)) return refusal('notCancellable', `the order is ${order.state} already`)
  if (wayOut.includes(order.state)) return refusal('notCancellable', `the order is being cancelled already: it is ${order.state}`)
  if (pointOfNoReturn === undefined) return undefined
  return refusal('notCancellable', `the order is past its point of no return: ${pointOfNoReturn}`)
}

function taskThrough(task: CancelProductOrder, states: readonly TaskState[], { now }: Moment): CancelProductOrder[] {
  return states.map(state => ({ ...task, state, ...(state === 'done' && { effectiveCancellationDate: now.toISOString() }) }))
}

function settled(motion: OrderInMotion, before: ProductOrder, tasks: readonly CancelProductOrder[]): Cancellation {
  const [first, ...rest] = tasks
  const isNew = first?.state === 'acknowledged'
  const history = taskHistory(isNew ? rest : tasks, isNew ? 'acknowledged' : 'inProgress', motion.moment)
  return { order: changeOf(motion, before), tasks, history }
}

function withReason(moment: Moment, reason: string | undefined): Moment {
  return moment.reason !== undefined || reason === undefined ? moment : { ...moment, reason }
}
