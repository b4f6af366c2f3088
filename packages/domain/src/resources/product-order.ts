import type { DefinitionOf, Entity, Resource } from '../kernel/resource.ts'
import type { ProductOrderState } from '../ordering/order-states.ts'
import type { EntityReference, RelatedParty } from './common.ts'
import type { NewProductOrderItem, OrderPrice, ProductOrderItem } from './product-order-item.ts'

export interface RelatedChannel extends EntityReference {
  role?: string
}

export interface Note extends Entity {
  id?: string
  author?: string
  date?: string
  text: string
}

/** @source TMF622 v5.0.0, ProductOrderItemRef */
export interface ProductOrderItemReference extends Entity {
  productOrderId: string
  productOrderItemId: string
  /** The capital letter is in the standard. */
  ProductOrderHref?: string
  '@referredType'?: string
}

/** @source TMF622 v5.0.0, ProductOrderMilestone */
export const milestoneStatuses = ['Yet-To-Reach', 'Completed', 'Violated'] as const
export type MilestoneStatus = (typeof milestoneStatuses)[number]

/** @source TMF622 v5.0.0, ProductOrderMilestone */
export interface ProductOrderMilestone extends Entity {
  id?: string
  name?: string
  description?: string
  status?: MilestoneStatus
  /** When it was completed; until then, when that is expected. */
  milestoneDate?: string
  message?: string
  productOrderItem?: ProductOrderItemReference[]
}

/** @source TMF622 v5.0.0, ProductOrderJeopardyAlert */
export interface ProductOrderJeopardyAlert extends Entity {
  id?: string
  name?: string
  alertDate?: string
  /** `Normal`, `Hazard`, `Critical`. */
  jeopardyType?: string
  exception?: string
  message?: string
  productOrderItem?: ProductOrderItemReference[]
}

/** @source TMF622 v5.0.0, ProductOrderErrorMessage */
export interface ProductOrderErrorMessage extends Entity {
  code?: string
  reason?: string
  message?: string
  status?: string
  referenceError?: string
  timestamp?: string
  productOrderItem?: ProductOrderItemReference[]
}

/** What a client says about an order. */
export interface NewProductOrder extends Entity {
  cancellationDate?: string
  cancellationReason?: string
  category?: string
  description?: string
  externalId?: string
  notificationContact?: string
  /** From 0, the highest, to 4. */
  priority?: string
  requestedCompletionDate?: string
  requestedStartDate?: string
  agreement?: EntityReference[]
  billingAccount?: EntityReference
  channel?: RelatedChannel[]
  note?: Note[]
  orderTotalPrice?: OrderPrice[]
  payment?: EntityReference[]
  productOfferingQualification?: EntityReference[]
  productOrderItem: NewProductOrderItem[]
  quote?: EntityReference[]
  relatedParty?: RelatedParty[]
}

/** An order and what has become of it: the attributes of v4, and those that only the server sets. @source TMF622 v4.0.0, ProductOrder */
export interface ProductOrder extends Resource, Omit<NewProductOrder, 'productOrderItem' | 'relatedParty'> {
  orderDate: string
  state: ProductOrderState
  completionDate?: string
  expectedCompletionDate?: string
  productOrderItem: ProductOrderItem[]
  relatedParty: RelatedParty[]
  productOrderMilestone?: ProductOrderMilestone[]
  productOrderJeopardyAlert?: ProductOrderJeopardyAlert[]
  productOrderErrorMessage?: ProductOrderErrorMessage[]
  /** While a cancellation is assessed: the only state that a refusal leads back to. Not in the standard. */
  stateBeforeCancellation?: ProductOrderState
}

export const productOrderDefinition = {
  name: 'productOrder',
  type: 'ProductOrder',
  stateAttribute: 'state',
  mandatory: ['productOrderItem'],
  indexed: [
    { name: 'state', path: 'state', type: 'string', many: false },
    { name: 'external_id', path: 'externalId', type: 'string', many: false },
    { name: 'category', path: 'category', type: 'string', many: false },
    { name: 'order_date', path: 'orderDate', type: 'dateTime', many: false },
    { name: 'billing_account_id', path: 'billingAccount.id', type: 'string', many: false },
    { name: 'related_party_id', path: 'relatedParty.id', type: 'string', many: true },
    { name: 'milestone_name', path: 'productOrderMilestone.name', type: 'string', many: true },
    { name: 'milestone_status', path: 'productOrderMilestone.status', type: 'string', many: true }
  ]
} as const satisfies DefinitionOf<ProductOrder>
