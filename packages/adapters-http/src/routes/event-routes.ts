import type { FastifyInstance } from 'fastify'
import type { RawQuery } from '../plugins/server-options.ts'
import { listEvents } from './event-list.ts'
import { eventRouteSchemas } from './event-route-schemas.ts'
import { streamEvents } from './event-stream.ts'
import type { ServedEvents } from './served-events.ts'

interface Queried {
  Querystring: RawQuery
}

/** What happened, and what happens: the events of all APIs. */
export function registerEventRoutes(app: FastifyInstance, served: ServedEvents): void {
  const schemas = eventRouteSchemas(served)
  app.get<Queried>(served.path, { schema: schemas.list }, listEvents(served))
  // HEAD of something that does not end would not end either.
  app.get<Queried>(`${served.path}/stream`, { schema: schemas.stream, exposeHeadRoute: false }, streamEvents(served))
  // Whoever stops the server without draining it first must not wait for streams.
  app.addHook('preClose', async () => served.feed.end())
  served.draining.addEventListener('abort', () => served.feed.end())
}
