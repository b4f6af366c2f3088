import {
  activateProvisioningRule,
  explainProvisioning,
  isObject,
  type ProvisioningToExplain,
  retireProvisioningRule
} from '@crm-lite/domain'
import { Type } from '@sinclair/typebox'
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifySchema } from 'fastify'
import { ProvisioningExplanation } from '../apis/order-journey/explanation-schemas.ts'
import { JSON_MEDIA_TYPE } from '../plugins/body-parsing.ts'
import { TENANT } from '../plugins/request-context.ts'
import { JSON_TYPE } from '../representation/tmf-error.ts'
import { text } from '../schema/attributes.ts'
import { jsonOf } from './command-exchange.ts'
import { bodyOf } from './exchange.ts'
import { fault, objectIn } from './hub-bodies.ts'
import { type LifecycleAction, registerLifecycleActions } from './lifecycle-actions.ts'
import { dryRunFailures, newOrderIn } from './order-in-body.ts'
import { errorResponses, response } from './response-schemas.ts'
import { checkedId, isId, type ServedResource } from './served-resource.ts'

export interface ServedRules {
  readonly rules: ServedResource
  /** Of which explanations are made. */
  readonly orders: ServedResource
}

const actions: readonly LifecycleAction[] = [
  {
    name: 'activate',
    summary: 'Take a draft into use',
    description:
      'Orders that are accepted from then on are provisioned by it, where it fits. The version that was active is retired.',
    use: activateProvisioningRule
  },
  {
    name: 'retire',
    summary: 'Take a rule out of use',
    description: 'What was decided by it stays. Other rules, or the default, decide about orders that are accepted from then on.',
    use: retireProvisioningRule
  }
]

/** More would be a catalogue of its own. */
const MAX_DRAFTS = 100

/** What is done with provisioning rules besides writing them. */
export function registerRuleActions(app: FastifyInstance, served: ServedRules): void {
  registerLifecycleActions(app, served.rules, actions)
  app.post(`${served.rules.path}/explain`, { schema: schemaOf(served) }, explain(served))
}

function explain(served: ServedRules) {
  const { services } = served.rules
  return async (request: FastifyRequest, reply: FastifyReply): Promise<string> => {
    const explanation = await explainProvisioning(services, TENANT, askedIn(bodyOf(request), served))
    reply.type(JSON_TYPE)
    return JSON.stringify({ explanation })
  }
}

/** @throws {ApiError} 400 with pointers, 404 when no order can have the id */
function askedIn(body: unknown, { orders }: ServedRules): ProvisioningToExplain {
  const { order, productOrder, rule } = objectIn(body)
  const drafts = rule === undefined ? {} : { rule: draftsIn(rule) }
  if (productOrder === undefined) {
    if (order === undefined) throw fault('missingAttribute', '/order', 'order or productOrder is mandatory')
    return { order: newOrderIn(order, orders), ...drafts }
  }
  if (order !== undefined) throw fault('invalidValue', '/productOrder', 'must not stand beside order')
  if (!isObject(productOrder)) throw fault('invalidValue', '/productOrder', 'must be an object')
  const { id } = productOrder
  if (id === undefined) throw fault('missingAttribute', '/productOrder/id', 'id is mandatory')
  if (typeof id !== 'string') throw fault('invalidValue', '/productOrder/id', 'must be a text')
  return { orderId: checkedId(orders, id), ...drafts }
}

function draftsIn(rule: unknown): string[] {
  if (!Array.isArray(rule)) throw fault('invalidValue', '/rule', 'must be an array')
  if (rule.length > MAX_DRAFTS) throw fault('invalidValue', '/rule', `must not have more than ${MAX_DRAFTS} elements`)
  return rule.map((id: unknown, index) => {
    if (typeof id !== 'string') throw fault('invalidValue', `/rule/${index}`, 'must be a text')
    if (!isId(id)) throw fault('invalidValue', `/rule/${index}`, 'there is no provisioningRule with this id')
    return id
  })
}

function schemaOf({ rules, orders }: ServedRules): FastifySchema {
  const { $id } = orders.binding.schemas.create
  const stored = Type.Object({ id: text('The id of the order.') }, { description: 'One that is stored, in place of `order`.' })
  const drafts = Type.Array(text('The id of a draft.'), {
    description: 'Drafts that are taken for active.',
    maxItems: MAX_DRAFTS
  })
  const body = Type.Object({
    order: Type.Optional(Type.Unsafe({ $ref: `${$id}#`, description: 'An order that nobody places.' })),
    productOrder: Type.Optional(stored),
    rule: Type.Optional(drafts)
  })
  return {
    operationId: 'explainProvisioning',
    summary: 'See what would be sent for an order, by which rules, and what would come of it',
    description: 'Item by item. Nothing is stored or sent.',
    tags: [rules.binding.definition.name],
    body: { content: { [JSON_MEDIA_TYPE]: { schema: body } } },
    response: {
      200: response('What would be done.', { content: jsonOf(ProvisioningExplanation) }),
      ...errorResponses([...dryRunFailures, 'illegalMove'])
    }
  }
}
