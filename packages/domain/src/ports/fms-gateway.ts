import type { JsonValue } from '../kernel/json.ts'
import type { OrderItemAction } from '../resources/product-order-item.ts'

/** A property of a service or a device, under the name that the FMS knows it by. */
export interface ServiceCharacteristic {
  readonly name: string
  readonly value: JsonValue
  readonly valueType?: string
}

/** A device or another resource that a service needs or has: asked for by its model, say, and told with its serial number. */
export interface SupportingResource {
  readonly id?: string
  readonly name?: string
  /** What it is, such as `PhysicalResource` or `Router`. */
  readonly type?: string
  readonly model?: string
  readonly serialNumber?: string
  readonly macAddress?: string
  /** Everything else about it. */
  readonly characteristics?: readonly ServiceCharacteristic[]
}

export interface ServiceSpecificationReference {
  readonly id: string
  readonly name?: string
  readonly version?: string
}

export interface ServiceOrderItemRequest {
  /** Unique in the request. */
  readonly id: string
  readonly action: OrderItemAction
  /** The service that is modified or deleted; absent for one that is added. */
  readonly serviceId?: string
  readonly serviceSpecification?: ServiceSpecificationReference
  readonly characteristics: readonly ServiceCharacteristic[]
  readonly supportingResources: readonly SupportingResource[]
  /** Ids of items of this request that must be done before. */
  readonly requires: readonly string[]
}

/** What the FMS is asked to do. Dates are RFC 3339. */
export interface ServiceOrderRequest {
  /** Ours, and by it the service order is found again: `<orderId>:<itemId>:<attempt>`. */
  readonly externalId: string
  readonly description?: string
  readonly category?: string
  readonly requestedStartDate?: string
  readonly requestedCompletionDate?: string
  readonly items: readonly ServiceOrderItemRequest[]
}

/** What the FMS says about something; nothing of it is mandatory in the standard. Dates are ISO 8601 in UTC. */
export interface ServiceOrderMilestone {
  readonly id?: string
  readonly name?: string
  readonly description?: string
  readonly message?: string
  readonly date?: string
  /** Free text in the standard. */
  readonly status?: string
}

export interface ServiceOrderJeopardyAlert {
  readonly id?: string
  readonly name?: string
  readonly message?: string
  readonly exception?: string
  readonly jeopardyType?: string
  readonly date?: string
  /** Whom it is about; empty when it is the whole order. */
  readonly itemIds: readonly string[]
}

export interface ServiceOrderError {
  readonly code?: string
  readonly reason?: string
  readonly message?: string
  readonly status?: string
  readonly date?: string
}

/** A service as the FMS has it: without an id as long as it has none. */
export interface ServiceReport {
  readonly id?: string
  readonly name?: string
  readonly state?: string
  readonly characteristics: readonly ServiceCharacteristic[]
  readonly supportingResources: readonly SupportingResource[]
}

export interface ServiceOrderItemReport {
  readonly id: string
  /** Its own or, where the FMS gives none, that of the order. */
  readonly state: string
  readonly service?: ServiceReport
  /** Those of the order that name this item. */
  readonly milestones: readonly ServiceOrderMilestone[]
  /** Its own, and those of the order that name it. */
  readonly errorMessages: readonly ServiceOrderError[]
}

/**
 * What the FMS says about a service order, validated. States are kept as they were told, the unknown ones too: what to make of them is
 * decided in the domain. Items that hold items stand beside one another here.
 */
export interface ServiceOrderReport {
  readonly id: string
  readonly externalId?: string
  readonly state: string
  readonly items: readonly ServiceOrderItemReport[]
  /** Those that name no item. */
  readonly milestones: readonly ServiceOrderMilestone[]
  readonly jeopardyAlerts: readonly ServiceOrderJeopardyAlert[]
  /** Those that name no item. */
  readonly errorMessages: readonly ServiceOrderError[]
  /** ISO 8601 in UTC. */
  readonly completionDate?: string
}

/** How far a cancellation has come: `accepted`, `inProgress`, `done`, `terminatedWithError`, or what else the FMS says. */
export interface ServiceOrderCancellation {
  readonly id: string
  readonly serviceOrderId?: string
  readonly state: string
  readonly message?: string
  readonly errorMessage?: ServiceOrderError
  readonly effectiveDate?: string
}

export interface ServiceOrderPage {
  readonly orders: readonly ServiceOrderReport[]
  /** How many of the page could not be read. */
  readonly unreadable: number
  /** Of all pages, where the FMS tells it. */
  readonly totalCount?: number
}

/** What passed between us, shortened to a few KiB and without personal data: for the operator who has to find out what went wrong. */
export interface FmsEvidence {
  readonly request?: string
  readonly answer?: string
  /** Of HTTP. */
  readonly status?: number
}

