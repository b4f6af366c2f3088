import type { DefinitionOf, Resource } from '../kernel/resource.ts'

/**
 * Lets whoever has the token see where an order stands, without further login. The id is a digest of the token: the token itself is told
 * once and kept nowhere. Nobody is told of events about it.
 */
export interface TrackingToken extends Resource {
  productOrder: { id: string }
  createdAt: string
  /** From then on it opens nothing. */
  expiresAt: string
}

export const trackingTokenDefinition = {
  name: 'trackingToken',
  type: 'TrackingToken',
  // It has no states: what can be told of it is how long it is good for.
  stateAttribute: 'expiresAt',
  mandatory: ['productOrder', 'createdAt', 'expiresAt'],
  indexed: [
    { name: 'product_order_id', path: 'productOrder.id', type: 'string', many: false },
    { name: 'expires_at', path: 'expiresAt', type: 'dateTime', many: false }
  ]
} as const satisfies DefinitionOf<TrackingToken>
