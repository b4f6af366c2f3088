import { changeJourney } from '@crm-lite/domain'
import { Type } from '@sinclair/typebox'
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify'
import { commandFailures, commandIn, jsonOf, reasonOf } from './command-exchange.ts'
import { answerResource, expectation } from './exchange.ts'
import * as header from './header-schemas.ts'
import { contextOf } from './idempotency.ts'
import { additionOfMilestone, type MilestoneCommand, milestoneCommands, withLists } from './milestone-commands.ts'
import { errorResponses, response } from './response-schemas.ts'
import { checkedId, type ServedResource } from './served-resource.ts'

interface OfMilestone {
  Params: { id: string; key?: string }
}

/** What people do with the milestones of an order. */
export function registerMilestoneRoutes(app: FastifyInstance, journeys: ServedResource): void {
  const milestones = `${journeys.path}/:id/milestone`
  const addition = { name: 'add', command: additionOfMilestone, status: 201, path: 'milestone' } as const
  app.post<OfMilestone>(milestones, { schema: schemaOf(journeys, addition) }, obey(journeys, addition))
  for (const [name, command] of Object.entries(milestoneCommands)) {
    const route = { name, command, status: 200, path: `milestone/:key/${name}` } as const
    app.post<OfMilestone>(`${milestones}/:key/${name}`, { schema: schemaOf(journeys, route) }, obey(journeys, route))
  }
}

interface CommandRoute {
  readonly name: string
  readonly command: MilestoneCommand
  readonly status: 200 | 201
  /** Below the journey. */
  readonly path: string
}

function obey(journeys: ServedResource, { command, status, path }: CommandRoute) {
  const { services, validators, inFlight, hrefBase } = journeys
  const check = validators.checkOf(command.schema)
  return async (request: FastifyRequest<OfMilestone>, reply: FastifyReply): Promise<string> => {
    const id = checkedId(journeys, request.params.id)
    const { key = '' } = request.params
    const context = contextOf(request, `${journeys.path}/${id}/${path.replace(':key', encodeURIComponent(key))}`)
    const body = commandIn(request, check, withLists)
    const more = { ...reasonOf(body), ...expectation(request) }
    const outcome = await inFlight.once(context, () => changeJourney(services, id, command.decide(key, body), context, more))
    reply.code(status)
    if (status === 201) reply.header('location', `${hrefBase}${id}`)
    return answerResource(journeys, outcome.stored, undefined, reply)
  }
}

function schemaOf({ binding }: ServedResource, { name, command, status, path }: CommandRoute): FastifySchema {
  const { definition, schemas } = binding
  const id = Type.String({ description: 'The id of the journey, which is that of the order.' })
  const key = Type.String({ description: 'The key of the milestone in the journey.', examples: ['delivered:1'] })
  const isNew = status === 201
  return {
    operationId: `${name}Milestone`,
    summary: command.summary,
    description: command.description,
    tags: [definition.name],
    params: Type.Object(path.includes(':key') ? { id, key } : { id }),
    headers: Type.Object({ 'If-Match': header.ifMatch, 'Idempotency-Key': header.idempotencyKey, 'X-Actor': header.actor }),
    body: { content: jsonOf(command.schema) },
    response: {
      [status]: response('The journey after that.', {
        content: jsonOf(schemas.resource),
        headers: { ETag: header.etag, ...(isNew && { Location: header.location }) }
      }),
      ...errorResponses([...commandFailures, ...command.failures])
    }
  }
}
