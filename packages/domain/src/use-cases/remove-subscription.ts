import { eventSubscriptionDefinition } from '../events/event-subscription.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { DeliveryQueue } from '../ports/delivery-queue.ts'
import type { Outcome } from '../ports/unit-of-work.ts'
import type { ChangeDependencies } from './change-dependencies.ts'
import { registered, type SubscriptionOfApi } from './change-subscription.ts'
import { doOnce } from './do-once.ts'

/**
 * Ends a subscription. What was not delivered is dropped; a delivery that is under way may still arrive.
 *
 * @throws {DomainError} `notFound`, `idempotencyKeyReused`
 */
export async function removeSubscription(
  dependencies: Pick<ChangeDependencies, 'unitOfWork'> & { readonly deliveries: Pick<DeliveryQueue, 'drop'> },
  of: SubscriptionOfApi,
  context: RequestContext
): Promise<Outcome> {
  const outcome = await dependencies.unitOfWork.run(context.tenant, transaction =>
    doOnce(transaction, context, async () => {
      const { stored } = await registered(transaction, of)
      transaction.delete(eventSubscriptionDefinition, stored)
      return { kind: 'deleted', stored }
    })
  )
  // Without its subscription a delivery is never sent: should this be missed, nothing but space is lost.
  await dependencies.deliveries.drop(context.tenant, of.id)
  return outcome
}
