import type { ServiceOrderRequest } from '../ports/fms-gateway.ts'
import type { Product } from '../resources/product.ts'
import type { ProductOrder } from '../resources/product-order.ts'
import type { ProductOrderItem } from '../resources/product-order-item.ts'
import { type DecompositionProblem, decomposeItem, type RuleReference } from './decompose.ts'
import { NO_RESULT, productFor } from './product-change.ts'
import type { ProvisioningRule, RuleMatch } from './provisioning-rule.ts'
import { doesRuleMatch } from './select-rule.ts'

/** What would be done for an item, by which rule and why: nothing is stored or sent. */
export interface ItemExplanation {
  readonly item: { readonly id: string; readonly action: string }
  /** `request`: a service order is sent. `nothing`: the item is completed without one. `impossible`: it would fall out. */
  readonly outcome: 'request' | 'nothing' | 'impossible'
  /** Absent: the default. */
  readonly rule?: RuleReference
  /** The criteria of the rule: all of them hold. */
  readonly match?: RuleMatch
  /** Rules that match as well, with fewer criteria or a lower priority, or activated earlier. */
  readonly otherRule: readonly RuleReference[]
  readonly serviceOrder?: ServiceOrderRequest
  readonly product?: ExplainedProduct
  readonly problem: readonly DecompositionProblem[]
}

/** What would become of the inventory, as far as the FMS adds nothing to it. */
export interface ExplainedProduct {
  readonly change: 'create' | 'modify' | 'terminate'
  /** Of the product that is changed. */
  readonly id?: string
  /** After the change; absent when the inventory doesn't know it. */
  readonly product?: Omit<Product, 'id'>
}

interface ItemToExplain {
  readonly order: ProductOrder
  /** A leaf of the order. */
  readonly item: ProductOrderItem
  /** All that are active. */
  readonly rules: readonly ProvisioningRule[]
  /** What the customer has, when the item is about a product in the inventory. */
  readonly product?: Product | undefined
  readonly now: Date
}

export function explainItem(subject: ItemToExplain): ItemExplanation {
  const { order, item, rules, product } = subject
  const decomposition = decomposeItem({ order, item, rules, product, attempt: 1 })
  const { rule, kind } = decomposition
  const others = rules.filter(({ id, match = {} }) => id !== rule?.id && doesRuleMatch(match, order, item))
  const match = rules.find(({ id }) => id === rule?.id)?.match
  const isProduct = kind === 'request' || (kind === 'nothing' && decomposition.isProduct)
  const explained = isProduct ? explainedProduct(subject) : undefined
  return {
    item: { id: item.id, action: item.action },
    outcome: kind,
    ...(rule && { rule }),
    ...(match && { match }),
    otherRule: others.map(({ id, key, version }) => ({ id, key, version })),
    ...(kind === 'request' && { serviceOrder: decomposition.request }),
    ...(explained && { product: explained }),
    problem: kind === 'impossible' ? decomposition.problems : []
  }
}

function explainedProduct({ order, item, product, now }: ItemToExplain): ExplainedProduct | undefined {
  const result = { ...NO_RESULT, date: now.toISOString() }
  const change = productFor({ order, item, result, nextId: () => '' })
  if (change?.kind === 'create') return { change: 'create', product: withoutId(change.product) }
  if (!change) return undefined
  return { change: change.kind, id: change.id, ...(product && { product: withoutId(change.apply(product)) }) }
}

function withoutId({ id: _id, ...product }: Product): Omit<Product, 'id'> {
  return product
}
