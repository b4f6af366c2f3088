import type { JsonValue } from '../kernel/json.ts'
import { leavesOf } from '../ordering/roll-up.ts'
import type {
  ServiceCharacteristic,
  ServiceOrderItemRequest,
  ServiceOrderRequest,
  ServiceSpecificationReference,
  SupportingResource
} from '../ports/fms-gateway.ts'
import { segmentsOf, valuesAt } from '../query/values-at.ts'
import type { Characteristic } from '../resources/common.ts'
import type { Product } from '../resources/product.ts'
import type { ProductOrder } from '../resources/product-order.ts'
import type { ProductOrderItem } from '../resources/product-order-item.ts'
import { externalIdOf } from './external-id.ts'
import type { CharacteristicRule, ProvisioningRule, ResourceRule, ServiceItemRule, ValueSource } from './provisioning-rule.ts'
import { defaultRule, offeringOf, selectRule } from './select-rule.ts'
import type { StateMap } from './state-map.ts'

/** Somebody who orders more pieces means it, and says with a rule how they are to be provisioned. */
export const MAX_UNITS = 100

export interface RuleReference {
  id: string
  key: string
  version: number
}

/** What an item is decomposed with. */
export interface ItemToDecompose {
  readonly order: ProductOrder
  /** A leaf of the order. */
  readonly item: ProductOrderItem
  /** All that are active. */
  readonly rules: readonly ProvisioningRule[]
  /** What the customer has, when the item is about a product in the inventory. */
  readonly product?: Product | undefined
  /** From 1. */
  readonly attempt: number
}

/** What stands in the way. `pointer` is a JSON Pointer into the rule, empty where it is about the item. */
export interface DecompositionProblem {
  readonly pointer: string
  readonly message: string
}

/**
 * What is to be sent for an item.
 *
 * `nothing`: it is completed without the FMS; it becomes a product all the same if it is about one.
 */
export type Decomposition = { readonly rule?: RuleReference; readonly stateMap?: StateMap } & (
  | { readonly kind: 'request'; readonly request: ServiceOrderRequest }
  | { readonly kind: 'nothing'; readonly isProduct: boolean }
  | { readonly kind: 'impossible'; readonly problems: readonly DecompositionProblem[] }
)

/** What a rule, or the default, makes of an item. */
export function decomposeItem(subject: ItemToDecompose): Decomposition {
  const { order, item, rules } = subject
  if (item.action === 'noChange') return { kind: 'nothing', isProduct: false }
  if (!offeringOf(item) && !item.product) return { kind: 'nothing', isProduct: false }
  const rule = selectRule(rules, order, item)
  const { serviceOrderItem: serviceItems, stateMap } = rule ?? defaultRule
  const told = { ...(rule && { rule: referenceTo(rule) }), ...(stateMap && { stateMap }) }
  if (serviceItems.length === 0) return { ...told, kind: 'nothing', isProduct: true }
  const problems: DecompositionProblem[] = []
  const items = itemsOf(subject, serviceItems, problems)
  if (problems.length > 0) return { ...told, kind: 'impossible', problems }
  return { ...told, kind: 'request', request: requestOf(subject, items) }
}

/** What an order would send, item by item: nothing is stored or sent. */
export interface Explanation {
  readonly item: { readonly id: string; readonly action: string }
  readonly decomposition: Decomposition
}

/** @param productOf what the customer has, by the id of the product; absent: nothing is known about it */
export function explain(
  order: ProductOrder,
  rules: readonly ProvisioningRule[],
  productOf: (id: string) => Product | undefined = () => undefined
): Explanation[] {
  return leavesOf(order.productOrderItem).map(item => {
    const product = item.product?.id === undefined ? undefined : productOf(item.product.id)
    const decomposition = decomposeItem({ order, item, rules, product, attempt: 1 })
    return { item: { id: item.id, action: item.action }, decomposition }
  })
}

