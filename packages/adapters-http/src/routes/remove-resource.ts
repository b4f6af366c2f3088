import type { FastifyReply, FastifyRequest } from 'fastify'
import { expectation } from './exchange.ts'
import { contextOf } from './idempotency.ts'
import { checkedId, type ServedResource } from './served-resource.ts'

export function removeResource(served: ServedResource) {
  const { services, handlers, path, inFlight } = served
  return async (request: FastifyRequest<{ Params: { id: string } }>, reply: FastifyReply): Promise<void> => {
    const id = checkedId(served, request.params.id)
    const context = contextOf(request, `${path}/${id}`)
    const removal = { id, ...expectation(request) }
    await inFlight.once(context, () => handlers.remove(services, removal, context))
    reply.code(204)
  }
}
