import { type EventSubscription, eventSubscriptionDefinition } from '../events/event-subscription.ts'
import { creationEvents } from '../events/events-of-change.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { Outcome } from '../ports/unit-of-work.ts'
import { type ChangeDependencies, eventSource } from './change-dependencies.ts'
import { doOnce } from './do-once.ts'

export type NewSubscription = Pick<EventSubscription, 'id' | 'api' | 'callback' | 'host' | 'query' | 'sealedSecret'>

/**
 * Registers a subscriber, who is told of everything that is committed from then on: an internal event marks the place in the log. That
 * event has nothing of the subscription but its id.
 *
 * @param input checked already. Its id is new: the secret is sealed for it. A repeated request is answered with the id of the first one
 * @throws {DomainError} `idempotencyKeyReused`
 */
export function createSubscription(
  dependencies: ChangeDependencies,
  input: NewSubscription,
  context: RequestContext
): Promise<Outcome> {
  const createdAt = dependencies.clock.now().toISOString()
  const { type } = eventSubscriptionDefinition
  const subscription: EventSubscription = { ...input, '@type': type, state: 'active', createdAt }
  return dependencies.unitOfWork.run(context.tenant, transaction =>
    doOnce(transaction, context, async () => {
      const stored = transaction.insert(eventSubscriptionDefinition, subscription)
      const mark = { ...stored, document: JSON.stringify({ id: stored.id }) }
      for (const event of creationEvents(eventSource(dependencies, context), eventSubscriptionDefinition, mark))
        transaction.publish(event)
      return { kind: 'created', stored }
    })
  )
}
