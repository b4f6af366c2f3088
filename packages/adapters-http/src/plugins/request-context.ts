import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ApiError } from '../representation/api-error.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** In milliseconds of `performance.now()`. */
    startedAt: number
  }
}

/** The only tenant until tenancy is switched on. */
export const TENANT = 'default'

const ANONYMOUS = 'anonymous'
const MAX_ACTOR_LENGTH = 100
const SANE_REQUEST_ID = /^[\w.:-]{1,100}$/

/** Random once, then counted: a UUID for every request would cost as much as all that is done with it. */
const processId = randomBytes(8).toString('hex')
let requestCount = 0

export function newRequestId(): string {
  requestCount += 1
  return `${processId}-${requestCount.toString(36)}`
}

/** The client's own request id, when it is one that can safely be answered and logged; otherwise a new one. */
export function requestIdOf(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers['x-request-id']
  return typeof given === 'string' && SANE_REQUEST_ID.test(given) ? given : newRequestId()
}

/** Gives every request a start and every answer the id of its request. */
export function registerRequestContext(app: FastifyInstance): void {
  app.decorateRequest('startedAt', 0)
  app.addHook('onRequest', (request, reply, done) => {
    request.startedAt = performance.now()
    reply.header('x-request-id', request.id)
    done()
  })
}

/**
 * Who is responsible for a change: the header `X-Actor`, until access control comes.
 *
 * @throws {ApiError} 400 when it is too long, not text in UTF-8 or holds control characters
 */
export function actorOf(request: FastifyRequest): string {
  const header = request.headers['x-actor']
  if (header === undefined || header === '') return ANONYMOUS
  // Node reads header bytes as Latin-1.
  const actor = Buffer.from(String(header), 'latin1').toString('utf8')
  if ([...actor].length > MAX_ACTOR_LENGTH || /[\p{Cc}\ufffd]/u.test(actor)) {
    const message = `must be text in UTF-8, at most ${MAX_ACTOR_LENGTH} characters, none of them a control character`
    throw new ApiError(400, { code: 'invalidValue', parameter: 'X-Actor', message })
  }
  return actor
}
