import { type EventSubscription, eventSubscriptionDefinition } from '../events/event-subscription.ts'
import { DomainError } from '../kernel/errors.ts'
import { sameJson } from '../kernel/json.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { StoredResource } from '../kernel/resource.ts'
import type { Outcome, Transaction } from '../ports/unit-of-work.ts'
import type { ChangeDependencies } from './change-dependencies.ts'
import { doOnce } from './do-once.ts'

/** A subscription as the hub of one API knows it: the hubs of other APIs don't. */
export interface SubscriptionOfApi {
  readonly id: string
  /** Absent: whichever it was registered with. */
  readonly api?: string
}

/**
 * Changes how a subscriber is served. Nobody is told: subscriptions are not among the resources that events are about.
 *
 * @param apply pure, as it may be called again
 * @throws {DomainError} `notFound`, `idempotencyKeyReused`
 */
export function changeSubscription(
  dependencies: Pick<ChangeDependencies, 'unitOfWork'>,
  of: SubscriptionOfApi,
  apply: (current: EventSubscription) => EventSubscription,
  context: RequestContext
): Promise<Outcome> {
  return dependencies.unitOfWork.run(context.tenant, transaction =>
    doOnce(transaction, context, async () => {
      const { stored, subscription } = await registered(transaction, of)
      const changed = apply(subscription)
      if (sameJson(subscription, changed)) return { kind: 'unchanged', stored }
      return { kind: 'changed', stored: transaction.update(eventSubscriptionDefinition, stored, changed) }
    })
  )
}

/** @throws {DomainError} `notFound` */
export async function registered(
  transaction: Transaction,
  { id, api }: SubscriptionOfApi
): Promise<{ stored: StoredResource; subscription: EventSubscription }> {
  const stored = await transaction.get(eventSubscriptionDefinition, id)
  const subscription = stored && (JSON.parse(stored.document) as EventSubscription)
  if (subscription && (api === undefined || subscription.api === api)) return { stored, subscription }
  throw new DomainError('notFound', 'there is no subscription with this id')
}
