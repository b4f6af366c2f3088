import {
  changeSubscription,
  type EventSubscription,
  pausedSubscription,
  removeSubscription,
  resumedSubscription,
  subscriptionWithNewSecret
} from '@crm-lite/domain'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { subscriptionIn, subscriptionText } from '../representation/subscription.ts'
import { JSON_TYPE } from '../representation/tmf-error.ts'
import { contextOf } from './idempotency.ts'
import { checkedSubscriptionId, type ServedHub } from './served-hub.ts'

export type SubscriptionRequest = FastifyRequest<{ Params: { id: string } }>

export function unregisterListener({ api, path, services, inFlight }: ServedHub) {
  return async (request: SubscriptionRequest, reply: FastifyReply): Promise<void> => {
    const id = checkedSubscriptionId(request.params.id)
    const context = contextOf(request, `${path}/${id}`)
    await inFlight.once(context, () => removeSubscription(services, { id, api: api.key }, context))
    reply.code(204)
  }
}

export function pauseListener(served: ServedHub) {
  return change(served, 'pause', () => ({ apply: pausedSubscription }))
}

export function resumeListener(served: ServedHub) {
  return change(served, 'resume', () => ({ apply: resumedSubscription }))
}

/** As at the registration, a secret is told once. */
export function rotateSecret(served: ServedHub) {
  const { clock, hub } = served.services
  return change(served, 'rotateSecret', id => {
    const secret = hub.newSecret()
    const sealed = hub.secrets.seal(secret, id)
    return { apply: current => subscriptionWithNewSecret(current, sealed, clock.now()), told: { secret } }
  })
}

interface Step {
  readonly apply: (current: EventSubscription) => EventSubscription
  /** What the answer holds besides the subscription, when the step was really taken. */
  readonly told?: object
}

function change({ api, path, hrefBase, services, inFlight }: ServedHub, action: string, stepFor: (id: string) => Step) {
  return async (request: SubscriptionRequest, reply: FastifyReply): Promise<string> => {
    const id = checkedSubscriptionId(request.params.id)
    const context = contextOf(request, `${path}/${id}/${action}`)
    const { apply, told = {} } = stepFor(id)
    let isRepeated = true
    const applyNow = (current: EventSubscription) => {
      isRepeated = false
      return apply(current)
    }
    const outcome = await inFlight.once(context, () => changeSubscription(services, { id, api: api.key }, applyNow, context))
    reply.type(JSON_TYPE)
    return subscriptionText(hrefBase, subscriptionIn(outcome.stored), isRepeated ? {} : told)
  }
}
