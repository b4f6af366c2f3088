import type { FastifyReply, FastifyRequest } from 'fastify'
import { TENANT } from '../plugins/request-context.ts'
import type { RawQuery } from '../plugins/server-options.ts'
import { etagOf, namesTag } from '../representation/etag.ts'
import { resourceText } from '../representation/resource-text.ts'
import { JSON_TYPE } from '../representation/tmf-error.ts'
import { itemFields } from './item-query.ts'
import { isId, notFound, type ServedResource, withComputed } from './served-resource.ts'

/** One of the two paths that must be fast: one lookup, and the stored text is sent as it is. */
export function getResource(served: ServedResource) {
  const { services, binding, hrefBase } = served
  return async (
    request: FastifyRequest<{ Params: { id: string }; Querystring: RawQuery }>,
    reply: FastifyReply
  ): Promise<string | undefined> => {
    const { id } = request.params
    const fields = itemFields(request.query, served)
    const stored = isId(id, binding) ? await services.store.get(TENANT, binding.definition, id) : undefined
    if (!stored) throw notFound(served)
    const tag = etagOf(stored)
    reply.header('etag', tag)
    const known = request.headers['if-none-match']
    if (known !== undefined && namesTag(known, tag)) {
      reply.code(304)
      return undefined
    }
    reply.type(JSON_TYPE)
    // Nothing is waited for without need.
    return resourceText(hrefBase, fields ? await withComputed(served, stored, fields) : stored, fields)
  }
}
