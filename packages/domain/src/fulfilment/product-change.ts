import type {
  ServiceCharacteristic,
  ServiceOrderItemRequest,
  ServiceOrderReport,
  ServiceReport,
  SupportingResource
} from '../ports/fms-gateway.ts'
import type { Characteristic, EntityReference } from '../resources/common.ts'
import {
  type NewProduct,
  type Product,
  type ProductPrice,
  type ResourceReference,
  withProductLists
} from '../resources/product.ts'
import type { ProductOrder } from '../resources/product-order.ts'
import type { OrderItemAction, OrderPrice, ProductOrderItem } from '../resources/product-order-item.ts'
import type { Fulfilment } from './fulfilment.ts'
import { type Part, partsOf } from './parts.ts'
import { offeringOf } from './select-rule.ts'

/** What is to become of the inventory. */
export type ProductChange =
  | { readonly kind: 'create'; readonly product: Product }
  /** `apply` is pure. Where the inventory doesn't know the product, there is nothing to change. */
  | { readonly kind: 'modify'; readonly id: string; readonly apply: (product: Product) => Product }
  | { readonly kind: 'terminate'; readonly id: string; readonly date: string; readonly apply: (product: Product) => Product }

/** What the FMS, or an operator, says has come of an item. */
export interface ProvisioningResult {
  readonly services: readonly { readonly id?: string; readonly name?: string }[]
  readonly resources: readonly SupportingResource[]
  readonly characteristics: readonly Characteristic[]
  /** When, as an ISO 8601 instant. */
  readonly date: string
}

export const NO_RESULT: Omit<ProvisioningResult, 'date'> = { services: [], resources: [], characteristics: [] }

/** What a service order that is completed has come to, with what attempts before it have done. */
export function resultOf(
  report: ServiceOrderReport,
  record: Pick<Fulfilment, 'request' | 'done'>,
  now: Date
): ProvisioningResult {
  const date = report.completionDate ?? now.toISOString()
  const told = new Map(report.items.flatMap(({ id, service }) => (service ? [[id, service] as const] : [])))
  const parts = partsOf(record)
  const asked = new Set(parts.map(({ wanted }) => wanted.id))
  const others = report.items.flatMap(({ id, service }) => (service && !asked.has(id) ? [service] : []))
  const services = [...parts.flatMap(part => told.get(part.wanted.id) ?? serviceBefore(part)), ...others]
  return {
    services,
    resources: services.flatMap(({ supportingResources }) => supportingResources),
    characteristics: byName(services.flatMap(({ characteristics }) => characteristics).map(each => ({ ...each }))),
    date
  }
}

function serviceBefore({ result }: Part): ServiceReport[] {
  if (!result) return []
  const { service, name, characteristic = [], resource = [] } = result
  return [
    {
      ...(service !== undefined && { id: service }),
      ...(name !== undefined && { name }),
      characteristics: characteristic,
      supportingResources: resource
    }
  ]
}

/** What is known to be there, of whichever attempt. */
export function resultSoFar(record: Pick<Fulfilment, 'request' | 'result' | 'done'>): Omit<ProvisioningResult, 'date'> {
  const services = partsOf(record).flatMap(serviceBefore)
  return {
    services,
    resources: services.flatMap(({ supportingResources }) => supportingResources),
    characteristics: services.flatMap(({ characteristics }) => characteristics).map(each => ({ ...each }))
  }
}

export interface ProductSubject {
  readonly order: ProductOrder
  readonly item: ProductOrderItem
  readonly result: ProvisioningResult
  /** Of a product that is created. */
  readonly nextId: () => string
}

/**
 * What an item that is completed makes of the inventory: a product is created, changed or terminated. Parties, accounts and offerings are
 * those that were ordered; none is made up.
 *
 * @returns undefined when the item is about no product, or doesn't say about which
 */
export function productFor(subject: ProductSubject): ProductChange | undefined {
  const { item, nextId } = subject
  const id = item.product?.id
  switch (item.action) {
    case 'add':
      if (!offeringOf(item) && !item.product) return undefined
      return { kind: 'create', product: { ...newProduct(subject), id: nextId() } }
    case 'modify':
      return id === undefined ? undefined : { kind: 'modify', id, apply: product => modifiedProduct(product, subject) }
    case 'delete':
      return id === undefined
        ? undefined
        : { kind: 'terminate', id, date: subject.result.date, apply: product => terminatedProduct(product, subject) }
    case 'noChange':
      return undefined
    default:
      return item.action satisfies never
  }
}

