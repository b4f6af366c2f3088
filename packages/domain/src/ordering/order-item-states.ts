import { isFinal, stateMachine, type Transitions } from '../kernel/transitions.ts'
import { type ProductOrderState, productOrderStates } from './order-states.ts'

/** @source TMF622 v4.0.0, ProductOrderItemStateType: the states of an order but `partial` */
export type ProductOrderItemState = Exclude<ProductOrderState, 'partial'>

export const productOrderItemStates: readonly ProductOrderItemState[] = productOrderStates.filter(
  (state): state is ProductOrderItemState => state !== 'partial'
)

/** What an item can become: as an order, without `partial`. */
export const orderItemTransitions = {
  acknowledged: ['inProgress', 'pending', 'rejected', 'assessingCancellation'],
  pending: ['acknowledged', 'rejected', 'assessingCancellation'],
  inProgress: ['held', 'completed', 'failed', 'assessingCancellation'],
  held: ['inProgress', 'cancelled', 'assessingCancellation'],
  assessingCancellation: ['pendingCancellation', 'acknowledged', 'pending', 'inProgress', 'held'],
  pendingCancellation: ['cancelled'],
  completed: [],
  failed: [],
  rejected: [],
  cancelled: []
} as const satisfies Transitions<ProductOrderItemState>

export const orderItemMachine = stateMachine<ProductOrderItemState>({
  name: 'a product order item',
  initial: 'acknowledged',
  transitions: orderItemTransitions
})

export function isFinalItem(state: ProductOrderItemState): boolean {
  return isFinal(orderItemMachine, state)
}
