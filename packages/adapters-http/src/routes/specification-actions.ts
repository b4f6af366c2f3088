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
import { JSON_TYPE } from '../representation/tmf-error.ts'
import { dateTime } from '../schema/attributes.ts'
import { jsonOf } from './command-exchange.ts'
import { bodyOf } from './exchange.ts'
import { fault, instantIn, objectIn } from './hub-bodies.ts'
import { type LifecycleAction, registerLifecycleActions } from './lifecycle-actions.ts'
import { dryRunFailures, newOrderIn } from './order-in-body.ts'
import { errorResponses, response } from './response-schemas.ts'
import { checkedId, type ServedResource } from './served-resource.ts'

export interface ServedSpecifications {
  readonly specifications: ServedResource
  /** Of which simulations are made. */
  readonly orders: ServedResource
}

type OfSpecification = { Params: { id: string } }

const actions: readonly LifecycleAction[] = [
  {
    name: 'activate',
    summary: 'Take a draft into use',
    description: 'New orders follow it, where it fits. The version that was active is retired. Running orders stay as they are.',
    use: activateJourneySpecification
  },
  {
    name: 'retire',
    summary: 'Take a journey out of use',
    description: 'Orders that follow it go on. The last one that is for every order stays.',
    use: retireJourneySpecification
  }
]

/** What is done with journey specifications besides writing them. */
export function registerSpecificationActions(app: FastifyInstance, served: ServedSpecifications): void {
  registerLifecycleActions(app, served.specifications, actions)
  const path = `${served.specifications.path}/:id/simulate`
  app.post<OfSpecification>(path, { schema: schemaOf(served) }, simulate(served))
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
function simulationIn(body: unknown, orders: ServedResource, now: Date): { order: NewProductOrder; start: Date } {
  const { order, startDate = now.toISOString() } = objectIn(body)
  if (order === undefined) throw fault('missingAttribute', '/order', 'order is mandatory')
  const start = new Date(instantIn(startDate, '/startDate'))
  return { order: newOrderIn(order, orders), start }
}

function schemaOf({ specifications, orders }: ServedSpecifications): FastifySchema {
  const { $id } = orders.binding.schemas.create
  const body = Type.Object({
    order: Type.Unsafe({ $ref: `${$id}#` }),
    startDate: Type.Optional(dateTime('When the order would come in; absent: now.'))
  })
  return {
    operationId: 'simulateJourneySpecification',
    summary: 'See the dates that an order would get',
    description: 'Whether or not the specification is in use, and fits the order. Nothing is stored.',
    tags: [specifications.binding.definition.name],
    params: Type.Object({ id: Type.String({ description: 'The id of the specification.' }) }),
    body: { content: { [JSON_MEDIA_TYPE]: { schema: body } } },
    response: {
      200: response('What the order would be in for.', { content: jsonOf(SimulationSchema) }),
      ...errorResponses(dryRunFailures)
    }
  }
}
