import { type TrackingToken, trackingTokenDefinition } from '@crm-lite/domain'
import type { ResourceBinding } from '../../binding.ts'
import { attributeTree } from '../../schema/attribute-tree.ts'
import { dateTime, ref } from '../../schema/attributes.ts'
import { createSchemaOf, updateSchemaOf } from '../../schema/derive.ts'
import { resource } from '../../schema/entity.ts'
import { ProductOrderRef } from '../tmf622-product-ordering/schemas.ts'

export const TrackingTokenSchema = resource(
  'TrackingToken',
  'Lets a customer follow an order. The id revokes it, and opens nothing: the token itself is told once and not kept.',
  {
    mandatory: {
      productOrder: ref(ProductOrderRef, 'The order that it opens.'),
      createdAt: dateTime('Since when.'),
      expiresAt: dateTime('Until when.', '2026-04-30T09:00:00Z')
    },
    optional: {}
  }
)

const example = {
  '@type': 'TrackingToken',
  '@baseType': 'Entity',
  '@schemaLocation': 'https://example.com/schemas/tracking-token.json',
  productOrder: { id: '0199c3a4-5f7e-7c31-9d52-3f1b8a6e4d20' },
  createdAt: '2026-01-30T09:00:00.000Z',
  expiresAt: '2026-04-30T09:00:00.000Z'
} satisfies Omit<TrackingToken, 'id'>

/** Who looks for the tokens of an order finds what revokes them. Making and revoking them are routes of their own. */
export const trackingTokenBinding: ResourceBinding = {
  definition: trackingTokenDefinition,
  path: 'trackingToken',
  schemas: {
    resource: TrackingTokenSchema,
    create: createSchemaOf(TrackingTokenSchema),
    update: updateSchemaOf(TrackingTokenSchema, [ProductOrderRef])
  },
  attributes: attributeTree(TrackingTokenSchema, [ProductOrderRef]),
  example,
  operations: ['list', 'get'],
  eventKinds: []
}
