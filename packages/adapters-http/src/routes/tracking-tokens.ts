import { createTrackingToken, isDateTime, isObject, revokeTrackingToken, type TrackingToken } from '@crm-lite/domain'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { refusal } from '../representation/failure.ts'
import { JSON_TYPE } from '../representation/tmf-error.ts'
import type { ServedTracking } from '../tracking/served-tracking.ts'
import { trackingUrl } from '../tracking/tracking-link.ts'
import { newTrackingToken } from '../tracking/tracking-token.ts'
import { bodyOf } from './exchange.ts'
import { fault, objectIn } from './hub-bodies.ts'
import { contextOf } from './idempotency.ts'
import { isId } from './served-resource.ts'

/** Makes a token. It is told once: who repeats the request does not get it again. */
export function createToken(served: ServedTracking) {
  const { path, url, services, options, inFlight } = served
  return async (request: FastifyRequest, reply: FastifyReply): Promise<string> => {
    const context = contextOf(request, `${path}/trackingToken`)
    const latest = new Date(services.clock.now().getTime() + options.tokenLifetimeMs).toISOString()
    const wanted = tokenIn(bodyOf(request), latest)
    const { token, id } = newTrackingToken()
    const outcome = await inFlight.once(context, () => createTrackingToken(services, { id, ...wanted }, context))
    const stored = JSON.parse(outcome.stored.document) as TrackingToken
    const href = `${url}/trackingToken/${stored.id}`
    const told = stored.id === id ? { token, trackingUrl: trackingUrl(url, token) } : {}
    reply.code(201).header('location', href).header('cache-control', 'no-store').type(JSON_TYPE)
    return JSON.stringify({ href, ...stored, ...told })
  }
}

export function revokeToken({ path, services, inFlight }: ServedTracking) {
  return async (request: FastifyRequest<{ Params: { id: string } }>, reply: FastifyReply): Promise<void> => {
    const { id } = request.params
    if (!isId(id)) throw refusal('notFound', 'there is no trackingToken with this id')
    const context = contextOf(request, `${path}/trackingToken/${id}`)
    await inFlight.once(context, () => revokeTrackingToken(services, id, context))
    reply.code(204)
  }
}

/**
 * @param latest when tokens expire at the latest
 * @throws {ApiError} 400 with a pointer, 404 when no order can have the id
 */
function tokenIn(body: unknown, latest: string): { orderId: string; expiresAt: string } {
  const { productOrder, expiresAt = latest } = objectIn(body)
  if (productOrder === undefined) throw fault('missingAttribute', '/productOrder', 'productOrder is mandatory')
  if (!isObject(productOrder)) throw fault('invalidValue', '/productOrder', 'must be an object')
  const { id } = productOrder
  if (id === undefined) throw fault('missingAttribute', '/productOrder/id', 'id is mandatory')
  if (typeof id !== 'string') throw fault('invalidValue', '/productOrder/id', 'must be a text')
  if (!isId(id)) throw refusal('notFound', 'there is no productOrder with this id')
  if (typeof expiresAt !== 'string' || !isDateTime(expiresAt)) throw fault('invalidValue', '/expiresAt', 'must be a date-time')
  if (Date.parse(expiresAt) > Date.parse(latest))
    throw fault('invalidValue', '/expiresAt', 'must not be later than tokens are good for')
  return { orderId: id, expiresAt }
}
