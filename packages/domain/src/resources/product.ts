import type { Entity } from '../kernel/resource.ts'
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
