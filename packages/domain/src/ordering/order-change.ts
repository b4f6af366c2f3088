import type { Moment } from '../kernel/moment.ts'
import type { ProductOrder, ProductOrderErrorMessage } from '../resources/product-order.ts'
import type { ProductOrderItem } from '../resources/product-order-item.ts'
import { type HistoryEntry, historyEntry } from './history.ts'
import { orderItemMachine, type ProductOrderItemState } from './order-item-states.ts'
import { isFinalOrder, orderMachine, type ProductOrderState } from './order-states.ts'
import { isLeaf, leavesOf, rollUp, rollUpItem } from './roll-up.ts'
import { inState, statesTo } from './state-paths.ts'

/** What a decision about an order comes to. */
export interface OrderChange {
  /** `unchanged`: there is nothing to store and nobody to tell, as when the same move is made twice. */
  readonly outcome: 'changed' | 'unchanged'
  /** As it is to be stored. */
  readonly order: ProductOrder
  /** The order after each move of its own state, in turn; one when only something else changed. The last one is `order`. */
  readonly steps: readonly ProductOrder[]
  /** What is to be recorded, in turn: moves of items, of those that hold them, and of the order. */
  readonly history: readonly HistoryEntry[]
}

/** An order while a decision moves it. */
export interface OrderInMotion {
  readonly moment: Moment
  order: ProductOrder
  readonly steps: ProductOrder[]
  readonly history: HistoryEntry[]
}

export function inMotion(order: ProductOrder, moment: Moment): OrderInMotion {
  return { moment, order, steps: [], history: [] }
}

export function changeOf({ order, steps, history }: OrderInMotion, before: ProductOrder): OrderChange {
  if (order === before) return { outcome: 'unchanged', order, steps: [], history: [] }
  return { outcome: 'changed', order, steps: steps.at(-1) === order ? steps : [...steps, order], history }
}

/** Two changes of an order, one after the other. What the second adds without moving the order belongs to the last step of the first. */
export function followedBy(first: OrderChange, second: OrderChange): OrderChange {
  if (second.outcome === 'unchanged') return first
  if (first.outcome === 'unchanged') return second
  const isSameStep = first.order.state === second.steps[0]?.state
  return {
    outcome: 'changed',
    order: second.order,
    steps: [...(isSameStep ? first.steps.slice(0, -1) : first.steps), ...second.steps],
    history: [...first.history, ...second.history]
  }
}

/** Gives the order its next state: one step, together with what was moved before it. */
export function stepTo(motion: OrderInMotion, state: ProductOrderState): void {
  const { moment, order } = motion
  motion.history.push(historyEntry({ order: { id: order.id }, subject: 'order', from: order.state, to: state }, moment))
  motion.order = { ...inState(order, state), ...datesOf(state, order, moment) }
  motion.steps.push(motion.order)
}

/** Takes leaves to other states, and the items that hold them along. */
export function moveLeaves(motion: OrderInMotion, targetOf: (leaf: ProductOrderItem) => ProductOrderItemState | undefined): void {
  const items = moved(motion, motion.order.productOrderItem, targetOf)
  if (items === motion.order.productOrderItem) return
  const failed = newlyFailed(motion.order.productOrderItem, items)
  motion.order = {
    ...motion.order,
    productOrderItem: items,
    ...(failed.length > 0 && {
      productOrderErrorMessage: [...(motion.order.productOrderErrorMessage ?? []), failureOf(motion, failed)]
    })
  }
}

/** Lets the order follow its leaves. */
export function followLeaves(motion: OrderInMotion): void {
  const target = rollUp(
    leavesOf(motion.order.productOrderItem).map(({ state }) => state),
    motion.order.state
  )
  for (const state of waysTo(statesTo(orderMachine, motion.order, target))) stepTo(motion, state)
}

function moved(
  motion: OrderInMotion,
  items: ProductOrderItem[],
  targetOf: (leaf: ProductOrderItem) => ProductOrderItemState | undefined
): ProductOrderItem[] {
  const next = items.map(item => {
    if (isLeaf(item)) return inItemState(motion, item, targetOf(item) ?? item.state)
    const children = moved(motion, item.productOrderItem ?? [], targetOf)
    if (children === item.productOrderItem) return item
    const states = leavesOf(children).map(({ state }) => state)
    return inItemState(motion, { ...item, productOrderItem: children }, rollUpItem(states, item.state))
  })
  return next.every((item, index) => item === items[index]) ? items : next
}

function inItemState(motion: OrderInMotion, item: ProductOrderItem, target: ProductOrderItemState): ProductOrderItem {
  let current = item
  for (const state of waysTo(statesTo(orderItemMachine, item, target))) {
    const passage = {
      order: { id: motion.order.id },
      subject: 'item',
      item: { id: item.id },
      from: current.state,
      to: state
    } as const
    motion.history.push(historyEntry(passage, motion.moment))
    current = inState(current, state)
  }
  return current
}

/** Decisions only ask for what the tables allow: anything else is a mistake in them, and must not be stored. */
function waysTo<S extends string>(path: readonly S[] | undefined): readonly S[] {
  if (!path) throw new Error('a decision about an order left its tables')
  return path
}

function datesOf(state: ProductOrderState, order: ProductOrder, { now, reason }: Moment): Partial<ProductOrder> {
  if (state === 'completed' || state === 'partial') return { completionDate: now.toISOString() }
  if (state !== 'cancelled') return {}
  const cancellationReason = order.cancellationReason ?? reason
  return { cancellationDate: now.toISOString(), ...(cancellationReason !== undefined && { cancellationReason }) }
}

function newlyFailed(before: readonly ProductOrderItem[], after: readonly ProductOrderItem[]): ProductOrderItem[] {
  const failedBefore = new Set(leavesOf(before).flatMap(({ id, state }) => (state === 'failed' ? [id] : [])))
  return leavesOf(after).filter(({ id, state }) => state === 'failed' && !failedBefore.has(id))
}

function failureOf({ order, moment }: OrderInMotion, failed: readonly ProductOrderItem[]): ProductOrderErrorMessage {
  return {
    '@type': 'ErrorMessage',
    code: 'itemFailed',
    reason: 'An item of the order failed',
    ...(moment.reason !== undefined && { message: moment.reason }),
    timestamp: moment.now.toISOString(),
    productOrderItem: failed.map(({ id }) => itemReference(order.id, id))
  }
}

export function itemReference(productOrderId: string, productOrderItemId: string) {
  return { '@type': 'ProductOrderItemRef', productOrderId, productOrderItemId }
}

/** Whether an order can still become something. */
export function isInFlight(order: ProductOrder): boolean {
  return !isFinalOrder(order.state)
}
