import { type Journey, journeyDefinition } from '../journey/journey.ts'
import { type TrackingToken, trackingTokenDefinition } from '../journey/tracking-token.ts'
import { type TrackingView, trackingView } from '../journey/tracking-view.ts'
import type { Clock } from '../ports/clock.ts'
import type { ResourceStore } from '../ports/resource-store.ts'
import { type ProductOrder, productOrderDefinition } from '../resources/product-order.ts'

/** What a token opens. */
export interface Tracking {
  readonly view: TrackingView
  /** Changes whenever what is shown may have changed. */
  readonly version: string
}

/**
 * What the customer may see of the order that a token is for.
 *
 * @param tokenId the digest of the token
 * @param languages those that the reader prefers, best first
 * @returns undefined when the token never was, is revoked or has expired, and when its order is gone: whoever asks can't tell which
 */
export async function readTracking(
  { store, clock }: { readonly store: ResourceStore; readonly clock: Clock },
  tenant: string,
  tokenId: string,
  languages: readonly string[] = []
): Promise<Tracking | undefined> {
  const stored = await store.get(tenant, trackingTokenDefinition, tokenId)
  if (!stored) return undefined
  const token = JSON.parse(stored.document) as TrackingToken
  if (Date.parse(token.expiresAt) <= clock.now().getTime()) return undefined
  const { id } = token.productOrder
  const [order, journey] = await Promise.all([
    store.get(tenant, productOrderDefinition, id),
    // The journey of an order has the order's id.
    store.get(tenant, journeyDefinition, id)
  ])
  if (!order || !journey) return undefined
  const view = trackingView(JSON.parse(order.document) as ProductOrder, JSON.parse(journey.document) as Journey, languages)
  return { view, version: `${order.revision}.${journey.revision}` }
}
