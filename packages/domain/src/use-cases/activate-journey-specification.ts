import { activateSpecification } from '../journey/decide-specification.ts'
import { withChange } from '../journey/journey-catalog.ts'
import { insist } from '../kernel/refusal.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { Outcome } from '../ports/unit-of-work.ts'
import { calendarsOf, idsOf, openCatalog, storeCatalog } from './change-catalog.ts'
import type { ChangeDependencies } from './change-dependencies.ts'
import { doOnce } from './do-once.ts'
import { type SpecificationToChange, specificationWith, storeSpecification } from './stored-specification.ts'

/**
 * Takes a draft into use: orders that are placed from then on follow it, where it fits. The version that was active is retired. What is
 * active already stays so.
 *
 * @throws {DomainError} `notFound`, `staleRevision`, `illegalMove`, `invalidValue`, `idempotencyKeyReused`
 */
export function activateJourneySpecification(
  dependencies: ChangeDependencies,
  toChange: SpecificationToChange,
  context: RequestContext
): Promise<Outcome> {
  return dependencies.unitOfWork.run(context.tenant, transaction =>
    doOnce(transaction, context, async () => {
      const open = await openCatalog(transaction)
      const current = await specificationWith(transaction, toChange)
      const calendars = await calendarsOf(transaction, current.specification)
      const now = dependencies.clock.now()
      const change = insist(activateSpecification(current.specification, open.catalog.specification, { now }, idsOf(calendars)))
      if (change.outcome === 'unchanged') return { kind: 'unchanged', stored: current.stored }
      for (const retired of change.retired) {
        const replaced = await specificationWith(transaction, { id: retired.id })
        storeSpecification(dependencies, transaction, replaced, retired, context)
      }
      const stored = storeSpecification(dependencies, transaction, current, change.specification, context)
      storeCatalog(transaction, open, withChange(open.catalog, change, calendars))
      return { kind: 'changed', stored }
    })
  )
}
