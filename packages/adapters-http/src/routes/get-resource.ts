import type { FieldSelection, StoredResource } from '@crm-lite/domain'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AnswerText } from '../plugins/direct-answer.ts'
import { TENANT } from '../plugins/request-context.ts'
import type { RawQuery } from '../plugins/server-options.ts'
import { etagOf, namesTag } from '../representation/etag.ts'
import { resourceText } from '../representation/resource-text.ts'
import { itemFields } from './item-query.ts'
import { isId, notFound, type ServedResource, withComputed } from './served-resource.ts'

type Request = FastifyRequest<{ Params: { id: string }; Querystring: RawQuery }>

/** One of the two paths that must be fast: one lookup, and the stored text is sent as it is. Nothing is waited for without need. */
export function getResource(served: ServedResource, answerText: AnswerText) {
  const { services, binding, hrefBase } = served
  const answer = (request: Request, reply: FastifyReply, stored: StoredResource | undefined, fields: FieldSelection) => {
    if (!stored) throw notFound(served)
    const tag = etagOf(stored)
    const known = request.headers['if-none-match']
    if (known !== undefined && namesTag(known, tag)) {
      reply.code(304).header('etag', tag).send()
      return undefined
    }
    if (!fields) return answerText(request, reply, tag, resourceText(hrefBase, stored, undefined))
    return withComputed(served, stored, fields).then(whole =>
      answerText(request, reply, tag, resourceText(hrefBase, whole, fields))
    )
  }
  return (request: Request, reply: FastifyReply) => {
    const { id } = request.params
    const fields = itemFields(request.query, served)
    const stored = isId(id, binding) ? services.store.get(TENANT, binding.definition, id) : undefined
    if (stored instanceof Promise) return stored.then(found => answer(request, reply, found, fields))
    return answer(request, reply, stored, fields)
  }
}
