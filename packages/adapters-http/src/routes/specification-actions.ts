import {
  activateJourneySpecification,
  type NewProductOrder,
  retireJourneySpecification,
  simulateJourneySpecification
} from '@crm-lite/domain'
import { Type } from '@sinclair/typebox'
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify'
import { SimulationSchema } from '../apis/order-journey/simulation-schemas.ts'
import { JSON_MEDIA_TYPE } from '../plugins/body-parsing.ts'
import { TENANT } from '../plugins/request-context.ts'
import { refuseFaults } from '../representation/failure.ts'
import { JSON_TYPE } from '../representation/tmf-error.ts'
import { dateTime } from '../schema/attributes.ts'
import { commandFailures, jsonOf } from './command-exchange.ts'
import { answerResource, bodyOf, expectation } from './exchange.ts'
import * as header from './header-schemas.ts'
import { fault, instantIn, objectIn } from './hub-bodies.ts'
import { contextOf } from './idempotency.ts'
import { errorResponses, response } from './response-schemas.ts'
import { checkedId, type ServedResource } from './served-resource.ts'

export interface ServedSpecifications {
  readonly specifications: ServedResource
  /** Of which simulations are made. */
  readonly orders: ServedResource
}

type OfSpecification = { Params: { id: string } }

/** What is done with journey specifications besides writing them. */
export function registerSpecificationActions(app: FastifyInstance, served: ServedSpecifications): void {
  const item = `${served.specifications.path}/:id`
  const schemas = schemasOf(served)
  app.post<OfSpecification>(
    `${item}/activate`,
    { schema: schemas.activate },
    move(served, 'activate', activateJourneySpecification)
  )
  app.post<OfSpecification>(`${item}/retire`, { schema: schemas.retire }, move(served, 'retire', retireJourneySpecification))
  app.post<OfSpecification>(`${item}/simulate`, { schema: schemas.simulate }, simulate(served))
}

function move({ specifications }: ServedSpecifications, name: string, use: typeof activateJourneySpecification) {
  const { services, inFlight, path } = specifications
  return async (request: FastifyRequest<OfSpecification>, reply: FastifyReply): Promise<string> => {
    const id = checkedId(specifications, request.params.id)
    const context = contextOf(request, `${path}/${id}/${name}`)
    const toChange = { id, ...expectation(request) }
    const { stored } = await inFlight.once(context, () => use(services, toChange, context))
    return answerResource(specifications, stored, undefined, reply)
  }
}

function simulate({ specifications, orders }: ServedSpecifications) {
  const { services } = specifications
  return async (request: FastifyRequest<OfSpecification>, reply: FastifyReply): Promise<string> => {
    const id = checkedId(specifications, request.params.id)
    const input = simulationIn(bodyOf(request), orders, services.clock.now())
    const simulation = await simulateJourneySpecification(services, { tenant: TENANT, id }, input)
    reply.type(JSON_TYPE)
    return JSON.stringify(simulation)
  }
}

/** @throws {ApiError} 400 with pointers */
function simulationIn(body: unknown, { validators, binding }: ServedResource, now: Date) {
  const { order, startDate = now.toISOString() } = objectIn(body)
  if (order === undefined) throw fault('missingAttribute', '/order', 'order is mandatory')
  const start = new Date(instantIn(startDate, '/startDate'))
  const faults = validators.faultsOf('create', binding, order)
  refuseFaults(faults.map(each => ({ ...each, pointer: `/order${each.pointer ?? ''}` })))
  return { order: order as NewProductOrder, start }
}

function schemasOf({ specifications, orders }: ServedSpecifications): Record<'activate' | 'retire' | 'simulate', FastifySchema> {
  const { definition, schemas } = specifications.binding
  const params = Type.Object({ id: Type.String({ description: 'The id of the specification.' }) })
  const tags = [definition.name]
  const moved = {
    tags,
    params,
    headers: Type.Object({ 'If-Match': header.ifMatch, 'Idempotency-Key': header.idempotencyKey, 'X-Actor': header.actor }),
    response: {
      200: response('The specification after that.', { content: jsonOf(schemas.resource), headers: { ETag: header.etag } }),
      ...errorResponses([...commandFailures, 'illegalMove'])
    }
  }
  const { $id } = orders.binding.schemas.create
  const body = Type.Object({
    order: Type.Unsafe({ $ref: `${$id}#` }),
    startDate: Type.Optional(dateTime('When the order would come in; absent: now.'))
  })
  return {
    activate: {
      operationId: 'activateJourneySpecification',
      summary: 'Take a draft into use',
      description:
        'New orders follow it, where it fits. The version that was active is retired. Running orders stay as they are.',
      ...moved
    },
    retire: {
      operationId: 'retireJourneySpecification',
      summary: 'Take a journey out of use',
      description: 'Orders that follow it go on. The last one that is for every order stays.',
      ...moved
    },
    simulate: {
      operationId: 'simulateJourneySpecification',
      summary: 'See the dates that an order would get',
      description: 'Whether or not the specification is in use, and fits the order. Nothing is stored.',
      tags,
      params,
      body: { content: { [JSON_MEDIA_TYPE]: { schema: body } } },
      response: {
        200: response('What the order would be in for.', { content: jsonOf(SimulationSchema) }),
        ...errorResponses([
          'invalidValue',
          'missingAttribute',
          'missingBody',
          'invalidJson',
          'limitExceeded',
          'malformedRequest',
          'notFound',
          'bodyTooLarge',
          'unsupportedMediaType',
          'unavailable'
        ])
      }
    }
  }
}
