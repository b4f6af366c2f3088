import type { Entity } from '../kernel/resource.ts'
import type { ProductOrderItemState } from '../ordering/order-item-states.ts'
import type { EntityReference, Quantity } from './common.ts'
import type { Price, PriceAlteration, ProductRefOrValue } from './product.ts'

/** @source TMF622 v4.0.0, OrderItemActionType */
export const orderItemActions = ['add', 'modify', 'delete', 'noChange'] as const
export type OrderItemAction = (typeof orderItemActions)[number]

export interface AppointmentReference extends Entity {
  id: string
  href?: string
  description?: string
  '@referredType'?: string
}

export interface OrderPrice extends Entity {
  description?: string
  name?: string
  priceType?: string
  recurringChargePeriod?: string
  unitOfMeasure?: string
  billingAccount?: EntityReference
  price?: Price
  priceAlteration?: PriceAlteration[]
  productOfferingPrice?: EntityReference
}

export interface OrderTerm extends Entity {
  description?: string
  name?: string
  duration?: Quantity
}

export interface ProductOfferingQualificationItemReference extends EntityReference {
  productOfferingQualificationHref?: string
  productOfferingQualificationId: string
  productOfferingQualificationName?: string
}

export interface OrderItemRelationship extends Entity {
  id?: string
  relationshipType?: string
}

export interface QuoteItemReference extends EntityReference {
  quoteHref?: string
  quoteId: string
  quoteName?: string
}

/** What a client says about an item: only its id, unique in the order, and what to do are mandatory. */
export interface NewProductOrderItem extends Entity {
  id: string
  quantity?: number
  action: OrderItemAction
  appointment?: AppointmentReference
  billingAccount?: EntityReference
  itemPrice?: OrderPrice[]
  itemTerm?: OrderTerm[]
  itemTotalPrice?: OrderPrice[]
  payment?: EntityReference[]
  product?: ProductRefOrValue
  productOffering?: EntityReference
  productOfferingQualificationItem?: ProductOfferingQualificationItemReference
  productOrderItem?: NewProductOrderItem[]
  productOrderItemRelationship?: OrderItemRelationship[]
  qualification?: EntityReference[]
  quoteItem?: QuoteItemReference
}

/**
 * One thing ordered. An item that holds items shows what becomes of those; one without is a leaf, and its state is its own.
 *
 * @source TMF622 v4.0.0, ProductOrderItem
 */
export interface ProductOrderItem extends Omit<NewProductOrderItem, 'productOrderItem'> {
  state: ProductOrderItemState
  productOrderItem?: ProductOrderItem[]
  /** While a cancellation is assessed: the only state that a refusal leads back to. Not in the standard. */
  stateBeforeCancellation?: ProductOrderItemState
}
