import { productOrderItemStates, productOrderStates } from '@crm-lite/domain'
import { Type } from '@sinclair/typebox'
import type { NamedSchema } from '../binding.ts'
import { dateTime, flag, integer, oneOf, text } from '../schema/attributes.ts'

const orderReference = Type.Object({ id: text('The id of the order.', '0199c3a4-5f7e-7c31-9d52-3f1b8a6e4d20') })

export const trackingTokenInputSchema: NamedSchema = named(
  'TrackingTokenInput',
  'What is sent to let a customer follow an order.',
  {
    productOrder: orderReference,
    expiresAt: Type.Optional(dateTime('Until when; as long as tokens are good for when absent, and no longer.'))
  }
)

export const newTrackingTokenSchema: NamedSchema = named('NewTrackingToken', 'A token, told once.', {
  id: text('Identifies the token for revoking it. Opens nothing.'),
  href: text('Where the token is revoked.'),
  '@type': Type.Literal('TrackingToken'),
  productOrder: orderReference,
  createdAt: dateTime('Since when.'),
  expiresAt: dateTime('Until when.'),
  token: Type.Optional(text('Opens the tracker. Only in the first answer to the request that made it.')),
  trackingUrl: Type.Optional(text('Where the tracker is, for programs and browsers. Only together with `token`.'))
})

const trackedItemProperties = {
  id: text('Of the item.', '1'),
  name: Type.Optional(text('What was ordered.', 'Fibre 500')),
  state: oneOf(productOrderItemStates, 'How it stands.')
}

/** Items hold items: how deep is not said here. */
const trackedItem = Type.Object({
  ...trackedItemProperties,
  item: Type.Optional(Type.Array(Type.Object(trackedItemProperties), { description: 'The items in it.' }))
})

const trackedMilestone = Type.Object({
  key: text('Identifies the milestone in the journey.', 'installed'),
  name: text('For people, in the language that they prefer where there is a translation.', 'Installed'),
  description: Type.Optional(text('More of that.')),
  item: Type.Optional(Type.Object({ id: text('The item that it is for, where it is for one.', '1') })),
  status: oneOf(['done', 'current', 'expected'], '`current`: it comes next; there may be several.'),
  date: dateTime('When it was done, otherwise when that is expected.'),
  isLate: flag('Whether its date has passed.')
})

export const trackingSchema: NamedSchema = named(
  'Tracking',
  'What a customer may see of an order: no parties, addresses, notes or prices.',
  {
    productOrder: Type.Object({
      id: text('Of the order.'),
      externalId: Type.Optional(text('As the customer knows it.', 'PO-4711'))
    }),
    state: oneOf(productOrderStates, 'Of the order.'),
    orderDate: dateTime('When it was placed.'),
    item: Type.Array(trackedItem, { description: 'What was ordered.' }),
    milestone: Type.Array(trackedMilestone, { description: 'What happens on the way, each behind what it requires.' }),
    percentDone: integer('From 0 to 100.', 60),
    expectedCompletionDate: Type.Optional(dateTime('Absent when it will not be completed any more.')),
    completionDate: Type.Optional(dateTime('When it was completed.')),
    isLate: flag('Whether it takes longer than planned.'),
    lastUpdate: dateTime('When something happened last.')
  }
)

/** Every schema that the documents refer to by name. */
export const trackingSchemas: readonly NamedSchema[] = [trackingTokenInputSchema, newTrackingTokenSchema, trackingSchema]

function named(id: string, description: string, properties: Parameters<typeof Type.Object>[0]): NamedSchema {
  return { ...Type.Object(properties, { description }), $id: id }
}
