import type { ProductOrderItem } from '../resources/product-order-item.ts'
import { isFinalItem, type ProductOrderItemState } from './order-item-states.ts'
import { isFinalOrder, type ProductOrderState } from './order-states.ts'

/** What a row of the table looks at. */
interface Leaves {
  readonly all: readonly ProductOrderItemState[]
  /** Those that still can become something. */
  readonly open: readonly ProductOrderItemState[]
  /** The state that the order is in so far. */
  readonly order: ProductOrderState
  readonly has: (state: ProductOrderItemState) => boolean
  /** Whether every leaf that is open is in one of these states. */
  readonly openAre: (...states: readonly ProductOrderItemState[]) => boolean
  /** Whether some of the order was done, successfully or not: then it ends by what was done, not as cancelled. */
  readonly isWorkDone: boolean
}

export interface RollUpRow {
  /** In words, for the documentation. */
  readonly when: string
  readonly holds: (leaves: Leaves) => boolean
  readonly state: ProductOrderState
}

/**
 * What the leaves of an order make of it: the first row that holds. An order in a final state is past this table.
 *
 * Rejected and cancelled leaves count as not delivered. A cancellation of the order as a whole is not undone by what was delivered before
 * it: such an order stays on its way to `cancelled`.
 */
export const rollUpTable: readonly RollUpRow[] = [
  {
    when: 'the order is in `pendingCancellation` and a leaf is open',
    holds: ({ order, open }) => order === 'pendingCancellation' && open.length > 0,
    state: 'pendingCancellation'
  },
  {
    when: 'the order is in `pendingCancellation` and no leaf is open',
    holds: ({ order }) => order === 'pendingCancellation',
    state: 'cancelled'
  },
  {
    when: 'all are `completed`',
    holds: ({ all }) => all.every(state => state === 'completed'),
    state: 'completed'
  },
  {
    when: 'none is open, some are `completed`',
    holds: ({ open, has }) => open.length === 0 && has('completed'),
    state: 'partial'
  },
  {
    when: 'none is open, none is `completed`, some are `failed`',
    holds: ({ open, has }) => open.length === 0 && has('failed'),
    state: 'failed'
  },
  {
    when: 'all are `rejected` or `cancelled`, some are `rejected`, and the order was not accepted yet',
    holds: ({ open, has, order }) => open.length === 0 && has('rejected') && (order === 'acknowledged' || order === 'pending'),
    state: 'rejected'
  },
  {
    when: 'all are `rejected` or `cancelled` otherwise',
    holds: ({ open }) => open.length === 0,
    state: 'cancelled'
  },
  {
    when: 'all that are open are in `pendingCancellation`, and none is `completed` or `failed` or the order is in `assessingCancellation`',
    holds: ({ openAre, isWorkDone, order }) =>
      openAre('pendingCancellation') && (!isWorkDone || order === 'assessingCancellation'),
    state: 'pendingCancellation'
  },
  {
    when: 'all that are open are in `assessingCancellation` or `pendingCancellation`, and none is `completed` or `failed` or the order is in `assessingCancellation`',
    holds: ({ openAre, isWorkDone, order }) =>
      openAre('assessingCancellation', 'pendingCancellation') && (!isWorkDone || order === 'assessingCancellation'),
    state: 'assessingCancellation'
  },
  {
    when: 'some are `inProgress`',
    holds: ({ has }) => has('inProgress'),
    state: 'inProgress'
  },
  {
    when: 'some are `held`',
    holds: ({ has }) => has('held'),
    state: 'held'
  },
  {
    when: 'some are `completed` or `failed`',
    holds: ({ isWorkDone }) => isWorkDone,
    state: 'inProgress'
  },
  {
    when: 'some are `pending`',
    holds: ({ has }) => has('pending'),
    state: 'pending'
  },
  {
    when: 'otherwise',
    holds: () => true,
    state: 'acknowledged'
  }
]

/**
 * The state of an order, given those of its leaves.
 *
 * @param order the state that it is in so far: a final one is not left
 */
export function rollUp(all: readonly ProductOrderItemState[], order: ProductOrderState): ProductOrderState {
  if (isFinalOrder(order)) return order
  const open = all.filter(state => !isFinalItem(state))
  const has = (state: ProductOrderItemState) => all.includes(state)
  const openAre = (...states: readonly ProductOrderItemState[]) => open.every(state => states.includes(state))
  const leaves: Leaves = { all, open, order, has, openAre, isWorkDone: has('completed') || has('failed') }
  return rollUpTable.find(row => row.holds(leaves))!.state
}

/** The state that an item shows which holds items: as for an order, but a mix at the end is `failed`, as v4 items know no `partial`. */
export function rollUpItem(leaves: readonly ProductOrderItemState[], parent: ProductOrderItemState): ProductOrderItemState {
  const state = rollUp(leaves, parent)
  return state === 'partial' ? 'failed' : state
}

/** An item without items in it. */
export function isLeaf(item: Pick<ProductOrderItem, 'productOrderItem'>): boolean {
  return item.productOrderItem === undefined || item.productOrderItem.length === 0
}

/** The items that have states of their own, in the order of the tree. */
export function leavesOf(items: readonly ProductOrderItem[]): ProductOrderItem[] {
  return items.flatMap(item => (isLeaf(item) ? [item] : leavesOf(item.productOrderItem ?? [])))
}

/** Every item, each before those that it holds. */
export function itemsOf(items: readonly ProductOrderItem[]): ProductOrderItem[] {
  return items.flatMap(item => [item, ...itemsOf(item.productOrderItem ?? [])])
}
