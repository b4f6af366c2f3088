import type { FastifyInstance } from 'fastify'
import type { RawQuery } from '../plugins/server-options.ts'
import { pauseListener, resumeListener, rotateSecret, unregisterListener } from './hub-changes.ts'
import { listParked, releaseParked, replayEvents, testListener } from './hub-deliveries.ts'
import { getListener, listListeners } from './hub-list.ts'
import { registerListener } from './hub-register.ts'
import { hubRouteSchemas } from './hub-route-schemas.ts'
import type { ServedHub } from './served-hub.ts'

interface Item {
  Params: { id: string }
}
interface Queried {
  Querystring: RawQuery
}

/** The hub of an API: the two operations of the standard, and what it takes to look after subscriptions. */
export function registerHubRoutes(app: FastifyInstance, served: ServedHub): void {
  const { path } = served
  const schemas = hubRouteSchemas(served)
  const item = `${path}/:id`
  app.post(path, { schema: schemas.register }, registerListener(served))
  app.delete<Item>(item, { schema: schemas.unregister }, unregisterListener(served))
  app.get<Queried>(path, { schema: schemas.list }, listListeners(served))
  app.get<Item & Queried>(item, { schema: schemas.get }, getListener(served))
  app.post<Item>(`${item}/pause`, { schema: schemas.pause }, pauseListener(served))
  app.post<Item>(`${item}/resume`, { schema: schemas.resume }, resumeListener(served))
  app.post<Item>(`${item}/rotateSecret`, { schema: schemas.rotateSecret }, rotateSecret(served))
  app.post<Item>(`${item}/test`, { schema: schemas.test }, testListener(served))
  app.get<Item & Queried>(`${item}/parkedDelivery`, { schema: schemas.parked }, listParked(served))
  app.post<Item>(`${item}/release`, { schema: schemas.release }, releaseParked(served))
  app.post<Item>(`${item}/replay`, { schema: schemas.replay }, replayEvents(served))
}
