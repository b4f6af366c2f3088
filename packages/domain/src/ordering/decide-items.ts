import type { Moment } from '../kernel/moment.ts'
import { type Refusal, refusal } from '../kernel/refusal.ts'
import type { ProductOrder } from '../resources/product-order.ts'
import type { ProductOrderItem } from '../resources/product-order-item.ts'
import { mayBecome } from './decide-order.ts'
import { changeOf, followLeaves, inMotion, moveLeaves, type OrderChange, type OrderInMotion } from './order-change.ts'
import { orderItemMachine, type ProductOrderItemState } from './order-item-states.ts'
import { isLeaf, itemsOf, leavesOf } from './roll-up.ts'
import { nextStates } from './state-paths.ts'

export interface ItemMove {
  readonly itemId: string
  readonly to: ProductOrderItemState
}

/**
 * Moves leaves, all of them or none, and lets the order follow. A leaf that is there already makes no move.
 *
 * @returns a refusal with `notFound` when there is no such item, with `illegalMove` when the table forbids a move or when the item holds
 *   others and so has no state of its own
 */
export function decideItemMoves(order: ProductOrder, moves: readonly ItemMove[], moment: Moment): OrderChange | Refusal {
  const refused = refusalOfMoves(order, moves)
  if (refused) return refused
  const motion = inMotion(order, moment)
  moveItems(motion, moves)
  return changeOf(motion, order)
}

/** Makes moves that were found to be allowed. */
export function moveItems(motion: OrderInMotion, moves: readonly ItemMove[]): void {
  const targets = new Map(moves.map(({ itemId, to }) => [itemId, to]))
  moveLeaves(motion, leaf => targets.get(leaf.id))
  followLeaves(motion)
}

/** The states that an item may be moved to now. Acceptance is not among them: an order is accepted as a whole. */
export function allowedItemStates(item: ProductOrderItem): readonly ProductOrderItemState[] {
  if (!isLeaf(item)) return []
  return nextStates(orderItemMachine, item).filter(to => !isAcceptance(item, to))
}

/** Why leaves may not be moved, if they mayn't. */
export function refusalOfMoves(order: ProductOrder, moves: readonly ItemMove[]): Refusal | undefined {
  const items = new Map(itemsOf(order.productOrderItem).map(item => [item.id, item]))
  for (const { itemId, to } of moves) {
    const item = items.get(itemId)
    if (!item) return refusal('notFound', 'the order has no item with this id')
    if (item.state === to) continue
    const refused = refusalOfMove(item, to)
    if (refused) return refused
  }
  return undefined
}

function refusalOfMove(item: ProductOrderItem, to: ProductOrderItemState): Refusal | undefined {
  const allowed = allowedItemStates(item)
  if (allowed.includes(to)) return undefined
  if (!isLeaf(item)) {
    const count = leavesOf(item.productOrderItem ?? []).length
    return refusal('illegalMove', `the item shows the states of the ${count} items in it: those are moved instead`, { allowed })
  }
  if (isAcceptance(item, to)) return refusal('illegalMove', 'an order is accepted as a whole, not item by item', { allowed })
  return refusal('illegalMove', `an item that is ${item.state} ${mayBecome(allowed)}`, { allowed })
}

function isAcceptance(item: ProductOrderItem, to: ProductOrderItemState): boolean {
  return item.state === 'acknowledged' && to === 'inProgress'
}
