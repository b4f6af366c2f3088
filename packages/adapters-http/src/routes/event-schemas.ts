import { subscriptionStates } from '@crm-lite/domain'
import { Type } from '@sinclair/typebox'
import type { NamedSchema } from '../binding.ts'
import { dateTime, integer, oneOf, ref, text } from '../schema/attributes.ts'

const query = text(
  'Which events, and what of them: written like the query string of a list, about the notification. ' +
    '`eventType` names the kind of event, `event.customer.status` looks into the resource, `fields` chooses what is sent. Absent: all.',
  'eventType=CustomerCreateEvent&event.customer.status=active'
)
const callback = text(
  'Where events are sent to (POST): an https URL on a public address.',
  'https://receiver.example.com/listener'
)

/** @source TMF629 v4.0.0, EventSubscriptionInput */
export const subscriptionInputSchema: NamedSchema = named('EventSubscriptionInput', 'What is sent to subscribe.', {
  callback,
  query: Type.Optional(query)
})

/** @source TMF629 v4.0.0, EventSubscription; everything but `id`, `callback` and `query` is an extension */
export const subscriptionSchema: NamedSchema = named('EventSubscription', 'Somebody who is told what happens.', {
  id: text('Identifies the subscription.', '0199c3a4-5f7e-7c31-9d52-3f1b8a6e4d20'),
  href: text('Where the subscription is found.'),
  '@type': Type.Literal('EventSubscription'),
  callback: Type.Optional(callback),
  query: Type.Optional(query),
  state: Type.Optional(
    oneOf(
      subscriptionStates,
      '`paused`: events wait. `disabled`: the receiver said that it is gone (410); nothing is added until it is resumed.'
    )
  ),
  stateReason: Type.Optional(text('Why it is not active.')),
  createdAt: Type.Optional(dateTime('Since when: events after that are sent.')),
  previousSecretUntil: Type.Optional(dateTime('Until when deliveries are signed with the replaced secret too.')),
  secret: Type.Optional(
    text(
      'What deliveries are signed with (Standard Webhooks). Only in the first answer to the request that made it.',
      'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD'
    )
  )
})

export const parkedDeliverySchema: NamedSchema = named('ParkedDelivery', 'A delivery that was given up.', {
  id: text('Identifies the delivery, for releasing it.'),
  eventId: text('Of the event that was not delivered.'),
  resource: Type.Object(
    { type: text('The name of the resource.', 'customer'), id: text('The id of the resource.') },
    { description: 'What the event is about.' }
  ),
  attempts: integer('How often it was tried.', 10),
  failureCode: text('What went wrong last.', 'status503'),
  parkedAt: dateTime('When it was given up.')
})

/** Of our own: not TMF688, which wraps events in other ways. */
export const eventSchema: NamedSchema = named('Event', 'Something that happened to a resource.', {
  eventId: text('The same whenever and however the event is told.', '0199c3a4-5f7e-7c31-9d52-3f1b8a6e4d21'),
  eventType: text('What happened, as the hubs call it.', 'CustomerCreateEvent'),
  eventTime: dateTime('When it happened.'),
  cursor: text('Where the event stands: the value of `after` for reading on behind it.', '1042'),
  resource: Type.Object(
    {
      id: text('The id of the resource.'),
      href: text('Where the resource is, or was, found.'),
      type: text('The type of the resource.', 'Customer')
    },
    { description: 'What the event is about.' }
  ),
  revision: integer('Of the resource after the change; its last one, when it was deleted.', 1),
  actor: text('Who is responsible.', 'portal'),
  correlationId: text('Ties together what one request caused: its X-Request-Id.'),
  changedPaths: Type.Optional(Type.Array(text('A dotted path.', 'contactMedium'), { description: 'What changed.' })),
  event: Type.Object(
    {},
    {
      description: 'The resource after the change, as it was when it was deleted, under its name.',
      additionalProperties: true,
      examples: [{ customer: { id: '1', '@type': 'Customer' } }]
    }
  )
})

/** How many deliveries an operation has made due. */
export const countSchema = Type.Object({ count: integer('How many deliveries were made due.', 3) })

export const testResultSchema = Type.Object({
  delivered: Type.Boolean({ description: 'Whether the receiver answered with 2xx.' }),
  status: Type.Optional(integer('What the receiver answered.', 204)),
  reason: Type.Optional(
    text('Why it was not delivered: `gone`, `refused`, `connection`, `timeout`, `tls`, `forbiddenAddress`, `badAnswer` ...')
  )
})

export const replaySchema = Type.Object({
  from: dateTime('Events from this moment on.', '2026-01-31T00:00:00Z'),
  to: Type.Optional(dateTime('Events before this moment; until now when absent.', '2026-02-01T00:00:00Z')),
  query: Type.Optional(text('Which of the events that the subscription wants.', 'eventType=CustomerCreateEvent'))
})

export const releaseSchema = Type.Object({
  delivery: Type.Optional(Type.Array(text('The id of a parked delivery.'), { description: 'Which ones; all when absent.' }))
})

/** Every schema that the documents refer to by name. */
export const eventSchemas: readonly NamedSchema[] = [
  subscriptionInputSchema,
  subscriptionSchema,
  parkedDeliverySchema,
  eventSchema
]

/** As the routes refer to one. */
export function refTo(schema: NamedSchema) {
  const { $ref } = ref(schema)
  return { $ref }
}

function named(id: string, description: string, properties: Parameters<typeof Type.Object>[0]): NamedSchema {
  return { ...Type.Object(properties, { description }), $id: id }
}
