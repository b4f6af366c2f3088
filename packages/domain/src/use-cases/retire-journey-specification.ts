import { retireSpecification } from '../journey/decide-specification.ts'
import { withChange } from '../journey/journey-catalog.ts'
import { journeySpecificationDefinition as definition, type JourneySpecification } from '../journey/journey-specification.ts'
import { insist } from '../kernel/refusal.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { Outcome } from '../ports/unit-of-work.ts'
import { openCatalog, storeCatalog } from './change-catalog.ts'
import type { ChangeDependencies } from './change-dependencies.ts'
import { doOnce } from './do-once.ts'
import { type ResourceToChange, resourceWith, storeChange } from './stored-resource.ts'

/**
 * Takes a journey out of use. Orders that follow it go on; the last one that is for every order stays.
 *
 * @throws {DomainError} `notFound`, `staleRevision`, `illegalMove`, `idempotencyKeyReused`
 */
export function retireJourneySpecification(
  dependencies: ChangeDependencies,
  toChange: ResourceToChange,
  context: RequestContext
): Promise<Outcome> {
  return dependencies.unitOfWork.run(context.tenant, transaction =>
    doOnce(transaction, context, async () => {
      const open = await openCatalog(transaction)
      const before = await resourceWith<JourneySpecification>(transaction, definition, toChange)
      const now = dependencies.clock.now()
      const change = insist(retireSpecification(before.resource, open.catalog.specification, { now }))
      if (change.outcome === 'unchanged') return { kind: 'unchanged', stored: before.stored }
      const stored = storeChange(dependencies, transaction, definition, { before, after: change.specification }, context)
      storeCatalog(transaction, open, withChange(open.catalog, change))
      return { kind: 'changed', stored }
    })
  )
}
