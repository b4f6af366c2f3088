import {
  askEarly,
  type Fulfilment,
  type FulfilmentContext,
  followReport,
  fulfilmentDefinition,
  isOver
} from '../fulfilment/index.ts'
import { DomainError } from '../kernel/errors.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { FmsNotification } from '../ports/fms-gateway.ts'
import type { ResourceStore } from '../ports/resource-store.ts'
import type { ProductOrder } from '../resources/product-order.ts'
import { changeFulfilment, type FulfilmentDependencies } from './change-fulfilment.ts'

/**
 * Takes in what the FMS has told by a callback. It is matched by the id of the service order, else by our own; what is not about one of
 * ours changes nothing, and what cannot be believed by itself has the FMS asked soon.
 */
export async function followNotification(
  dependencies: FulfilmentDependencies & { readonly store: ResourceStore },
  notification: FmsNotification,
  context: RequestContext
): Promise<'followed' | 'unknown'> {
  const found = await fulfilmentOf(dependencies.store, notification, context.tenant)
  if (!found) return 'unknown'
  if (isOver(found.state)) return 'followed'
  const { report } = notification
  const follow = (record: Fulfilment, order: ProductOrder, decision: FulfilmentContext) =>
    report ? followReport(record, order, { report, source: 'callback' }, decision) : askEarly(record, order, decision)
  try {
    await changeFulfilment(dependencies, found.id, follow, context)
    return 'followed'
  } catch (error) {
    // Its order was deleted: there is nothing left that could follow.
    if (error instanceof DomainError && error.code === 'notFound') return 'unknown'
    throw error
  }
}

const serviceOrderPath = {
  segments: [
    { name: 'serviceOrder', many: false },
    { name: 'id', many: false }
  ],
  type: 'string'
} as const

async function fulfilmentOf(
  store: ResourceStore,
  { serviceOrderId, externalId }: FmsNotification,
  tenant: string
): Promise<Fulfilment | undefined> {
  const stored = externalId === undefined ? undefined : await store.get(tenant, fulfilmentDefinition, externalId)
  const named = stored && (JSON.parse(stored.document) as Fulfilment)
  // What it is called at the FMS may not be known yet.
  const isIt = named && (named.serviceOrder === undefined || named.serviceOrder.id === serviceOrderId)
  if (serviceOrderId === undefined || isIt) return named
  const { items } = await store.list(tenant, fulfilmentDefinition, {
    filter: { kind: 'in', path: serviceOrderPath, values: [serviceOrderId] },
    sort: [],
    limit: 1,
    offset: 0,
    count: false
  })
  return items[0] ? (JSON.parse(items[0].document) as Fulfilment) : named
}