function requestOf({ order, item, attempt }: ItemToDecompose, items: ServiceOrderItemRequest[]): ServiceOrderRequest {
  const { category, requestedStartDate, requestedCompletionDate } = order
  return {
    externalId: externalIdOf(order.id, item.id, attempt),
    ...(category !== undefined && { category }),
    ...(requestedStartDate !== undefined && { requestedStartDate }),
    ...(requestedCompletionDate !== undefined && { requestedCompletionDate }),
    items
  }
}

function itemsOf(
  subject: ItemToDecompose,
  rules: readonly ServiceItemRule[],
  problems: DecompositionProblem[]
): ServiceOrderItemRequest[] {
  const units = unitsOf(subject, rules)
  if (units > MAX_UNITS) {
    problems.push({ pointer: '', message: `more than ${MAX_UNITS} pieces are ordered, and the rule provisions each of them` })
    return []
  }
  const keysOf = new Map(rules.map(rule => [rule.key, unitKeys(rule, units)]))
  const requests: ServiceOrderItemRequest[] = []
  for (const [index, rule] of rules.entries()) {
    const report = (pointer: string, message: string) =>
      problems.push({ pointer: `/serviceOrderItem/${index}${pointer}`, message })
    for (const [unit, id] of keysOf.get(rule.key)!.entries()) {
      const requires = (rule.requires ?? []).flatMap(key => requiredOf(keysOf.get(key) ?? [], rule, unit))
      requests.push(serviceItem(subject, rule, { id, requires, position: requests.length }, unit === 0 ? report : silent))
    }
  }
  return requests
}

/** Every piece has the same faults: they are told once. */
function silent(): void {}

/** A piece waits for what is done for the same piece, and for what is done once; what is done once waits for all pieces. */
function requiredOf(keys: readonly string[], { forEach }: ServiceItemRule, unit: number): readonly string[] {
  return forEach === 'item' || keys.length === 1 ? keys : keys.slice(unit, unit + 1)
}

/** Parts of pieces aren't provisioned piece by piece. Who gives a product back gives back all pieces of it, as many as there are. */
function unitsOf(subject: ItemToDecompose, rules: readonly ServiceItemRule[]): number {
  const { quantity = 1, action } = subject.item
  const each = rules.filter(({ forEach }) => forEach !== 'item').length
  if (each === 0) return 1
  const services = servicesOf(subject).length
  if (action === 'delete' && services > 0) return Math.max(1, Math.ceil((services - (rules.length - each)) / each))
  return Number.isSafeInteger(quantity) && quantity > 1 ? quantity : 1
}

/** Those that the product has. */
function servicesOf({ item, product }: ItemToDecompose) {
  return item.product?.realizingService ?? product?.realizingService ?? []
}

function unitKeys({ key, forEach }: ServiceItemRule, units: number): string[] {
  return forEach === 'item' || units === 1 ? [key] : Array.from({ length: units }, (_, unit) => `${key}-${unit + 1}`)
}

type Report = (pointer: string, message: string) => void

function serviceItem(
  subject: ItemToDecompose,
  rule: ServiceItemRule,
  { id, requires, position }: { id: string; requires: readonly string[]; position: number },
  report: Report
): ServiceOrderItemRequest {
  const { item } = subject
  const action = rule.action ?? item.action
  const serviceId = action === 'add' ? undefined : servicesOf(subject)[position]?.id
  const specification = rule.serviceSpecification ?? specificationOf(subject)
  return {
    id,
    action,
    ...(serviceId !== undefined && { serviceId }),
    ...(specification && { serviceSpecification: specification }),
    characteristics: characteristicsOf(subject, rule, report),
    supportingResources: resourcesOf(subject, rule, action === 'delete', position, report),
    requires
  }
}

