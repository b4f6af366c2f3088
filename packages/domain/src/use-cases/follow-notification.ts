import { askEarly, type Fulfilment, followReport, fulfilmentDefinition } from '../fulfilment/index.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { FmsNotification } from '../ports/fms-gateway.ts'
import type { ResourceStore } from '../ports/resource-store.ts'
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
  const id = await fulfilmentOf(dependencies.store, notification, context.tenant)
  if (id === undefined) return 'unknown'
  const { report } = notification
  await changeFulfilment(
    dependencies,
    id,
    (record, order, decision) =>
      report ? followReport(record, order, { report, source: 'callback' }, decision) : askEarly(record, order, decision),
    context
  )
  return 'followed'
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
): Promise<string | undefined> {
  const named = externalId === undefined ? undefined : await store.get(tenant, fulfilmentDefinition, externalId)
  if (serviceOrderId === undefined) return named?.id
  if (named && (JSON.parse(named.document) as Fulfilment).serviceOrder?.id === serviceOrderId) return named.id
  const { items } = await store.list(tenant, fulfilmentDefinition, {
    filter: { kind: 'in', path: serviceOrderPath, values: [serviceOrderId] },
    sort: [],
    limit: 1,
    offset: 0,
    count: false
  })
  return items[0]?.id ?? named?.id
}