/**
 * What undoing an item makes of the product that it was about. One that was changed stays with the customer: what it was before is with whoever
 * restores it, and only what was taken away from it is known here.
 *
 * @param undone what the FMS was asked to do for that
 */
export function productUndone(
  { product }: Pick<Fulfilment, 'product'>,
  action: OrderItemAction | undefined,
  undone: readonly ServiceOrderItemRequest[],
  date: string
): ProductChange | undefined {
  if (!product) return undefined
  const { id } = product
  if (action === 'add') {
    return { kind: 'terminate', id, date, apply: current => ({ ...current, status: 'terminated', terminationDate: date }) }
  }
  if (action === 'delete') return { kind: 'modify', id, apply: current => restored(current, product.terminationDate) }
  return { kind: 'modify', id, apply: current => withoutParts(current, undone) }
}

/** Nobody else may have had reasons to terminate it, before or since. */
function restored(product: Product, since: string | undefined): Product {
  const { terminationDate, ...current } = product
  return terminationDate === since ? { ...current, status: 'active' } : product
}

/** How a fulfilment names what has become of the inventory. */
export function productRefOf(change: ProductChange | undefined): Fulfilment['product'] {
  if (!change) return undefined
  if (change.kind === 'create') return { id: change.product.id }
  return { id: change.id, ...(change.kind === 'terminate' && { terminationDate: change.date }) }
}

function withoutParts(product: Product, undone: readonly ServiceOrderItemRequest[]): Product {
  const deleted = undone.filter(({ action }) => action === 'delete')
  const names = deleted.flatMap(({ serviceId, supportingResources }) => [serviceId, ...supportingResources.map(nameOf)])
  const gone = new Set(names)
  const rest = <T extends { id: string }>(references: readonly T[] = []) => references.filter(({ id }) => !gone.has(id))
  const { realizingService, realizingResource } = product
  return {
    ...product,
    ...(realizingService && { realizingService: rest(realizingService) }),
    ...(realizingResource && { realizingResource: rest(realizingResource) })
  }
}

function newProduct({ order, item, result }: ProductSubject): Omit<Product, 'id'> {
  const { id: _id, href: _href, status: _status, '@referredType': _referred, ...ordered } = item.product ?? {}
  const offering = offeringOf(item)
  const account = item.billingAccount ?? item.product?.billingAccount ?? order.billingAccount
  const name = ordered.name ?? offering?.name
  const serialNumber = serialNumberOf(result) ?? ordered.productSerialNumber
  const product: NewProduct = {
    '@type': 'Product',
    ...ordered,
    ...(name !== undefined && { name }),
    status: 'active',
    orderDate: order.orderDate,
    startDate: result.date,
    ...(account && { billingAccount: account }),
    ...(offering && { productOffering: offering }),
    ...(serialNumber !== undefined && { productSerialNumber: serialNumber }),
    productCharacteristic: byName([
      ...(ordered.productCharacteristic ?? []),
      ...result.characteristics,
      ...characteristicsOfDevices(result)
    ]),
    productPrice: ordered.productPrice ?? pricesOf(item.itemPrice),
    relatedParty: ordered.relatedParty ?? order.relatedParty,
    ...realizationOf(ordered, result),
    productOrderItem: [...(ordered.productOrderItem ?? []), orderItemOf(order, item)]
  }
  return withProductLists(product)
}

function modifiedProduct(product: Product, { order, item, result }: ProductSubject): Product {
  const { id: _id, href: _href, status: _status, '@referredType': _referred, ...ordered } = item.product ?? {}
  const offering = offeringOf(item)
  const serialNumber = serialNumberOf(result)
  const prices = ordered.productPrice ?? (item.itemPrice ? pricesOf(item.itemPrice) : undefined)
  const modified: Product = {
    ...product,
    ...ordered,
    ...(item.billingAccount && { billingAccount: item.billingAccount }),
    ...(offering && { productOffering: offering }),
    ...(serialNumber !== undefined && { productSerialNumber: serialNumber }),
    productCharacteristic: byName([
      ...product.productCharacteristic,
      ...(ordered.productCharacteristic ?? []),
      ...result.characteristics,
      ...characteristicsOfDevices(result)
    ]),
    productPrice: prices ?? product.productPrice,
    relatedParty: ordered.relatedParty ?? product.relatedParty,
    ...realizationOf(product, result),
    productOrderItem: [...(product.productOrderItem ?? []), orderItemOf(order, item)]
  }
  return modified
}

