import { createHash } from 'node:crypto'
import type { IdempotentRequest, RequestContext } from '@crm-lite/domain'
import type { FastifyRequest } from 'fastify'
import { actorOf, TENANT } from '../plugins/request-context.ts'
import { ApiError } from '../representation/api-error.ts'
import { refusal } from '../representation/failure.ts'

const PRINTABLE = /^[\x20-\x7e]{1,255}$/

/**
 * The context of a change.
 *
 * @param path what an idempotency key is unique within, besides the method: the path without slashes to spare
 * @throws {ApiError} 400 for headers that can't be used
 */
export function contextOf(request: FastifyRequest, path: string): RequestContext {
  const context = { tenant: TENANT, actor: actorOf(request), correlationId: request.id, ...traceOf(request) }
  const key = request.headers['idempotency-key']
  if (key === undefined) return context
  if (typeof key !== 'string' || !PRINTABLE.test(key)) {
    throw new ApiError(400, {
      code: 'invalidValue',
      parameter: 'Idempotency-Key',
      message: 'must be 1 to 255 printable characters'
    })
  }
  return { ...context, idempotency: { scope: `${request.method} ${path}`, key, fingerprint: fingerprintOf(request) } }
}

/** A malformed `traceparent` is ignored, as the standard wants it. @source W3C Trace Context, 3.2 */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/

export function traceOf(request: FastifyRequest): Pick<RequestContext, 'traceparent'> {
  const traceparent = request.headers['traceparent']
  return typeof traceparent === 'string' && TRACEPARENT.test(traceparent) ? { traceparent } : {}
}

/** Of the body's bytes and what they are: the same bytes are another request as another kind of patch. */
function fingerprintOf(request: FastifyRequest): string {
  const hash = createHash('sha256').update(request.rawBody === undefined ? '' : `${request.mediaType}`)
  return hash
    .update('\n')
    .update(request.rawBody ?? '')
    .digest('hex')
}

/** The idempotent requests that this process is working on. */
export class InFlight {
  readonly #keys = new Set<string>()

  /**
   * Does the work of a request, unless the same request is under way.
   *
   * @throws {ApiError} 409 `idempotencyKeyInUse`
   */
  async once<T>(context: RequestContext, work: () => Promise<T>): Promise<T> {
    if (!context.idempotency) return work()
    const key = keyOf(context.tenant, context.idempotency)
    if (this.#keys.has(key)) throw refusal('idempotencyKeyInUse')
    this.#keys.add(key)
    try {
      return await work()
    } finally {
      this.#keys.delete(key)
    }
  }
}

function keyOf(tenant: string, { scope, key }: IdempotentRequest): string {
  return JSON.stringify([tenant, scope, key])
}
