import type { FastifyReply, FastifyRequest } from 'fastify'
import type { TestResult } from '../hub/hub-services.ts'
import { TENANT } from '../plugins/request-context.ts'
import type { RawQuery } from '../plugins/server-options.ts'
import { badQuery } from '../query/bad-query.ts'
import { parseQueryString } from '../query/index.ts'
import { parseSelection } from '../query/parse-selection.ts'
import { JSON_TYPE } from '../representation/tmf-error.ts'
import { bodyOf } from './exchange.ts'
import { deliveriesIn, inQuery, replayIn } from './hub-bodies.ts'
import type { SubscriptionRequest } from './hub-changes.ts'
import { type ServedHub, subscriptionOf } from './served-hub.ts'

/** Deliveries that were given up, for people to look at. */
export function listParked(served: ServedHub) {
  return async (
    request: FastifyRequest<{ Params: { id: string }; Querystring: RawQuery }>,
    reply: FastifyReply
  ): Promise<string> => {
    const { limit, offset } = parkedPage(request.query)
    const { id } = await subscriptionOf(served, request.params.id)
    const parked = await served.services.deliveries.parked(TENANT, id, { limit, offset })
    reply.header('x-result-count', parked.length).type(JSON_TYPE)
    return JSON.stringify(
      parked.map(({ resource, resourceId, ...delivery }) => ({ ...delivery, resource: { type: resource, id: resourceId } }))
    )
  }
}

export function releaseParked(served: ServedHub) {
  const { deliveries, clock } = served.services
  return async (request: SubscriptionRequest, reply: FastifyReply): Promise<string> => {
    const wanted = deliveriesIn(request.body)
    const { id } = await subscriptionOf(served, request.params.id)
    return accepted(reply, await deliveries.release(TENANT, id, wanted, clock.now()))
  }
}

/** Delivers again what the subscription wants of a time, or a part of it. */
export function replayEvents(served: ServedHub) {
  const { api, notifications, services } = served
  return async (request: SubscriptionRequest, reply: FastifyReply): Promise<string> => {
    const now = services.clock.now()
    const { query, ...range } = replayIn(bodyOf(request), now)
    const narrower = query === undefined ? undefined : inQuery(() => notifications.parse(api.key, query))
    const subscription = await subscriptionOf(served, request.params.id)
    const count = await services.deliveries.replay(
      { ...subscription, tenant: TENANT },
      range,
      event => notifications.wants(subscription, event) && (narrower?.wants(event) ?? true),
      now
    )
    return accepted(reply, count)
  }
}

/** Sends something that is no event, at once, and tells what came of it. */
export function testListener(served: ServedHub) {
  const { api, notifications, services } = served
  const { hub, ids, clock } = services
  return async (request: SubscriptionRequest, reply: FastifyReply): Promise<string> => {
    const subscription = await subscriptionOf(served, request.params.id)
    const id = ids.next()
    const result = await hub.sendTest(subscription, { id, body: notifications.testBody(api.key, id, clock.now()) })
    reply.type(JSON_TYPE)
    return JSON.stringify(toldResult(result))
  }
}

function toldResult(result: TestResult): object {
  switch (result.kind) {
    case 'delivered':
      return { delivered: true, status: result.status }
    case 'gone':
      return { delivered: false, reason: 'gone', status: 410 }
    case 'refused':
      return { delivered: false, reason: 'refused', status: result.status }
    case 'unreachable':
    case 'withdrawn':
      return { delivered: false, reason: result.reason }
    default:
      return result satisfies never
  }
}

function parkedPage({ raw }: RawQuery): { limit: number; offset: number } {
  const parameters = parseQueryString(raw)
  const other = parameters.find(({ name }) => name !== 'limit' && name !== 'offset')
  if (other) throw badQuery(other.name, 'unknownParameter', 'parked deliveries take the parameters limit and offset only')
  return parseSelection(parameters, {})
}

function accepted(reply: FastifyReply, count: number): string {
  reply.code(202).type(JSON_TYPE)
  return JSON.stringify({ count })
}
