import { eventSubscriptionDefinition, type Filter } from '@crm-lite/domain'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AttributeNode } from '../binding.ts'
import { TENANT } from '../plugins/request-context.ts'
import type { RawQuery } from '../plugins/server-options.ts'
import { pageHeaders, parseItemQuery, parseListQuery, parseQueryString } from '../query/index.ts'
import { subscriptionIn, subscriptionText } from '../representation/subscription.ts'
import { JSON_TYPE } from '../representation/tmf-error.ts'
import { type ServedHub, subscriptionOf } from './served-hub.ts'

const text: AttributeNode = { type: 'string', many: false }
const instant: AttributeNode = { type: 'dateTime', many: false }

/** What is shown of subscriptions: nothing else can be filtered by. */
const attributes = Object.assign(Object.create(null), {
  id: text,
  href: text,
  callback: text,
  query: text,
  state: text,
  stateReason: text,
  createdAt: instant,
  previousSecretUntil: instant
})

const binding = { definition: eventSubscriptionDefinition, attributes }

/** The subscriptions of this API. */
export function listListeners({ api, hrefBase, services }: ServedHub) {
  const segments = [{ name: 'api', many: false }]
  const ofApi: Filter = { kind: 'in', path: { segments, type: 'string' }, values: [api.key] }
  return async (request: FastifyRequest<{ Querystring: RawQuery }>, reply: FastifyReply): Promise<string> => {
    const parameters = parseQueryString(request.query.raw)
    const list = parseListQuery(parameters, { binding, hrefBase, tenant: TENANT })
    const filter: Filter = { kind: 'and', filters: [ofApi, list.query.filter] }
    const page = await services.store.list(TENANT, eventSubscriptionDefinition, { ...list.query, filter })
    reply.headers(pageHeaders(page, { parameters, list, hrefBase })).type(JSON_TYPE)
    return `[${page.items.map(stored => subscriptionText(hrefBase, subscriptionIn(stored), {}, list.fields)).join(',')}]`
  }
}

export function getListener(served: ServedHub) {
  return async (
    request: FastifyRequest<{ Params: { id: string }; Querystring: RawQuery }>,
    reply: FastifyReply
  ): Promise<string> => {
    const fields = parseItemQuery(parseQueryString(request.query.raw), { attributes })
    const subscription = await subscriptionOf(served, request.params.id)
    reply.type(JSON_TYPE)
    return subscriptionText(served.hrefBase, subscription, {}, fields)
  }
}
