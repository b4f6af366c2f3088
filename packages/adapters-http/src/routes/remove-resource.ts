import { deleteResource } from '@crm-lite/domain'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { expectation } from './exchange.ts'
import { contextOf } from './idempotency.ts'
import { checkedId, type ServedResource } from './served-resource.ts'

export function removeResource(served: ServedResource) {
  const { services, binding, path, inFlight } = served
  return async (request: FastifyRequest<{ Params: { id: string } }>, reply: FastifyReply): Promise<void> => {
    const id = checkedId(served, request.params.id)
    const context = contextOf(request, `${path}/${id}`)
    const removal = { id, ...expectation(request) }
    await inFlight.once(context, () => deleteResource(services, binding.definition, removal, context))
    reply.code(204)
  }
}
