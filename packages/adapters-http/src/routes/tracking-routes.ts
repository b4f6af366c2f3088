import type { FastifyInstance } from 'fastify'
import type { ServedTracking } from '../tracking/served-tracking.ts'
import { getTracking, streamTracking } from './tracking.ts'
import { trackingRouteSchemas as schemas } from './tracking-route-schemas.ts'
import { createToken, revokeToken } from './tracking-tokens.ts'

interface WithId {
  Params: { id: string }
}
interface WithToken {
  Params: { token: string }
}

/** What customers follow their orders with, and the tokens that let them. */
export function registerTrackingRoutes(app: FastifyInstance, served: ServedTracking): void {
  const { path, feed, draining } = served
  app.post(`${path}/trackingToken`, { schema: schemas.create }, createToken(served))
  app.delete<WithId>(`${path}/trackingToken/:id`, { schema: schemas.revoke }, revokeToken(served))
  app.get<WithToken>(`${path}/tracking/:token`, { schema: schemas.get }, getTracking(served))
  // HEAD of something that does not end would not end either.
  const stream = { schema: schemas.stream, exposeHeadRoute: false }
  app.get<WithToken>(`${path}/tracking/:token/stream`, stream, streamTracking(served))
  // Whoever stops the server without draining it first must not wait for streams.
  app.addHook('preClose', async () => feed.end())
  draining.addEventListener('abort', () => feed.end())
}
