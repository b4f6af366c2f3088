import { isFinal, stateMachine, type Transitions } from '../kernel/transitions.ts'

/** @source TMF622 v4.0.0, ProductOrderStateType */
export const productOrderStates = [
  'acknowledged',
  'rejected',
  'pending',
  'held',
  'inProgress',
  'cancelled',
  'completed',
  'failed',
  'partial',
  'assessingCancellation',
  'pendingCancellation'
] as const
export type ProductOrderState = (typeof productOrderStates)[number]

/**
 * What an order can become. A cancellation that is refused leads back to the state that it came from, and to no other
 * (`stateBeforeCancellation`): the table alone doesn't say which.
 */
export const orderTransitions = {
  acknowledged: ['inProgress', 'pending', 'rejected', 'assessingCancellation'],
  pending: ['acknowledged', 'rejected', 'assessingCancellation'],
  inProgress: ['held', 'completed', 'partial', 'failed', 'assessingCancellation'],
  held: ['inProgress', 'cancelled', 'assessingCancellation'],
  assessingCancellation: ['pendingCancellation', 'acknowledged', 'pending', 'inProgress', 'held'],
  pendingCancellation: ['cancelled'],
  completed: [],
  partial: [],
  failed: [],
  rejected: [],
  cancelled: []
} as const satisfies Transitions<ProductOrderState>

export const orderMachine = stateMachine<ProductOrderState>({
  name: 'a product order',
  initial: 'acknowledged',
  transitions: orderTransitions
})

export function isFinalOrder(state: ProductOrderState): boolean {
  return isFinal(orderMachine, state)
}
