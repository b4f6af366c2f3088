import type { Page } from '@crm-lite/domain'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { TENANT } from '../plugins/request-context.ts'
import type { RawQuery } from '../plugins/server-options.ts'
import { pageHeaders, parseListQuery, parseQueryString } from '../query/index.ts'
import { declinesCount } from '../representation/prefer.ts'
import { listBytes } from '../representation/resource-text.ts'
import { JSON_TYPE } from '../representation/tmf-error.ts'
import { type ServedResource, withComputed } from './served-resource.ts'

export function listResources(served: ServedResource) {
  const { services, binding, hrefBase, extensions, partialContent } = served
  return async (request: FastifyRequest<{ Querystring: RawQuery }>, reply: FastifyReply): Promise<Buffer> => {
    const parameters = parseQueryString(request.query.raw)
    const count = !declinesCount(request.headers['prefer'])
    const list = parseListQuery(parameters, { binding, hrefBase, tenant: TENANT, extensions, count })
    const page = await services.store.list(TENANT, binding.definition, list.query)
    reply.headers(pageHeaders(page, { parameters, list, hrefBase })).type(JSON_TYPE)
    if (!count) reply.header('preference-applied', 'count=none')
    if (partialContent && list.pageRequested && !isWhole(page, list.offset)) reply.code(206)
    const items = list.fields ? await Promise.all(page.items.map(each => withComputed(served, each, list.fields))) : page.items
    return listBytes(hrefBase, items, list.fields)
  }
}

/** Whether a page holds everything that matches. */
function isWhole({ items, total, next }: Page, offset: number): boolean {
  return total === undefined ? offset === 0 && next === undefined : items.length === total
}
