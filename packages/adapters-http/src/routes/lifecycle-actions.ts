import type { ChangeDependencies, Outcome, RequestContext, ResourceToChange } from '@crm-lite/domain'
import { Type } from '@sinclair/typebox'
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify'
import { commandFailures, jsonOf } from './command-exchange.ts'
import { answerResource, expectation } from './exchange.ts'
import * as header from './header-schemas.ts'
import { contextOf } from './idempotency.ts'
import { errorResponses, response } from './response-schemas.ts'
import { checkedId, type ServedResource } from './served-resource.ts'

/** Something that takes a version of a resource into or out of use. */
export interface LifecycleAction {
  /** The last part of the path. */
  readonly name: 'activate' | 'retire'
  readonly summary: string
  readonly description: string
  use(dependencies: ChangeDependencies, toChange: ResourceToChange, context: RequestContext): Promise<Outcome>
}

type OfVersion = { Params: { id: string } }

export function registerLifecycleActions(
  app: FastifyInstance,
  served: ServedResource,
  actions: readonly LifecycleAction[]
): void {
  for (const action of actions) {
    app.post<OfVersion>(`${served.path}/:id/${action.name}`, { schema: schemaOf(served, action) }, move(served, action))
  }
}

function move(served: ServedResource, { name, use }: LifecycleAction) {
  const { services, inFlight, path } = served
  return async (request: FastifyRequest<OfVersion>, reply: FastifyReply): Promise<string> => {
    const id = checkedId(served, request.params.id)
    const context = contextOf(request, `${path}/${id}/${name}`)
    const toChange = { id, ...expectation(request) }
    const { stored } = await inFlight.once(context, () => use(services, toChange, context))
    return answerResource(served, stored, undefined, reply)
  }
}

function schemaOf({ binding }: ServedResource, { name, summary, description }: LifecycleAction): FastifySchema {
  const { definition, schemas } = binding
  return {
    operationId: `${name}${definition.type}`,
    summary,
    description,
    tags: [definition.name],
    params: Type.Object({ id: Type.String({ description: `The id of the ${definition.name}.` }) }),
    headers: Type.Object({ 'If-Match': header.ifMatch, 'Idempotency-Key': header.idempotencyKey, 'X-Actor': header.actor }),
    response: {
      200: response('It, after that.', { content: jsonOf(schemas.resource), headers: { ETag: header.etag } }),
      ...errorResponses([...commandFailures, 'illegalMove'])
    }
  }
}
