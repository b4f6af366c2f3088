import { activateRule } from '../fulfilment/decide-rule.ts'
import { explainItem, type ItemExplanation } from '../fulfilment/explain-item.ts'
import { type ProvisioningRule, provisioningRuleDefinition } from '../fulfilment/provisioning-rule.ts'
import { DomainError } from '../kernel/errors.ts'
import { insist, isRefusal } from '../kernel/refusal.ts'
import { acknowledgeOrder } from '../ordering/acknowledge-order.ts'
import { leavesOf } from '../ordering/roll-up.ts'
import type { Clock } from '../ports/clock.ts'
import type { ResourceStore } from '../ports/resource-store.ts'
import type { Transaction } from '../ports/unit-of-work.ts'
import { type Product, productDefinition } from '../resources/product.ts'
import { type NewProductOrder, type ProductOrder, productOrderDefinition } from '../resources/product-order.ts'
import type { ProductOrderItem } from '../resources/product-order-item.ts'
import { rulesAfter } from './change-provisioning-catalog.ts'
import { rulesInUse } from './rules-in-use.ts'
import { resourceWith } from './stored-resource.ts'

/** An order that nobody places, of which the structure has been checked, or one that is stored; and by which rules it is looked at. */
export type ProvisioningToExplain = ({ readonly order: NewProductOrder } | { readonly orderId: string }) & {
  /** Ids of drafts that are taken for active, besides those that are. */
  readonly rule?: readonly string[]
}

type Reader = Pick<Transaction, 'get'>

/**
 * What would be sent to the FMS for each item of an order, by which rule, and what would come of it. Nothing is stored or sent.
 *
 * @throws {DomainError} `notFound` when there is no such order; `missingAttribute`, `invalidValue` with pointers into what is asked;
 *   `illegalMove` for a rule that cannot be activated
 */
export async function explainProvisioning(
  { store, clock }: { readonly store: Pick<ResourceStore, 'get'>; readonly clock: Clock },
  tenant: string,
  asked: ProvisioningToExplain
): Promise<ItemExplanation[]> {
  const reader: Reader = { get: async (definition, id) => store.get(tenant, definition, id) }
  const now = clock.now()
  const order = await orderToExplain(reader, asked, now)
  const rules = await rulesToUse(reader, asked.rule ?? [], now)
  const items = leavesOf(order.productOrderItem)
  const products = await productsOf(reader, items)
  return items.map(item => explainItem({ order, item, rules, product: products.get(item.product?.id ?? ''), now }))
}

async function orderToExplain(reader: Reader, asked: ProvisioningToExplain, now: Date): Promise<ProductOrder> {
  if ('orderId' in asked) {
    return (await resourceWith<ProductOrder>(reader, productOrderDefinition, { id: asked.orderId })).resource
  }
  const acknowledged = acknowledgeOrder(asked.order, { id: 'explanation', now })
  if (!isRefusal(acknowledged)) return acknowledged
  const objections = acknowledged.objections?.map(each => ({ ...each, pointer: `/order${each.pointer}` }))
  return insist<ProductOrder>({ ...acknowledged, ...(objections && { objections }) })
}

/** Those in use, and the drafts in place of the versions that they would retire. */
async function rulesToUse(reader: Reader, ids: readonly string[], now: Date): Promise<readonly ProvisioningRule[]> {
  let { rule: rules } = await rulesInUse(reader)
  for (const [index, id] of ids.entries()) {
    const stored = await reader.get(provisioningRuleDefinition, id)
    if (!stored) throw noSuchRule(index)
    const change = insist(activateRule(JSON.parse(stored.document) as ProvisioningRule, rules, { now }))
    if (change.outcome === 'changed') rules = rulesAfter(rules, change)
  }
  return rules
}

function noSuchRule(index: number): DomainError {
  const message = 'there is no provisioningRule with this id'
  return DomainError.ofFaults([{ code: 'invalidValue', pointer: `/rule/${index}`, message }])
}

async function productsOf(reader: Reader, items: readonly ProductOrderItem[]): Promise<ReadonlyMap<string, Product>> {
  const products = new Map<string, Product>()
  for (const id of new Set(items.flatMap(({ product }) => product?.id ?? []))) {
    const stored = await reader.get(productDefinition, id)
    if (stored) products.set(id, JSON.parse(stored.document) as Product)
  }
  return products
}
