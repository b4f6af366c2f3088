import { Type } from '@sinclair/typebox'
import type { FastifyInstance, onSendHookHandler, RouteOptions } from 'fastify'
import { collectDefaultMetrics, Registry } from 'prom-client'
import { errorResponses } from '../routes/response-schemas.ts'
import { type Recorder, RequestMetrics } from './request-metrics.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Counts the answers to requests that no route matches. */
    readonly recordUnmatched: onSendHookHandler
    /** Counts what a route answers past the hooks. */
    recorderOf(route: string): Recorder
    /** How long all requests have taken so far, together, in milliseconds: how many wait follows from how it grows. */
    servedMs(): number
  }
}

/**
 * Counts every answer of the routes that are registered from now on, by method, route pattern and status. Every app has a registry of its
 * own. Nothing that a client sent becomes a label.
 */
export function collectMetrics(app: FastifyInstance): Registry {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const metrics = new RequestMetrics(registry)
  app.addHook('onRoute', (route: RouteOptions) => {
    route.onSend = [route.onSend ?? [], recording(metrics.recorder(route.url))].flat()
  })
  app.decorate('recorderOf', (route: string) => metrics.recorder(route))
  app.decorate('servedMs', () => metrics.servedMs())
  app.decorate('recordUnmatched', recording(metrics.recorder('unmatched')))
  return registry
}

/**
 * `/metrics` in the format of Prometheus: the process, the answers, and what else is counted.
 *
 * @param more further metrics, in the same format
 */
export function registerMetrics(app: FastifyInstance, registry: Registry, more: () => Promise<string> = async () => ''): void {
  const response = {
    200: Type.String({ description: 'The metrics in the text format of Prometheus.' }),
    ...errorResponses([])
  }
  const schema = { summary: 'What the server counts', tags: ['operations'], produces: ['text/plain'], response }
  app.get('/metrics', { schema }, async (_request, reply) => {
    reply.type(registry.contentType)
    return (await registry.metrics()) + (await more())
  })
}

/** One for each route, so that no route has to be looked up when a request is answered. */
function recording(record: Recorder): onSendHookHandler {
  return (request, reply, _payload, done) => {
    record(request.method, reply.statusCode, performance.now() - request.startedAt)
    done()
  }
}
