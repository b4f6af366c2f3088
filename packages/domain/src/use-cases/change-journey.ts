import type { Journey } from '../journey/journey.ts'
import type { JourneyChange } from '../journey/journey-change.ts'
import { journeyProgress } from '../journey/progress.ts'
import { DomainError } from '../kernel/errors.ts'
import type { Moment } from '../kernel/moment.ts'
import { insist, type Refusal } from '../kernel/refusal.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { StoredResource } from '../kernel/resource.ts'
import type { Outcome } from '../ports/unit-of-work.ts'
import { awaitEvents } from './change-catalog.ts'
import type { ChangeDependencies } from './change-dependencies.ts'
import { doOnce } from './do-once.ts'
import { orderRecords } from './order-records.ts'
import { orderWork } from './order-work.ts'
import { storeProgress } from './store-progress.ts'

export interface JourneyChangeOptions {
  /** Why, in words, for the history. */
  readonly reason?: string
  /** As in `Change`: of the journey. */
  readonly expects?: (current: StoredResource) => boolean
}

/**
 * Changes the journey of an order, and what the order shows of it, in one step with reading both.
 *
 * @param decide pure, as it may be called again
 * @returns the journey
 * @throws {DomainError} `notFound` when there is no such order; `staleRevision`; what the decision is refused with; `idempotencyKeyReused`
 */
export function changeJourney(
  dependencies: ChangeDependencies,
  orderId: string,
  decide: (journey: Journey, moment: Moment) => JourneyChange | Refusal,
  context: RequestContext,
  { reason, expects }: JourneyChangeOptions = {}
): Promise<Outcome> {
  return dependencies.unitOfWork.run(context.tenant, transaction =>
    doOnce(transaction, context, async () => {
      const before = await orderRecords(transaction, orderId)
      if (expects && !expects(before.storedJourney)) {
        throw new DomainError('staleRevision', 'the journey has changed since it was read')
      }
      const { source, moment } = orderWork(dependencies, transaction, context, reason)
      const change = insist(decide(before.journey, moment))
      const progress = journeyProgress(before.order, change)
      const added = change.journey.milestone.filter(({ key }) => !before.journey.milestone.some(each => each.key === key))
      if (added.length > 0) await awaitEvents(transaction, added, source.at)
      const { journey } = await storeProgress(transaction, source, { before, progress, moment })
      return { kind: journey === before.storedJourney ? 'unchanged' : 'changed', stored: journey }
    })
  )
}
