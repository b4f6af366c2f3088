import type { Resource } from '@crm-lite/domain'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { RawQuery } from '../plugins/server-options.ts'
import { refuseFaults } from '../representation/failure.ts'
import { answerResource, bodyOf } from './exchange.ts'
import { contextOf } from './idempotency.ts'
import { itemFields } from './item-query.ts'
import { type ServedResource, withComputed } from './served-resource.ts'

export function postResource(served: ServedResource) {
  const { services, binding, path, hrefBase, validators, handlers, inFlight } = served
  return async (request: FastifyRequest<{ Querystring: RawQuery }>, reply: FastifyReply): Promise<string> => {
    const fields = itemFields(request.query, served)
    const context = contextOf(request, path)
    const body = bodyOf(request)
    refuseFaults(validators.faultsOf('create', binding, body))
    const input = body as Omit<Resource, 'id'>
    const outcome = await inFlight.once(context, () => handlers.create(services, input, context))
    reply
      .code(201)
      .header('location', `${hrefBase}${outcome.stored.id}`)
      .headers({ ...outcome.headers })
    return answerResource(served, await withComputed(served, outcome.stored, fields), fields, reply)
  }
}
