import type { ProductOrder } from '../resources/product-order.ts'
import type { ProductOrderItem } from '../resources/product-order-item.ts'
import type { NewProvisioningRule, ProvisioningRule, RuleMatch } from './provisioning-rule.ts'

/** What is done where no rule matches: one service of the kind that was ordered, with everything that was said about it. */
export const defaultRule: Pick<NewProvisioningRule, 'serviceOrderItem' | 'stateMap'> = {
  serviceOrderItem: [{ key: 'service', doesCopyCharacteristics: true }]
}

/** The part of an order that rules look at. */
export type OrderOfItem = Pick<ProductOrder, 'category'>

/**
 * The rule for an item: of the active ones that match, the one with the most criteria; of those the one with the highest priority; of
 * those the one that was activated last.
 *
 * @returns undefined when the default is to be used
 */
export function selectRule(
  rules: readonly ProvisioningRule[],
  order: OrderOfItem,
  item: ProductOrderItem
): ProvisioningRule | undefined {
  return rules
    .filter(({ lifecycleStatus, match = {} }) => lifecycleStatus === 'active' && doesRuleMatch(match, order, item))
    .reduce<ProvisioningRule | undefined>((best, each) => (best && compare(best, each) >= 0 ? best : each), undefined)
}

/** Whether all criteria hold. */
export function doesRuleMatch(match: RuleMatch, order: OrderOfItem, item: ProductOrderItem): boolean {
  const { productOfferingId, productSpecificationId, action, category, characteristic = [] } = match
  const ordered = item.product?.productCharacteristic ?? []
  return (
    isAmong(productOfferingId, offeringOf(item)?.id) &&
    isAmong(productSpecificationId, item.product?.productSpecification?.id) &&
    isAmong(action, item.action) &&
    (category === undefined || category === order.category) &&
    characteristic.every(({ name, value }) => ordered.some(each => each.name === name && each.value === value))
  )
}

/** What is offered and was ordered, wherever the item says it. */
export function offeringOf(item: Pick<ProductOrderItem, 'productOffering' | 'product'>) {
  return item.productOffering ?? item.product?.productOffering
}

function isAmong(wanted: readonly string[] | undefined, value: string | undefined): boolean {
  return wanted === undefined || (value !== undefined && wanted.includes(value))
}

function countRuleCriteria(match: RuleMatch = {}): number {
  const { productOfferingId, productSpecificationId, action, category, characteristic = [] } = match
  const single = [productOfferingId, productSpecificationId, action, category].filter(each => each !== undefined)
  return single.length + characteristic.length
}

function compare(left: ProvisioningRule, right: ProvisioningRule): number {
  return (
    countRuleCriteria(left.match) - countRuleCriteria(right.match) ||
    (left.priority ?? 0) - (right.priority ?? 0) ||
    Date.parse(left.activatedAt ?? '') - Date.parse(right.activatedAt ?? '') ||
    left.version - right.version
  )
}
