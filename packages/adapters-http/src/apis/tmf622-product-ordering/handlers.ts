import {
  allowedStates,
  deleteProductOrder,
  type Journey,
  journeyDefinition,
  mergeOrderPatch,
  type NewCancelProductOrder,
  type NewProductOrder,
  type ProductOrder,
  patchProductOrder,
  placeProductOrder,
  type RequestContext,
  type Resource,
  requestCancellation,
  type StoredResource,
  trackingTokenDefinition,
  withStatesBefore
} from '@crm-lite/domain'
import type { Created, ResourceHandlers, ResourceServices } from '../../routes/resource-handlers.ts'

export const productOrderHandlers: Partial<ResourceHandlers> = {
  create: placeOrder,
  change: patchProductOrder,
  remove: (services, { id: orderId, ...removal }, context) => deleteProductOrder(services, { orderId, ...removal }, context),
  merge: mergeOrderPatch,
  compute: async (services, tenant, stored) => ({ allowedState: allowedStates(await wholeOrder(services, tenant, stored)) })
}

export const cancelProductOrderHandlers: Partial<ResourceHandlers> = {
  create: (services, input, context) => requestCancellation(services, input as unknown as NewCancelProductOrder, context)
}

/** Who repeats the request gets the same order, but is not told of a tracker again: only the digest of its token is known. */
async function placeOrder(services: ResourceServices, input: Omit<Resource, 'id'>, context: RequestContext): Promise<Created> {
  const link = services.newTrackingLink?.()
  const outcome = await placeProductOrder(services, input as unknown as NewProductOrder, context, link?.token)
  if (!link || !(await services.store.get(context.tenant, trackingTokenDefinition, link.token.id))) return outcome
  return { ...outcome, headers: { link: `<${link.url}>; rel="tracking"`, 'cache-control': 'no-store' } }
}

/** Where a cancellation is assessed, its journey knows where the order can go back to. */
async function wholeOrder({ store }: ResourceServices, tenant: string, { id, document }: StoredResource): Promise<ProductOrder> {
  const order = JSON.parse(document) as ProductOrder
  if (order.state !== 'assessingCancellation') return order
  const stored = await store.get(tenant, journeyDefinition, id)
  const journey = stored && (JSON.parse(stored.document) as Journey)
  return withStatesBefore(order, journey?.stateBeforeCancellation)
}
