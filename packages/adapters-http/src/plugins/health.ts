import { Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { ApiError, type ApiFault } from '../representation/api-error.ts'
import { errorResponses } from '../routes/response-schemas.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** From now on `/readyz` says no, so that no new requests are sent here; those that come are served. What never ends by itself ends. */
    drain(): void
  }
}

const RETRY_AFTER_S = 5

/** `/livez`: the process answers. `/readyz`: it can also do its work. Returns a signal for what should end when the server stops. */
export function registerHealth(app: FastifyInstance, notReady: () => Promise<readonly string[]>): AbortSignal {
  const draining = new AbortController()
  app.decorate('drain', () => draining.abort())

  const live = {
    summary: 'Whether the process answers; asks nobody else',
    tags: ['operations'],
    response: { 200: statusBody('ok'), ...errorResponses([]) }
  }
  app.get('/livez', { schema: live }, async () => ({ status: 'ok' }))

  const response = { 200: statusBody('ready'), ...errorResponses(['notReady']) }
  const ready = { summary: 'Whether requests can be served: database, migrations, not stopping', tags: ['operations'], response }
  app.get('/readyz', { schema: ready }, async () => {
    const [first, ...more] = draining.signal.aborted ? ['the server is stopping'] : await reasons(notReady)
    if (first === undefined) return { status: 'ready' }
    throw new ApiError(503, [fault(first), ...more.map(fault)], { 'retry-after': String(RETRY_AFTER_S) })
  })
  return draining.signal
}

/** Not being able to find out is a reason too. */
async function reasons(notReady: () => Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await notReady()
  } catch {
    return ['the database could not be asked']
  }
}

function fault(message: string): ApiFault {
  return { code: 'notReady', message }
}

function statusBody(status: string) {
  return Type.Object({ status: Type.Literal(status) }, { description: 'Yes.' })
}
