import { createSubscription } from '@crm-lite/domain'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ApiError } from '../representation/api-error.ts'
import { subscriptionIn, subscriptionText } from '../representation/subscription.ts'
import { JSON_TYPE } from '../representation/tmf-error.ts'
import { bodyOf } from './exchange.ts'
import { inQuery, registrationIn } from './hub-bodies.ts'
import { contextOf } from './idempotency.ts'
import type { ServedHub } from './served-hub.ts'

/** Registers a subscriber. The secret is told once: who repeats the request does not get it again. */
export function registerListener({ api, path, hrefBase, notifications, services, inFlight }: ServedHub) {
  const { ids, hub } = services
  return async (request: FastifyRequest, reply: FastifyReply): Promise<string> => {
    const context = contextOf(request, path)
    const { callback, query } = registrationIn(bodyOf(request))
    if (query !== undefined) inQuery(() => notifications.parse(api.key, query))
    const outcome = await inFlight.once(context, async () => {
      const wrong = await hub.guard.checkAtRegistration(callback)
      if (wrong !== undefined)
        throw new ApiError(400, { code: 'invalidValue', pointer: '/callback', message: `callback ${wrong}` })
      const id = ids.next()
      const secret = hub.newSecret()
      const subscription = {
        id,
        api: api.key,
        callback,
        host: hostOf(callback),
        ...(query !== undefined && { query }),
        sealedSecret: hub.secrets.seal(secret, id)
      }
      const { stored } = await createSubscription(services, subscription, context)
      return { stored, isNew: stored.id === id, secret }
    })
    const { stored, isNew, secret } = outcome
    reply.code(201).header('location', `${hrefBase}${stored.id}`).type(JSON_TYPE)
    return subscriptionText(hrefBase, subscriptionIn(stored), isNew ? { secret } : {})
  }
}

/** With the port, also where it is the usual one. */
function hostOf(callback: string): string {
  const { hostname, port, protocol } = new URL(callback)
  return `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`
}
