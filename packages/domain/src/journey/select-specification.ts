import { itemsOf } from '../ordering/roll-up.ts'
import type { Characteristic } from '../resources/common.ts'
import type { ProductOrder } from '../resources/product-order.ts'
import type { ProductOrderItem } from '../resources/product-order-item.ts'
import { defaultJourneySpecification } from './default-specification.ts'
import type { ItemCriteria, JourneyMatch, JourneySpecification } from './journey-specification.ts'

/** What specifications are matched with. */
export interface OrderOfCustomer {
  readonly order: ProductOrder
  /** Those of the customer who ordered. */
  readonly customerCharacteristic: readonly Characteristic[]
}

/**
 * The specification that a new order follows: of the active ones that match, the one with the most criteria; of those the one with the
 * highest priority; of those the one that was activated last.
 *
 * @param specifications all active ones at least; the built-in default is there in any case
 */
export function selectSpecification(
  specifications: readonly JourneySpecification[],
  subject: OrderOfCustomer
): JourneySpecification {
  const fitting = specifications.filter(
    ({ lifecycleStatus, match = {} }) => lifecycleStatus === 'active' && doesMatch(match, subject)
  )
  return (
    fitting.reduce<JourneySpecification | undefined>(
      (best, each) => (best && compare(best, each) >= 0 ? best : each),
      undefined
    ) ?? defaultJourneySpecification
  )
}

/** Whether all criteria hold, those about items for any one of them. */
export function doesMatch(match: JourneyMatch, { order, customerCharacteristic }: OrderOfCustomer): boolean {
  if (match.category !== undefined && order.category !== match.category) return false
  const hasAll = (match.customerCharacteristic ?? []).every(({ name, value }) =>
    customerCharacteristic.some(each => each.name === name && each.value === value)
  )
  return hasAll && itemsOf(order.productOrderItem).some(item => isForItem(match, item))
}

/** Whether an item is one of those meant. */
export function isForItem({ productOfferingId, action }: ItemCriteria, item: ProductOrderItem): boolean {
  if (action !== undefined && item.action !== action) return false
  if (productOfferingId === undefined) return true
  const offering = item.productOffering ?? item.product?.productOffering
  return offering !== undefined && productOfferingId.includes(offering.id)
}

/** How many criteria there are: a list of offerings is one, each characteristic is one. */
export function countCriteria({ category, productOfferingId, action, customerCharacteristic = [] }: JourneyMatch = {}): number {
  return [category, productOfferingId, action].filter(each => each !== undefined).length + customerCharacteristic.length
}

/** Whether a specification is for every order. */
export function isDefaultSpecification({ match }: Pick<JourneySpecification, 'match'>): boolean {
  return countCriteria(match) === 0
}

function compare(left: JourneySpecification, right: JourneySpecification): number {
  return (
    countCriteria(left.match) - countCriteria(right.match) ||
    (left.priority ?? 0) - (right.priority ?? 0) ||
    Date.parse(left.activatedAt ?? '') - Date.parse(right.activatedAt ?? '') ||
    left.version - right.version
  )
}
