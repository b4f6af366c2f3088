import type { Fms } from '../fms.ts'
import { showCancel } from '../representation.ts'
import { withFields } from './list-query.ts'
import { created, externalIdOf, ok, page, type Route, type Served, type Shown, textAt } from './route.ts'

/** Requests to cancel service orders; the older version of the API has none. */
export function cancelRoutes({ fms, cancellations, quirks, version }: Served): readonly Route[] {
  if (version === 'v3') return []
  const show = (cancel: Parameters<typeof showCancel>[0]): Shown => showCancel(cancel, fms.parts.baseUrl())
  return [
    {
      method: 'POST',
      url: '/cancelServiceOrder',
      operation: 'cancel',
      about: ({ body }) => externalIdOf(fms, textAt(body, 'serviceOrder', 'id') ?? 'nameless'),
      act: ({ body }) => created(show(cancellations.create(body)))
    },
    {
      method: 'GET',
      url: '/cancelServiceOrder',
      operation: 'listCancel',
      about: () => 'all',
      act: ({ query }) => page(shownCancels(fms), query, quirks)
    },
    {
      method: 'GET',
      url: '/cancelServiceOrder/:id',
      operation: 'getCancel',
      about: ({ id }) => externalIdOf(fms, fms.parts.kept.cancels.get(id)?.serviceOrder.id ?? id),
      act: ({ id, query }) => ok(withFields(show(cancellations.get(id)), query['fields']))
    }
  ]
}

function* shownCancels({ parts }: Fms): Generator<Shown> {
  for (const cancel of parts.kept.cancels.all()) yield showCancel(cancel, parts.baseUrl())
}
