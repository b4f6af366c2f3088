import { type Settlement, settleCancellation } from '@crm-lite/domain'
import { Type } from '@sinclair/typebox'
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify'
import { SettleCancellation } from '../apis/order-journey/command-schemas.ts'
import { commandFailures, commandIn, jsonOf, reasonOf } from './command-exchange.ts'
import { answerResource, expectation } from './exchange.ts'
import * as header from './header-schemas.ts'
import { contextOf } from './idempotency.ts'
import { errorResponses, response } from './response-schemas.ts'
import { checkedId, type ServedResource } from './served-resource.ts'

export interface ServedCancellations {
  readonly cancellations: ServedResource
  /** Of the API that the routes belong to: one slash in front, none at the end. */
  readonly path: string
}

type Decision = Settlement['decision']
type OfTask = { Params: { id: string } }

const summaries: Readonly<Record<Decision, string>> = {
  confirm: 'Cancel an order of which the cancellation is assessed',
  refuse: 'Let an order go on of which the cancellation is assessed'
}

/** Deciding about requests to cancel an order on which work had begun: the standard has no operation for it. */
export function registerCancellationDecisions(app: FastifyInstance, served: ServedCancellations): void {
  for (const decision of ['confirm', 'refuse'] as const) {
    const path = `${served.path}/cancelProductOrder/:id/${decision}`
    app.post<OfTask>(path, { schema: schemaOf(served, decision) }, decide(served, decision))
  }
}

function decide({ cancellations, path }: ServedCancellations, decision: Decision) {
  const { services, validators, inFlight } = cancellations
  const check = validators.checkOf(SettleCancellation)
  return async (request: FastifyRequest<OfTask>, reply: FastifyReply): Promise<string> => {
    const taskId = checkedId(cancellations, request.params.id)
    const context = contextOf(request, `${path}/cancelProductOrder/${taskId}/${decision}`)
    const settlement = { taskId, decision, ...reasonOf(commandIn(request, check)), ...expectation(request) }
    const { stored } = await inFlight.once(context, () => settleCancellation(services, settlement, context))
    return answerResource(cancellations, stored, undefined, reply)
  }
}

function schemaOf({ cancellations }: ServedCancellations, decision: Decision): FastifySchema {
  const { definition, schemas } = cancellations.binding
  return {
    operationId: `${decision}CancelProductOrder`,
    summary: summaries[decision],
    description: 'The same decision a second time changes nothing.',
    tags: [definition.name],
    params: Type.Object({ id: Type.String({ description: 'The id of the CancelProductOrder.' }) }),
    headers: Type.Object({ 'If-Match': header.ifMatch, 'Idempotency-Key': header.idempotencyKey, 'X-Actor': header.actor }),
    body: { content: jsonOf(SettleCancellation) },
    response: {
      200: response('The request after the decision.', { content: jsonOf(schemas.resource), headers: { ETag: header.etag } }),
      ...errorResponses([...commandFailures, 'illegalMove'])
    }
  }
}
