import { moveOrderItems, type ProductOrderItemState, productOrderItemStates } from '@crm-lite/domain'
import { Type } from '@sinclair/typebox'
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify'
import { JSON_MEDIA_TYPE } from '../plugins/body-parsing.ts'
import { oneOf, text } from '../schema/attributes.ts'
import { answerResource, bodyOf, expectation } from './exchange.ts'
import * as header from './header-schemas.ts'
import { fault, objectIn } from './hub-bodies.ts'
import { contextOf } from './idempotency.ts'
import { errorResponses, response } from './response-schemas.ts'
import { checkedId, type ServedResource } from './served-resource.ts'

export interface OrderItemRoute {
  /** Of orders, as they are served. */
  readonly orders: ServedResource
  /** Of the API that the route belongs to: one slash in front, none at the end. */
  readonly path: string
}

interface OfItem {
  Params: { id: string; itemId: string }
}

/** Moves one item of an order, with a reason: what a patch of the whole order can do too, but for the reason. */
export function registerOrderItemState(app: FastifyInstance, route: OrderItemRoute): void {
  app.post<OfItem>(`${route.path}/order/:id/item/:itemId/state`, { schema: schemaOf(route) }, moveItem(route))
}

function moveItem({ orders, path }: OrderItemRoute) {
  const { services, inFlight } = orders
  return async (request: FastifyRequest<OfItem>, reply: FastifyReply): Promise<string> => {
    const { itemId } = request.params
    const orderId = checkedId(orders, request.params.id)
    const context = contextOf(request, `${path}/order/${orderId}/item/${encodeURIComponent(itemId)}/state`)
    const { state: to, reason } = moveIn(bodyOf(request))
    const move = { orderId, moves: [{ itemId, to }], reason, ...expectation(request) }
    const { stored } = await inFlight.once(context, () => moveOrderItems(services, move, context))
    return answerResource(orders, stored, undefined, reply)
  }
}

/** @throws {ApiError} 400 with a pointer */
function moveIn(body: unknown): { state: ProductOrderItemState; reason: string | undefined } {
  const { state, reason } = objectIn(body)
  if (state === undefined) throw fault('missingAttribute', '/state', 'state is mandatory')
  if (!isState(state)) throw fault('invalidValue', '/state', `must be one of ${productOrderItemStates.join(', ')}`)
  return { state, reason: reasonIn(reason) }
}

/**
 * Why something is done, for the history.
 *
 * @throws {ApiError} 400 with a pointer
 */
export function reasonIn(reason: unknown): string | undefined {
  if (reason !== undefined && typeof reason !== 'string') throw fault('invalidValue', '/reason', 'must be a text')
  return reason
}

function isState(value: unknown): value is ProductOrderItemState {
  return productOrderItemStates.some(state => state === value)
}

function schemaOf({ orders }: OrderItemRoute): FastifySchema {
  const { definition, schemas } = orders.binding
  const body = Type.Object({
    state: oneOf(productOrderItemStates, 'What the item is to become.'),
    reason: Type.Optional(text('Why, for the history.', 'The technician was there'))
  })
  return {
    operationId: 'moveProductOrderItem',
    summary: 'Move an item of a ProductOrder',
    description: 'The order, and items that hold others, follow. The same move twice is one.',
    tags: [definition.name],
    params: Type.Object({
      id: Type.String({ description: 'The id of the order.' }),
      itemId: Type.String({ description: 'The id of the item in it.', examples: ['1'] })
    }),
    headers: Type.Object({
      'If-Match': header.ifMatch,
      'Idempotency-Key': header.idempotencyKey,
      'X-Actor': header.actor
    }),
    body: { content: { [JSON_MEDIA_TYPE]: { schema: body } } },
    response: {
      200: response('The order after the move.', {
        content: { [JSON_MEDIA_TYPE]: { schema: { $ref: `${schemas.resource.$id}#` } } },
        headers: { ETag: header.etag }
      }),
      ...errorResponses([
        'missingAttribute',
        'invalidValue',
        'missingBody',
        'invalidJson',
        'limitExceeded',
        'malformedRequest',
        'bodyTooLarge',
        'unsupportedMediaType',
        'notFound',
        'illegalMove',
        'idempotencyKeyInUse',
        'staleRevision',
        'idempotencyKeyReused',
        'unavailable'
      ])
    }
  }
}
