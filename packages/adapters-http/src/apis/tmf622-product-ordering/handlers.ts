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
  requestCancellation,
  type StoredResource,
  withStatesBefore
} from '@crm-lite/domain'
import type { ResourceHandlers, ResourceServices } from '../../routes/resource-handlers.ts'

export const productOrderHandlers: Partial<ResourceHandlers> = {
  create: (services, input, context) => placeProductOrder(services, input as unknown as NewProductOrder, context),
  change: patchProductOrder,
  remove: (services, { id: orderId, ...removal }, context) => deleteProductOrder(services, { orderId, ...removal }, context),
  merge: mergeOrderPatch,
  compute: async (services, tenant, stored) => ({ allowedState: allowedStates(await wholeOrder(services, tenant, stored)) })
}

export const cancelProductOrderHandlers: Partial<ResourceHandlers> = {
  create: (services, input, context) => requestCancellation(services, input as unknown as NewCancelProductOrder, context)
}

/** Where a cancellation is assessed, its journey knows where the order can go back to. */
async function wholeOrder({ store }: ResourceServices, tenant: string, { id, document }: StoredResource): Promise<ProductOrder> {
  const order = JSON.parse(document) as ProductOrder
  if (order.state !== 'assessingCancellation') return order
  const stored = await store.get(tenant, journeyDefinition, id)
  const journey = stored && (JSON.parse(stored.document) as Journey)
  return withStatesBefore(order, journey?.stateBeforeCancellation)
}
