import { creationEvents } from '../events/events-of-change.ts'
import { draftSpecification } from '../journey/decide-specification.ts'
import { lastVersionOf, withVersion } from '../journey/journey-catalog.ts'
import { journeySpecificationDefinition, type NewJourneySpecification } from '../journey/journey-specification.ts'
import { checkResource } from '../kernel/check-resource.ts'
import { DomainError } from '../kernel/errors.ts'
import { insist } from '../kernel/refusal.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { Outcome } from '../ports/unit-of-work.ts'
import { calendarsOf, idsOf, openCatalog, storeCatalog } from './change-catalog.ts'
import { type ChangeDependencies, eventSource } from './change-dependencies.ts'
import { doOnce } from './do-once.ts'

/**
 * Drafts the next version of a journey, or the first one.
 *
 * @param input its structure has been checked; what only the server sets is ignored in it
 * @throws {DomainError} `missingAttribute`, `invalidValue`, `idempotencyKeyReused`
 */
export function createJourneySpecification(
  dependencies: ChangeDependencies,
  input: NewJourneySpecification,
  context: RequestContext
): Promise<Outcome> {
  return dependencies.unitOfWork.run(context.tenant, transaction =>
    doOnce(transaction, context, async () => {
      const open = await openCatalog(transaction)
      const lastVersion = lastVersionOf(open.catalog, input.key)
      const calendars = idsOf(await calendarsOf(transaction, input))
      const draft = insist(draftSpecification(input, { id: dependencies.ids.next(), lastVersion, calendars }))
      const [fault, ...more] = checkResource(journeySpecificationDefinition, draft)
      if (fault) throw DomainError.ofFaults([fault, ...more])
      const stored = transaction.insert(journeySpecificationDefinition, draft)
      const source = eventSource(dependencies, context)
      for (const event of creationEvents(source, journeySpecificationDefinition, stored)) transaction.publish(event)
      storeCatalog(transaction, open, withVersion(open.catalog, draft))
      return { kind: 'created', stored }
    })
  )
}
