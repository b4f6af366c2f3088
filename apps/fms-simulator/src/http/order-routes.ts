import type { Fms } from '../fms.ts'
import type { ApiVersion } from '../kept.ts'
import { showOrder } from '../representation.ts'
import { single, withFields } from './list-query.ts'
import { created, externalIdOf, ok, page, type Route, type Served, type Shown, textAt } from './route.ts'

/** Service orders: create, list, read, patch, delete. */
export function orderRoutes({ fms, quirks, version }: Served): readonly Route[] {
  const show = (order: Parameters<typeof showOrder>[0]): Shown => showOrder(order, fms.parts.baseUrl(), version)
  const about: Route['about'] = ({ id }) => externalIdOf(fms, id)
  return [
    {
      method: 'POST',
      url: '/serviceOrder',
      operation: 'create',
      about: ({ body }) => textAt(body, 'externalId') ?? 'nameless',
      act: ({ body, own }) => created(show(fms.create(body, own)))
    },
    {
      method: 'GET',
      url: '/serviceOrder',
      operation: 'list',
      about: ({ query }) => single(query['externalId']) ?? 'all',
      act: ({ query }) =>
        page(shownOrders(fms, version, quirks.ignoresFilters ? undefined : single(query['externalId'])), query, quirks)
    },
    {
      method: 'GET',
      url: '/serviceOrder/:id',
      operation: 'get',
      about,
      act: ({ id, query }) => ok(withFields(show(fms.order(id).order), query['fields']))
    },
    {
      method: 'PATCH',
      url: '/serviceOrder/:id',
      operation: 'patch',
      about,
      act: ({ id, body }) => ok(show(fms.patch(id, body)))
    },
    {
      method: 'DELETE',
      url: '/serviceOrder/:id',
      operation: 'delete',
      about,
      act: ({ id }) => {
        fms.remove(id)
        return { status: 204 }
      }
    }
  ]
}

/** @param externalId what the list will be filtered by, if anything: the others need not be drawn up for that */
function* shownOrders(fms: Fms, version: ApiVersion, externalId: string | undefined): Generator<Shown> {
  const wanted = externalId?.split(',')
  for (const { order } of fms.parts.kept.orders.all())
    if (!wanted || wanted.includes(order.externalId ?? '')) yield showOrder(order, fms.parts.baseUrl(), version)
}