function specificationOf({ item, product }: ItemToDecompose): ServiceSpecificationReference | undefined {
  const specification = item.product?.productSpecification ?? product?.productSpecification
  const { id, name } = specification ?? offeringOf(item) ?? product?.productOffering ?? {}
  if (id === undefined) return undefined
  const version = specification?.version
  return { id, ...(name !== undefined && { name }), ...(version !== undefined && { version }) }
}

function characteristicsOf(
  subject: ItemToDecompose,
  { characteristic: rules = [], doesCopyCharacteristics }: ServiceItemRule,
  report: Report
): ServiceCharacteristic[] {
  const named = new Set(rules.map(({ name }) => name))
  const ordered = doesCopyCharacteristics ? (subject.item.product?.productCharacteristic ?? []) : []
  const copied = ordered.filter(({ name, value }) => !named.has(name) && value !== undefined).map(serviceCharacteristic)
  return [...copied, ...valuesOf(subject, rules, report)]
}

function valuesOf(subject: ItemToDecompose, rules: readonly CharacteristicRule[], report: Report): ServiceCharacteristic[] {
  return rules.flatMap((rule, index) => {
    const { name, valueType, isMandatory } = rule
    const value = sourced(subject, rule)
    if (value === undefined && isMandatory) report(`/characteristic/${index}`, 'is mandatory, and the order says nothing of it')
    return value === undefined ? [] : [{ name, value, ...(valueType !== undefined && { valueType }) }]
  })
}

function sourced(
  { order, item, product }: ItemToDecompose,
  { value, fromCharacteristic, fromItem, fromOrder }: ValueSource
): JsonValue | undefined {
  if (fromCharacteristic !== undefined) {
    const named = (each: Characteristic) => each.name === fromCharacteristic
    const found = item.product?.productCharacteristic?.find(named) ?? product?.productCharacteristic.find(named)
    return (found?.value ?? undefined) as JsonValue | undefined
  }
  if (fromItem !== undefined) return valuesAt(item, segmentsOf(fromItem))[0] as JsonValue | undefined
  if (fromOrder !== undefined) return valuesAt(order, segmentsOf(fromOrder))[0] as JsonValue | undefined
  return value
}

/** What the rule asks for; where it asks for nothing, and of what is given back, what the order or the inventory names. */
function resourcesOf(
  subject: ItemToDecompose,
  { supportingResource: rules = [] }: ServiceItemRule,
  isGivenBack: boolean,
  position: number,
  report: Report
): SupportingResource[] {
  if (!isGivenBack && rules.length > 0) return rules.map((rule, index) => resourceOf(subject, rule, index, report))
  const { item, product } = subject
  const known = item.product?.realizingResource ?? (isGivenBack ? product?.realizingResource : undefined) ?? []
  if (position > 0) return []
  const serialNumber = item.product?.productSerialNumber ?? (isGivenBack ? product?.productSerialNumber : undefined)
  if (known.length === 0) return serialNumber === undefined ? [] : [{ serialNumber }]
  return known.map(({ id, name, value = known.length === 1 ? serialNumber : undefined }) => ({
    id,
    ...(name !== undefined && { name }),
    ...(value !== undefined && { serialNumber: value })
  }))
}

function resourceOf(subject: ItemToDecompose, rule: ResourceRule, index: number, report: Report): SupportingResource {
  const { name, type, model: source, characteristic = [] } = rule
  const model = source && sourced(subject, source)
  const at: Report = (pointer, message) => report(`/supportingResource/${index}${pointer}`, message)
  const characteristics = valuesOf(subject, characteristic, at)
  return {
    ...(name !== undefined && { name }),
    ...(type !== undefined && { type }),
    ...(model !== undefined && { model: String(model) }),
    ...(characteristics.length > 0 && { characteristics })
  }
}

function serviceCharacteristic({ name, value, valueType }: Characteristic): ServiceCharacteristic {
  return { name, value: value as JsonValue, ...(valueType !== undefined && { valueType }) }
}

function referenceTo({ id, key, version }: ProvisioningRule): RuleReference {
  return { id, key, version }
}
