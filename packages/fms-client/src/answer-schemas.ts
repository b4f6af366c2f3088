import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { compile, define } from './validation.ts'

/**
 * What is read of the answers, and no more is asked of them: the standard makes nothing mandatory. What we do not read may be anything.
 *
 * @source TMF641 v4.1.0; TMF641 v3.0.0 for the names of old
 */
const optional = <T extends TSchema>(schema: T) => Type.Optional(schema)
const text = optional(Type.String())

/** Some number their orders. */
const Id = Type.Union([Type.String({ minLength: 1, maxLength: 500, pattern: '^(?!\\.{1,2}$)' }), Type.Integer()])
const typed = { '@type': text, '@baseType': text }

const Characteristic = Type.Object({ name: Type.String(), value: optional(Type.Unknown()), valueType: text })
const characteristics = optional(Type.Array(Characteristic))

const Resource = Type.Object({
  id: optional(Id),
  name: text,
  '@type': text,
  '@referredType': text,
  model: text,
  serialNumber: optional(Type.String({ maxLength: 500 })),
  macAddress: text,
  resourceCharacteristic: characteristics,
  characteristic: characteristics
})

const Service = Type.Object({
  id: optional(Id),
  name: text,
  state: text,
  serviceCharacteristic: characteristics,
  supportingResource: optional(Type.Array(Resource))
})

/** `itemId` in v4.1, `id` elsewhere. */
const ItemReference = Type.Object({ itemId: optional(Id), id: optional(Id) })
const itemReferences = optional(Type.Array(ItemReference))

const ErrorMessage = Type.Object({
  code: optional(Type.Union([Type.String(), Type.Integer()])),
  reason: text,
  message: text,
  status: optional(Type.Union([Type.String(), Type.Integer()])),
  timestamp: text,
  serviceOrderItem: itemReferences
})

const Milestone = Type.Object({
  id: optional(Id),
  name: text,
  description: text,
  message: text,
  milestoneDate: text,
  status: text,
  serviceOrderItem: itemReferences
})

const JeopardyAlert = Type.Object({
  id: optional(Id),
  name: text,
  message: text,
  exception: text,
  jeopardyType: text,
  alertDate: text,
  serviceOrderItem: itemReferences
})

const Item = Type.Recursive(
  Self =>
    Type.Object({
      id: Id,
      state: optional(Type.String({ minLength: 1, maxLength: 100 })),
      service: optional(Service),
      errorMessage: optional(Type.Array(ErrorMessage)),
      serviceOrderItem: optional(Type.Array(Self)),
      orderItem: optional(Type.Array(Self))
    }),
  { $id: 'ServiceOrderItem' }
)
define(Item)
/** By its name, as it stands in several places. */
const items = optional(Type.Array(Type.Unsafe<Static<typeof Item>>({ $ref: 'ServiceOrderItem' })))

const orderParts = {
  ...typed,
  externalId: text,
  state: optional(Type.String({ minLength: 1, maxLength: 100 })),
  completionDate: text,
  serviceOrderItem: items,
  orderItem: items,
  milestone: optional(Type.Array(Milestone)),
  jeopardyAlert: optional(Type.Array(JeopardyAlert)),
  errorMessage: optional(Type.Array(ErrorMessage))
}

const ServiceOrder = Type.Object({ id: Id, ...orderParts })
/** In a callback, whatever part of it. */
const PartOfServiceOrder = Type.Object({ id: optional(Id), ...orderParts })

const Cancellation = Type.Object({
  id: Id,
  ...typed,
  state: optional(Type.String({ minLength: 1, maxLength: 100 })),
  completionMessage: text,
  effectiveCancellationDate: text,
  errorMessage: optional(ErrorMessage),
  serviceOrder: optional(Type.Object({ id: optional(Id) }))
})

const Subscription = Type.Object({ id: Id })

const Notification = Type.Object({
  eventId: optional(Id),
  eventTime: text,
  eventType: text,
  event: optional(Type.Record(Type.String(), Type.Unknown())),
  resource: optional(Type.Record(Type.String(), Type.Unknown()))
})

const TmfError = Type.Object({
  code: optional(Type.Union([Type.String(), Type.Integer()])),
  reason: text,
  message: text
})

export type CharacteristicAnswer = Static<typeof Characteristic>
export type ResourceAnswer = Static<typeof Resource>
export type ServiceAnswer = Static<typeof Service>
export type ItemReferenceAnswer = Static<typeof ItemReference>
export type ErrorMessageAnswer = Static<typeof ErrorMessage>
export type MilestoneAnswer = Static<typeof Milestone>
export type JeopardyAlertAnswer = Static<typeof JeopardyAlert>
export type ItemAnswer = Static<typeof Item>
export type ServiceOrderAnswer = Static<typeof ServiceOrder>
export type PartOfServiceOrderAnswer = Static<typeof PartOfServiceOrder>
export type CancellationAnswer = Static<typeof Cancellation>
export type NotificationAnswer = Static<typeof Notification>
export type TmfErrorAnswer = Static<typeof TmfError>

export const isServiceOrder = compile<ServiceOrderAnswer>(ServiceOrder)
export const isPartOfServiceOrder = compile<PartOfServiceOrderAnswer>(PartOfServiceOrder)
export const isCancellation = compile<CancellationAnswer>(Cancellation)
export const isSubscription = compile<Static<typeof Subscription>>(Subscription)
export const isNotification = compile<NotificationAnswer>(Notification)
export const isTmfError = compile<TmfErrorAnswer>(TmfError)
