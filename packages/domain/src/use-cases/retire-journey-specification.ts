import { retireSpecification } from '../journey/decide-specification.ts'
import { withChange } from '../journey/journey-catalog.ts'
import { insist } from '../kernel/refusal.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { Outcome } from '../ports/unit-of-work.ts'
import { openCatalog, storeCatalog } from './change-catalog.ts'
import type { ChangeDependencies } from './change-dependencies.ts'
import { doOnce } from './do-once.ts'
import { type SpecificationToChange, specificationWith, storeSpecification } from './stored-specification.ts'

/**
 * Takes a journey out of use. Orders that follow it go on; the last one that is for every order stays.
 *
 * @throws {DomainError} `notFound`, `staleRevision`, `illegalMove`, `idempotencyKeyReused`
 */
export function retireJourneySpecification(
  dependencies: ChangeDependencies,
  toChange: SpecificationToChange,
  context: RequestContext
): Promise<Outcome> {
  return dependencies.unitOfWork.run(context.tenant, transaction =>
    doOnce(transaction, context, async () => {
      const open = await openCatalog(transaction)
      const current = await specificationWith(transaction, toChange)
      const now = dependencies.clock.now()
      const change = insist(retireSpecification(current.specification, open.catalog.specification, { now }))
      if (change.outcome === 'unchanged') return { kind: 'unchanged', stored: current.stored }
      const stored = storeSpecification(dependencies, transaction, current, change.specification, context)
      storeCatalog(transaction, open, withChange(open.catalog, change))
      return { kind: 'changed', stored }
    })
  )
}