/**
 * Why a call led to nothing.
 *
 * | kind | meaning | codes |
 * |---|---|---|
 * | `refused` | it answered, and the answer is no | `badRequest`, `unauthorized`, `forbidden`, `notFound`, `requestTimeout`, `conflict`, `tooManyRequests`, `serverError`, `notImplemented`, `redirected`, `notSupported` (nothing was sent: this FMS cannot do it) |
 * | `unreadable` | it answered something that makes no sense | `emptyAnswer`, `notJson`, `tooLong`, `tooDeep`, `encoded`, `invalidAnswer`, `wrongType`, `otherOrder`; of look-ups `filterIgnored`, `pagingIgnored`, `tooManyOrders`, `listChanged` |
 * | `unreachable` | no answer, or none in full | `connection`, `tls`, `timeout`, `brokenOff`; nothing was sent: `breakerOpen`, `busy`, `closed`, `late`, `noToken` |
 */
export interface FmsFailure {
  readonly kind: 'refused' | 'unreadable' | 'unreachable'
  /** Whether the same call may succeed at another time, without anybody changing anything about it. */
  readonly retryable: boolean
  /**
   * Whether the FMS may have done what was asked. Then it must be looked up before it is asked again, retryable or not: somebody who was
   * refused because it is there already (`conflict`) finds it so. Never true of calls that change nothing.
   */
  readonly isOutcomeUnknown: boolean
  readonly code: string
  /** For people; nothing personal. */
  readonly message: string
  /** How long the FMS asks to be left alone. */
  readonly retryAfterS?: number
  readonly evidence?: FmsEvidence
}

export type FmsResult<T> = { readonly kind: 'ok'; readonly value: T } | FmsFailure

/** What a callback of the FMS tells. Nothing of it is trusted but as a reason to act on the report or, where that is incomplete, to ask. */
export interface FmsNotification {
  /** As it was sent, such as `ServiceOrderStateChangeEvent`. */
  readonly eventType: string
  readonly change: 'created' | 'stateChanged' | 'attributesChanged' | 'milestone' | 'jeopardy' | 'informationRequired' | 'deleted'
  readonly eventId?: string
  /** ISO 8601 in UTC. */
  readonly eventTime?: string
  /** At least one of the two is there. */
  readonly serviceOrderId?: string
  readonly externalId?: string
  /** Absent when the callback does not hold enough of the order to be followed. */
  readonly report?: ServiceOrderReport
  /** When it is about the cancellation of a service order. */
  readonly cancellation?: ServiceOrderCancellation
}

/**
 * Reads the body of a callback.
 *
 * @param eventName the last part of the path it came to, for those that say nothing in the body
 */
export type ReadFmsNotification = (body: unknown, eventName?: string) => FmsResult<FmsNotification>

/** `changes`: not that a service order was made, which the answer says, nor its milestones by themselves, which its next change says too. */
export type FmsCallbackWish = 'everything' | 'changes'

/**
 * The operator's fulfilment management system. Nothing throws because of the FMS or the network. What it has done it does not repeat by
 * itself: whether a call is made again is decided by the caller, who knows what is at stake.
 *
 * @source TMF641 v4.1.0
 */
export interface FmsGateway {
  /**
   * @param answerBy when others begin to look for what has become of it: the call is over by then, and nothing is sent any more (`late`),
   *   however long this process stood still
   */
  create(request: ServiceOrderRequest, answerBy?: Date): Promise<FmsResult<ServiceOrderReport>>
  /** Refused with `notFound` when there is none. */
  get(id: string): Promise<FmsResult<ServiceOrderReport>>
  /** Whether `lookUp` can tell what is there and what isn't. */
  readonly canLookUp: boolean
  /** All that have this `externalId`. An empty answer is certain: there is none at this moment. */
  lookUp(externalId: string): Promise<FmsResult<readonly ServiceOrderReport[]>>
  list(page: { readonly offset: number; readonly limit: number }): Promise<FmsResult<ServiceOrderPage>>
  /** @param id of the service order */
  cancel(id: string, reason: string): Promise<FmsResult<ServiceOrderCancellation>>
  /** @param id of the cancellation */
  cancellation(id: string): Promise<FmsResult<ServiceOrderCancellation>>
  /**
   * @param callback the URL that what happens to service orders is to be sent to
   * @param wanted what is asked for: an FMS may tell more
   */
  subscribe(callback: string, wanted?: FmsCallbackWish): Promise<FmsResult<{ readonly id: string }>>
  /** It is no failure when there is no such subscription any more. */
  unsubscribe(id: string): Promise<FmsResult<undefined>>
}
