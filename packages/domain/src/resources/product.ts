import type { DefinitionOf, Entity, Resource } from '../kernel/resource.ts'
import type { Characteristic, EntityReference, Quantity, RelatedParty, TimePeriod } from './common.ts'

export interface Money {
  unit?: string
  value?: number
}

export interface Price extends Entity {
  percentage?: number
  taxRate?: number
  dutyFreeAmount?: Money
  taxIncludedAmount?: Money
}

export interface PriceAlteration extends Entity {
  applicationDuration?: number
  description?: string
  name?: string
  priceType: string
  priority?: number
  recurringChargePeriod?: string
  unitOfMeasure?: string
  price: Price
  productOfferingPrice?: EntityReference
}

export interface ProductPrice extends Entity {
  description?: string
  name?: string
  priceType: string
  recurringChargePeriod?: string
  unitOfMeasure?: string
  billingAccount?: EntityReference
  price: Price
  productOfferingPrice?: EntityReference
  productPriceAlteration?: PriceAlteration[]
}

export interface AgreementItemReference extends EntityReference {
  agreementItemId?: string
}

export interface RelatedPlace extends Entity {
  id?: string
  href?: string
  name?: string
  role: string
  '@referredType'?: string
}

export interface RelatedProductOrderItem extends Entity {
  orderItemAction?: string
  orderItemId: string
  productOrderHref?: string
  productOrderId: string
  role?: string
  '@referredType'?: string
}

export interface TargetProductSchema {
  '@type': string
  '@schemaLocation': string
  '@baseType'?: string
}

export interface ProductSpecificationReference extends EntityReference {
  version?: string
  targetProductSchema?: TargetProductSchema
}

export interface ProductTerm extends Entity {
  description?: string
  name?: string
  duration?: Quantity
  validFor?: TimePeriod
}

export interface ResourceReference extends EntityReference {
  value?: string
}

export interface ProductRelationship extends Entity {
  relationshipType: string
  product: ProductRefOrValue
}

/** @source TMF622 v4.0.0, ProductStatusType: the blank behind `aborted` is in the standard */
export const productStatuses = [
  'created',
  'pendingActive',
  'cancelled',
  'active',
  'pendingTerminate',
  'terminated',
  'suspended',
  'aborted '
] as const
export type ProductStatus = (typeof productStatuses)[number]

/** A product as it is ordered, or a reference to one that the customer has. @source TMF622 v4.0.0, ProductRefOrValue */
export interface ProductRefOrValue extends Entity {
  id?: string
  href?: string
  description?: string
  isBundle?: boolean
  isCustomerVisible?: boolean
  name?: string
  orderDate?: string
  productSerialNumber?: string
  startDate?: string
  terminationDate?: string
  agreement?: AgreementItemReference[]
  billingAccount?: EntityReference
  place?: RelatedPlace[]
  product?: ProductRefOrValue[]
  productCharacteristic?: Characteristic[]
  productOffering?: EntityReference
  productOrderItem?: RelatedProductOrderItem[]
  productPrice?: ProductPrice[]
  productRelationship?: ProductRelationship[]
  productSpecification?: ProductSpecificationReference
  productTerm?: ProductTerm[]
  realizingResource?: ResourceReference[]
  realizingService?: EntityReference[]
  relatedParty?: RelatedParty[]
  status?: ProductStatus
  '@referredType'?: string
}

/**
 * Attributes that every product has, if only as an empty list: those who read an inventory go through them without looking whether
 * they are there.
 */
export const productLists = ['productCharacteristic', 'productPrice', 'relatedParty'] as const
type ProductList = (typeof productLists)[number]

/** A product that a customer has, as it is sent. @source TMF637 v4.0.0, Product_Create */
export interface NewProduct extends Omit<ProductRefOrValue, 'id' | 'href' | '@referredType'> {
  status: ProductStatus
}

/** A product that a customer has. @source TMF637 v4.0.0, Product */
export interface Product extends Resource, Omit<NewProduct, ProductList>, Required<Pick<NewProduct, ProductList>> {}

export const productDefinition = {
  name: 'product',
  type: 'Product',
  stateAttribute: 'status',
  mandatory: ['status'],
  indexed: [
    { name: 'status', path: 'status', type: 'string', many: false },
    { name: 'product_serial_number', path: 'productSerialNumber', type: 'string', many: false },
    { name: 'product_offering_id', path: 'productOffering.id', type: 'string', many: false },
    { name: 'related_party_id', path: 'relatedParty.id', type: 'string', many: true },
    { name: 'realizing_service_id', path: 'realizingService.id', type: 'string', many: true },
    { name: 'realizing_resource_id', path: 'realizingResource.id', type: 'string', many: true },
    { name: 'product_order_id', path: 'productOrderItem.productOrderId', type: 'string', many: true }
  ]
} as const satisfies DefinitionOf<Product>

/** A product with all of its {@link productLists}. Whatever stores a product passes it through here. */
export function withProductLists<P extends Partial<Pick<NewProduct, ProductList>>>(
  product: P
): P & Required<Pick<NewProduct, ProductList>> {
  const missing = productLists.filter(name => product[name] === undefined)
  return { ...product, ...Object.fromEntries(missing.map(name => [name, []])) } as P & Required<Pick<NewProduct, ProductList>>
}
