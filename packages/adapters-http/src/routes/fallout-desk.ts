import { decideOnFallout, type FalloutCommand } from '@crm-lite/domain'
import { Type } from '@sinclair/typebox'
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify'
import { commandFailures, commandIn, jsonOf, reasonOf } from './command-exchange.ts'
import { answerResource, expectation } from './exchange.ts'
import { type FalloutDecisionKind, falloutCommands } from './fallout-commands.ts'
import { registerManyFallouts } from './fallout-desk-many.ts'
import * as header from './header-schemas.ts'
import { contextOf } from './idempotency.ts'
import { errorResponses, response } from './response-schemas.ts'
import type { ServedFallout } from './served-fallout.ts'
import { checkedId, type ServedResource } from './served-resource.ts'

type Action = FalloutCommand['action']
type OfFallout = { Params: { id: string } }

/** What people decide about what fell out: one by one, or about many at once. */
export function registerFalloutDesk(app: FastifyInstance, served: ServedFallout): void {
  const { fallouts } = served
  for (const [name, kind] of Object.entries(falloutCommands) as [Action, FalloutDecisionKind][]) {
    const decide = decideOne(fallouts, name, kind)
    app.post<OfFallout>(`${fallouts.path}/:id/${name}`, { schema: schemaOf(fallouts, name, kind) }, decide)
    registerManyFallouts(app, served, { name, kind })
  }
}

function decideOne(fallouts: ServedResource, name: Action, { schema, command }: FalloutDecisionKind) {
  const { services, validators, inFlight, path } = fallouts
  const check = validators.checkOf(schema)
  return async (request: FastifyRequest<OfFallout>, reply: FastifyReply): Promise<string> => {
    const falloutId = checkedId(fallouts, request.params.id)
    const context = contextOf(request, `${path}/${falloutId}/${name}`)
    const body = commandIn(request, check)
    const decision = { falloutId, command: command(body), ...reasonOf(body), ...expectation(request) }
    const { stored } = await inFlight.once(context, () => decideOnFallout(services, decision, context))
    return answerResource(fallouts, stored, undefined, reply)
  }
}

function schemaOf({ binding }: ServedResource, name: Action, kind: FalloutDecisionKind): FastifySchema {
  const { definition, schemas } = binding
  return {
    operationId: `${name}Fallout`,
    summary: kind.summary,
    description: kind.description,
    tags: [definition.name],
    params: Type.Object({ id: Type.String({ description: 'The id of the fallout record.' }) }),
    headers: Type.Object({ 'If-Match': header.ifMatch, 'Idempotency-Key': header.idempotencyKey, 'X-Actor': header.actor }),
    body: { content: jsonOf(kind.schema) },
    response: {
      200: response('The record after that.', { content: jsonOf(schemas.resource), headers: { ETag: header.etag } }),
      ...errorResponses([...commandFailures, 'illegalMove'])
    }
  }
}
