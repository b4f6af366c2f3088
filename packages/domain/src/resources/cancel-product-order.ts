import type { DefinitionOf, Entity, Resource } from '../kernel/resource.ts'
import type { TaskState } from '../ordering/task-states.ts'
import type { EntityReference } from './common.ts'

/** What a client says when it asks for a cancellation. */
export interface NewCancelProductOrder extends Entity {
  cancellationReason?: string
  /** A wish: what can be cancelled is cancelled at once. */
  requestedCancellationDate?: string
  productOrder: EntityReference
}

/** A request to cancel an order, and what has become of it. @source TMF622 v4.0.0, CancelProductOrder */
export interface CancelProductOrder extends Resource, NewCancelProductOrder {
  state: TaskState
  effectiveCancellationDate?: string
}

export const cancelProductOrderDefinition = {
  name: 'cancelProductOrder',
  type: 'CancelProductOrder',
  stateAttribute: 'state',
  mandatory: ['productOrder'],
  indexed: [
    { name: 'state', path: 'state', type: 'string', many: false },
    { name: 'product_order_id', path: 'productOrder.id', type: 'string', many: false }
  ]
} as const satisfies DefinitionOf<CancelProductOrder>
