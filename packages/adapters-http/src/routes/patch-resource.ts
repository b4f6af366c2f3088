import type { Fault } from '@crm-lite/domain'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { RawQuery } from '../plugins/server-options.ts'
import { refuseFaults } from '../representation/failure.ts'
import { answerResource, bodyOf, expectation } from './exchange.ts'
import { contextOf } from './idempotency.ts'
import { itemFields } from './item-query.ts'
import { oversizeFaults, patchOf } from './patches.ts'
import { checkedId, type ServedResource, withComputed } from './served-resource.ts'

export function patchResource(served: ServedResource) {
  const { services, binding, path, validators, handlers, inFlight } = served
  const check = (changed: Record<string, unknown>): Fault[] => {
    refuseFaults(oversizeFaults(changed))
    refuseFaults(validators.faultsOf('resource', binding, changed))
    return []
  }
  return async (
    request: FastifyRequest<{ Params: { id: string }; Querystring: RawQuery }>,
    reply: FastifyReply
  ): Promise<string> => {
    const fields = itemFields(request.query, served)
    const id = checkedId(served, request.params.id)
    const context = contextOf(request, `${path}/${id}`)
    const apply = patchOf(served, id, request.mediaType, bodyOf(request))
    const change = { id, apply, check, ...expectation(request) }
    const outcome = await inFlight.once(context, () => handlers.change(services, change, context))
    return answerResource(served, await withComputed(served, outcome.stored, fields), fields, reply)
  }
}
