/** Service orders as TMF641 v4.1 has them: as much as a simulator looks at. What else a client sends is kept and shown as it is. */

export const orderStates = [
  'acknowledged',
  'rejected',
  'pending',
  'held',
  'inProgress',
  'cancelled',
  'completed',
  'failed',
  'partial',
  'assessingCancellation',
  'pendingCancellation'
] as const

export type OrderState = (typeof orderStates)[number]

const finals: ReadonlySet<string> = new Set<OrderState>(['rejected', 'cancelled', 'completed', 'failed', 'partial'])

/** Whether an order or an item in this state stays in it. */
export function isFinal(state: string): boolean {
  return finals.has(state)
}

/** Attributes that nobody here looks at. */
interface Open {
  readonly [attribute: string]: unknown
}

export interface Characteristic extends Open {
  readonly name: string
  readonly value: unknown
}

/** A device: the identity of a resource with what the simulator adds when it allocates one. */
export interface Resource extends Open {
  readonly id?: string
  readonly name?: string
  readonly model?: string
  readonly serialNumber?: string
  readonly macAddress?: string
}

export interface Service extends Open {
  readonly id?: string
  readonly name?: string
  readonly state?: string
  readonly startDate?: string
  readonly endDate?: string
  readonly serviceSpecification?: Open & { readonly id?: string; readonly name?: string }
  readonly serviceCharacteristic?: readonly Characteristic[]
  readonly supportingResource?: readonly Resource[]
}

/** `id` is missing from the published definition, which requires it all the same: both are sent. */
export interface ItemRef extends Open {
  readonly id?: string
  readonly itemId?: string
}

export interface ErrorMessage {
  readonly code: string
  readonly reason: string
  readonly message: string
  readonly timestamp: string
  readonly serviceOrderItem?: readonly ItemRef[]
}

export type Action = 'add' | 'modify' | 'delete' | 'noChange'

export interface ServiceOrderItem extends Open {
  readonly id: string
  readonly action: Action
  readonly service: Service
  readonly state: OrderState
  readonly errorMessage?: readonly ErrorMessage[]
  readonly serviceOrderItem?: readonly ServiceOrderItem[]
  readonly serviceOrderItemRelationship?: readonly (Open & { readonly relationshipType?: string; readonly orderItem?: ItemRef })[]
}

export interface Milestone {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly milestoneDate: string
  readonly status: string
  readonly serviceOrderItem?: readonly ItemRef[]
}

export interface JeopardyAlert {
  readonly id: string
  readonly name: string
  readonly alertDate: string
  readonly jeopardyType: string
  readonly exception: string
  readonly message: string
  readonly serviceOrderItem?: readonly ItemRef[]
}

/** A service order as it is kept: without `href`, which depends on who asks. */
export interface ServiceOrder extends Open {
  readonly id: string
  readonly externalId?: string
  /** Of the standard, but for what an administrator made up. */
  readonly state: string
  readonly orderDate: string
  readonly startDate?: string
  readonly completionDate?: string
  readonly cancellationDate?: string
  readonly cancellationReason?: string
  readonly milestone?: readonly Milestone[]
  readonly jeopardyAlert?: readonly JeopardyAlert[]
  readonly errorMessage?: readonly ErrorMessage[]
  readonly serviceOrderItem: readonly ServiceOrderItem[]
}

export interface CancelServiceOrder extends Open {
  readonly id: string
  readonly state: 'accepted' | 'inProgress' | 'done' | 'terminatedWithError'
  readonly serviceOrder: Open & { readonly id: string }
  readonly cancellationReason?: string
  readonly effectiveCancellationDate?: string
  readonly completionMessage?: string
  readonly errorMessage?: Omit<ErrorMessage, 'timestamp'>
}

/** Every item of an order, those within items too, the inner ones first. */
export function allItems(items: readonly ServiceOrderItem[]): readonly ServiceOrderItem[] {
  return items.flatMap(item => [...allItems(item.serviceOrderItem ?? []), item])
}

/** The items with each of them changed, those within items too. */
export function mapItems(
  items: readonly ServiceOrderItem[],
  change: (item: ServiceOrderItem) => ServiceOrderItem
): readonly ServiceOrderItem[] {
  return items.map(item => {
    const inner = item.serviceOrderItem
    return change(inner ? { ...item, serviceOrderItem: mapItems(inner, change) } : item)
  })
}
