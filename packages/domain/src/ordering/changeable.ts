import type { ProductOrderState } from './order-states.ts'
import { isFinalOrder } from './order-states.ts'

/**
 * When an attribute may be changed by a client.
 *
 * | when | meaning |
 * |---|---|
 * | `always` | also when the order is final |
 * | `inFlight` | until the order is final |
 * | `beforeAcceptance` | while the order is acknowledged or pending |
 * | `never` | the server sets it |
 * | `move` | a change is a move of the order or of items, and goes by their tables |
 */
export type Changeable = 'always' | 'inFlight' | 'beforeAcceptance' | 'never' | 'move'

/** What may change on an order. Attributes that the standard doesn't know (extensions) may always change. */
export const changeableOrderAttributes: Readonly<Record<string, Changeable>> = {
  id: 'never',
  orderDate: 'never',
  completionDate: 'never',
  expectedCompletionDate: 'never',
  productOrderMilestone: 'never',
  productOrderJeopardyAlert: 'never',
  productOrderErrorMessage: 'never',
  stateBeforeCancellation: 'never',
  state: 'move',
  productOrderItem: 'move',
  note: 'always',
  description: 'always',
  externalId: 'always',
  notificationContact: 'inFlight',
  relatedParty: 'inFlight',
  channel: 'inFlight',
  priority: 'inFlight',
  requestedStartDate: 'inFlight',
  requestedCompletionDate: 'inFlight',
  cancellationDate: 'inFlight',
  cancellationReason: 'inFlight',
  category: 'beforeAcceptance',
  agreement: 'beforeAcceptance',
  billingAccount: 'beforeAcceptance',
  orderTotalPrice: 'beforeAcceptance',
  payment: 'beforeAcceptance',
  productOfferingQualification: 'beforeAcceptance',
  quote: 'beforeAcceptance'
}

/** What may change on an item; a change of `productOrderItem` is looked into. */
export const changeableItemAttributes: Readonly<Record<string, Changeable>> = {
  id: 'never',
  stateBeforeCancellation: 'never',
  state: 'move',
  productOrderItem: 'move',
  note: 'always',
  appointment: 'inFlight',
  action: 'beforeAcceptance',
  quantity: 'beforeAcceptance',
  billingAccount: 'beforeAcceptance',
  itemPrice: 'beforeAcceptance',
  itemTerm: 'beforeAcceptance',
  itemTotalPrice: 'beforeAcceptance',
  payment: 'beforeAcceptance',
  product: 'beforeAcceptance',
  productOffering: 'beforeAcceptance',
  productOfferingQualificationItem: 'beforeAcceptance',
  productOrderItemRelationship: 'beforeAcceptance',
  qualification: 'beforeAcceptance',
  quoteItem: 'beforeAcceptance'
}

/** What is answered and not kept: a client that sends back what it read is not refused for these. */
const computedAttributes = ['href', 'allowedState']

/** What a client cannot set when it creates an order. */
export const serverOwnedAttributes: ReadonlySet<string> = new Set([
  'state',
  ...computedAttributes,
  ...Object.entries(changeableOrderAttributes).flatMap(([name, when]) => (when === 'never' ? [name] : []))
])

export function mayChange(when: Changeable, state: ProductOrderState): boolean {
  switch (when) {
    case 'always':
    case 'move':
      return true
    case 'inFlight':
      return !isFinalOrder(state)
    case 'beforeAcceptance':
      return state === 'acknowledged' || state === 'pending'
    case 'never':
      return false
    default:
      return when satisfies never
  }
}

export function withoutComputed(order: Record<string, unknown>): Record<string, unknown> {
  if (!computedAttributes.some(name => Object.hasOwn(order, name))) return order
  return Object.fromEntries(Object.entries(order).filter(([name]) => !computedAttributes.includes(name)))
}
