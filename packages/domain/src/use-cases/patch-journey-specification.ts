import { redraftSpecification } from '../journey/decide-specification.ts'
import { type JourneySpecification, journeySpecificationDefinition } from '../journey/journey-specification.ts'
import { insist } from '../kernel/refusal.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { Outcome } from '../ports/unit-of-work.ts'
import { calendarsOf, idsOf } from './change-catalog.ts'
import type { ChangeDependencies } from './change-dependencies.ts'
import { type Change, resultOf } from './change-resource.ts'
import { doOnce } from './do-once.ts'
import { specificationWith, storeSpecification } from './stored-specification.ts'

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
      const current = await specificationWith(transaction, change)
      const before = current.specification
      const wanted = resultOf(journeySpecificationDefinition, before, change) as JourneySpecification
      const calendars = idsOf(await calendarsOf(transaction, wanted))
      const after = insist(redraftSpecification(before, wanted, calendars))
      if (after === before) return { kind: 'unchanged', stored: current.stored }
      return { kind: 'changed', stored: storeSpecification(dependencies, transaction, current, after, context) }
    })
  )
}