function terminatedProduct(product: Product, { order, item, result }: ProductSubject): Product {
  const isOver = product.status === 'terminated'
  return {
    ...product,
    ...(!isOver && { status: 'terminated' as const, terminationDate: result.date }),
    productOrderItem: [...(product.productOrderItem ?? []), orderItemOf(order, item)]
  }
}

/** The services and resources that a product consists of; those that it had stay, and those with the same id are told anew. */
function realizationOf(
  { realizingService = [], realizingResource = [] }: Pick<NewProduct, 'realizingService' | 'realizingResource'>,
  { services, resources }: ProvisioningResult
): Pick<NewProduct, 'realizingService' | 'realizingResource'> {
  const serviceReferences = services.flatMap(({ id, name }): EntityReference[] =>
    id === undefined ? [] : [{ id, ...(name !== undefined && { name }), '@referredType': 'Service' }]
  )
  const resourceReferences = resources.flatMap((resource): ResourceReference[] => {
    const id = nameOf(resource)
    const { name = resource.model, serialNumber, type = 'Resource' } = resource
    const value = serialNumber !== undefined && { value: serialNumber }
    return id === undefined ? [] : [{ id, ...(name !== undefined && { name }), ...value, '@referredType': type }]
  })
  const service = byId([...realizingService, ...serviceReferences])
  const resource = byId([...realizingResource, ...resourceReferences])
  return {
    ...(service.length > 0 && { realizingService: service }),
    ...(resource.length > 0 && { realizingResource: resource })
  }
}

/** What a device is known by. */
function nameOf({ id, serialNumber }: SupportingResource): string | undefined {
  return id ?? serialNumber
}

/** What is told of devices and not of their services; where several devices have it, with the name of the device. */
function characteristicsOfDevices({ resources, characteristics }: ProvisioningResult): Characteristic[] {
  const known = new Set(characteristics.map(({ name }) => name))
  const told = resources.flatMap(resource => devicePropertiesOf(resource).map(each => ({ resource, each })))
  const many = new Map<string, number>()
  for (const { each } of told) many.set(each.name, (many.get(each.name) ?? 0) + 1)
  return told
    .filter(({ each }) => !known.has(each.name))
    .map(({ resource, each }) => (many.get(each.name)! > 1 ? { ...each, name: `${each.name} ${nameOf(resource)}` } : { ...each }))
}

function devicePropertiesOf(resource: SupportingResource): readonly ServiceCharacteristic[] {
  const { macAddress, characteristics = [] } = resource
  if (nameOf(resource) === undefined) return []
  return [
    ...(macAddress === undefined ? [] : [{ name: 'macAddress', value: macAddress, valueType: 'string' }]),
    ...characteristics
  ]
}

/** In characters: it is found by an index, which has its limits. */
const MAX_SERIAL_NUMBER = 500

/** That of the first device that has one. */
function serialNumberOf({ resources, characteristics }: ProvisioningResult): string | undefined {
  const told = characteristics.find(({ name }) => name === 'serialNumber')?.value
  return (
    resources.find(({ serialNumber }) => serialNumber !== undefined)?.serialNumber ??
    (typeof told === 'string' && told.length <= MAX_SERIAL_NUMBER ? told : undefined)
  )
}

function pricesOf(prices: readonly OrderPrice[] = []): ProductPrice[] {
  return prices.flatMap(({ priceType, price, priceAlteration, ...rest }) =>
    priceType === undefined || price === undefined
      ? []
      : [{ ...rest, priceType, price, ...(priceAlteration && { productPriceAlteration: priceAlteration }) }]
  )
}

function orderItemOf({ id }: ProductOrder, item: ProductOrderItem) {
  return { productOrderId: id, orderItemId: item.id, orderItemAction: item.action, '@referredType': 'ProductOrderItem' }
}

/** Of characteristics with the same name the last one, in the place of the first. */
function byName(characteristics: readonly Characteristic[]): Characteristic[] {
  return [...new Map(characteristics.map(each => [each.name, each])).values()]
}

function byId<T extends { id: string }>(references: readonly T[]): T[] {
  return [...new Map(references.map(each => [each.id, each])).values()]
}
