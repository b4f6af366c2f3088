import { redraftSpecification } from '../journey/decide-specification.ts'
import { journeySpecificationDefinition as definition, type JourneySpecification } from '../journey/journey-specification.ts'
import { insist } from '../kernel/refusal.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { Outcome } from '../ports/unit-of-work.ts'
import { calendarsOf, idsOf } from './change-catalog.ts'
import type { ChangeDependencies } from './change-dependencies.ts'
import { type Change, resultOf } from './change-resource.ts'
import { doOnce } from './do-once.ts'
import { resourceWith, storeChange } from './stored-resource.ts'

/**
 * Changes a draft. What is or was in use stays as it is.
 *
 * @param change its `check` finds what is wrong with the structure
 * @throws {DomainError} `notFound`, `staleRevision`, `notChangeable` when it is no draft any more, `serverOwned`, `missingAttribute`,
 *   `invalidValue`, `idempotencyKeyReused`
 */
export function patchJourneySpecification(
  dependencies: ChangeDependencies,
  change: Change,
  context: RequestContext
): Promise<Outcome> {
  return dependencies.unitOfWork.run(context.tenant, transaction =>
    doOnce(transaction, context, async () => {
      const before = await resourceWith<JourneySpecification>(transaction, definition, change)
      const wanted = resultOf(definition, before.resource, change) as JourneySpecification
      const calendars = idsOf(await calendarsOf(transaction, wanted))
      const after = insist(redraftSpecification(before.resource, wanted, calendars))
      if (after === before.resource) return { kind: 'unchanged', stored: before.stored }
      return { kind: 'changed', stored: storeChange(dependencies, transaction, definition, { before, after }, context) }
    })
  )
}
