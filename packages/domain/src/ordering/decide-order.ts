import type { Moment } from '../kernel/moment.ts'
import { type Refusal, refusal } from '../kernel/refusal.ts'
import type { ProductOrder } from '../resources/product-order.ts'
import type { ProductOrderItem } from '../resources/product-order-item.ts'
import {
  changeOf,
  followLeaves,
  inMotion,
  isInFlight,
  moveLeaves,
  type OrderChange,
  type OrderInMotion,
  stepTo
} from './order-change.ts'
import { isFinalItem, type ProductOrderItemState } from './order-item-states.ts'
import { orderMachine, type ProductOrderState } from './order-states.ts'
import { leavesOf, rollUp } from './roll-up.ts'
import { nextStates } from './state-paths.ts'

/**
 * Accepts an acknowledged order: work begins, and items with which nothing is to be done are completed. On an order that was accepted
 * before, or that waits for something, nothing happens, so that it may be asked for more than once.
 */
export function acceptOrder(order: ProductOrder, moment: Moment): OrderChange | Refusal {
  return order.state === 'acknowledged' ? decideOrderMove(order, 'inProgress', moment) : changeOf(inMotion(order, moment), order)
}

/**
 * Moves an order, and with it the leaves that the move concerns. To where it is already is no move.
 *
 * @returns a refusal with `illegalMove` when the table forbids it, with `itemsDisagree` when the items do
 */
export function decideOrderMove(order: ProductOrder, to: ProductOrderState, moment: Moment): OrderChange | Refusal {
  const motion = inMotion(order, moment)
  if (to !== order.state) {
    const refused = refusalToMove(order, to)
    if (refused) return refused
    moveOrder(motion, to)
  }
  return changeOf(motion, order)
}

/** Makes a move that was found to be allowed. */
export function moveOrder(motion: OrderInMotion, to: ProductOrderState): void {
  const from = motion.order.state
  moveLeaves(motion, leaf => leafAfter(leaf, from, to))
  stepTo(motion, to)
  followLeaves(motion)
}

/** The states that an order may be moved to now: what the table and its items permit. */
export function allowedStates(order: ProductOrder): readonly ProductOrderState[] {
  return nextStates(orderMachine, order).filter(to => !itemsObject(order, to))
}

/** Why an order may not be moved, if it mayn't. */
export function refusalToMove(order: ProductOrder, to: ProductOrderState): Refusal | undefined {
  if (!nextStates(orderMachine, order).includes(to)) {
    const allowed = allowedStates(order)
    return refusal('illegalMove', `an order that is ${order.state} ${mayBecome(allowed)}`, { allowed })
  }
  const message = itemsObject(order, to)
  return message === undefined ? undefined : refusal('itemsDisagree', message, { allowed: allowedStates(order) })
}

export function mayBecome(allowed: readonly string[]): string {
  return allowed.length === 0 ? 'stays so' : `may become ${allowed.join(', ')}`
}

/** Only an order on which nobody works, or ever will, may be deleted. */
export function refusalToDelete(order: ProductOrder): Refusal | undefined {
  if (order.state === 'acknowledged' || !isInFlight(order)) return undefined
  return refusal('notDeletable', `an order that is ${order.state} cannot be deleted: only acknowledged orders and final ones can`)
}

/** What a move of the order makes of a leaf; undefined leaves it as it is. */
function leafAfter(leaf: ProductOrderItem, from: ProductOrderState, to: ProductOrderState): ProductOrderItemState | undefined {
  const { state } = leaf
  if (isFinalItem(state)) return undefined
  if (from === 'assessingCancellation' && to !== 'pendingCancellation') {
    return state === 'assessingCancellation' ? leaf.stateBeforeCancellation : undefined
  }
  switch (to) {
    case 'inProgress':
      if (state === 'acknowledged') return leaf.action === 'noChange' ? 'completed' : 'inProgress'
      return state === 'held' ? 'inProgress' : undefined
    case 'held':
      return state === 'inProgress' ? 'held' : undefined
    case 'pending':
      return state === 'acknowledged' ? 'pending' : undefined
    case 'acknowledged':
      return state === 'pending' ? 'acknowledged' : undefined
    case 'assessingCancellation':
      return state === 'pendingCancellation' ? undefined : 'assessingCancellation'
    case 'pendingCancellation':
    case 'rejected':
    case 'cancelled':
      return to
    case 'completed':
    case 'partial':
    case 'failed':
      return undefined
    default:
      return to satisfies never
  }
}

/** Says why the items don't permit a move that the table allows. */
function itemsObject(order: ProductOrder, to: ProductOrderState): string | undefined {
  const leaves = leavesOf(order.productOrderItem)
  if (order.state === 'assessingCancellation') return undefined
  if (to === 'inProgress' || to === 'rejected') {
    const isBeingCancelled = ({ state }: ProductOrderItem) => state === 'assessingCancellation' || state === 'pendingCancellation'
    return order.state !== 'held' && leaves.some(isBeingCancelled)
      ? 'some items are being cancelled: that has to be settled before the order is accepted or rejected'
      : undefined
  }
  if (to === 'assessingCancellation' || to === 'cancelled' || to === 'pendingCancellation') return undefined
  const states = leaves.map(leaf => leafAfter(leaf, order.state, to) ?? leaf.state)
  const rolled = rollUp(states, isOutcome(to) ? order.state : to)
  if (rolled === to) return undefined
  const open = leaves.filter(({ state }) => !isFinalItem(state)).length
  return `the order follows its items, and they make it ${rolled}: ${open} of ${leaves.length} are not final yet`
}

function isOutcome(state: ProductOrderState): boolean {
  return state === 'completed' || state === 'partial' || state === 'failed'
}
