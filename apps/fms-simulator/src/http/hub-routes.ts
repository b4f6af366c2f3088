import { apiPaths } from '../representation.ts'
import type { Route, Served } from './route.ts'

/** Subscriptions to what happens, in the version of the API that they were made in. */
export function hubRoutes({ fms, version }: Served): readonly Route[] {
  return [
    {
      method: 'POST',
      url: '/hub',
      operation: 'subscribe',
      about: () => 'hub',
      act: ({ body }) => {
        const { version: _, ...subscription } = fms.subscribe(body, version)
        const location = `${fms.parts.baseUrl()}${apiPaths[version]}/hub/${subscription.id}`
        return { status: 201, body: subscription, headers: { location } }
      }
    },
    {
      method: 'DELETE',
      url: '/hub/:id',
      operation: 'unsubscribe',
      about: () => 'hub',
      act: ({ id }) => {
        fms.unsubscribe(id)
        return { status: 204 }
      }
    }
  ]
}
