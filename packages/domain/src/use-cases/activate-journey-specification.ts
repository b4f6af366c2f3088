import { activateSpecification } from '../journey/decide-specification.ts'
import { withChange } from '../journey/journey-catalog.ts'
import { journeySpecificationDefinition as definition, type JourneySpecification } from '../journey/journey-specification.ts'
import { insist } from '../kernel/refusal.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { Outcome } from '../ports/unit-of-work.ts'
import { calendarsOf, idsOf, openCatalog, storeWithMoreAwaited } from './change-catalog.ts'
import type { ChangeDependencies } from './change-dependencies.ts'
import { doOnce } from './do-once.ts'
import { type ResourceToChange, resourceWith, storeChange } from './stored-resource.ts'

/**
 * Takes a draft into use: orders that are placed from then on follow it, where it fits. The version that was active is retired. What is
 * active already stays so.
 *
 * @throws {DomainError} `notFound`, `staleRevision`, `illegalMove`, `invalidValue`, `idempotencyKeyReused`
 */
export function activateJourneySpecification(
  dependencies: ChangeDependencies,
  toChange: ResourceToChange,
  context: RequestContext
): Promise<Outcome> {
  return dependencies.unitOfWork.run(context.tenant, transaction =>
    doOnce(transaction, context, async () => {
      const open = await openCatalog(transaction)
      const current = await resourceWith<JourneySpecification>(transaction, definition, toChange)
      const calendars = await calendarsOf(transaction, current.resource)
      const now = dependencies.clock.now()
      const change = insist(activateSpecification(current.resource, open.catalog.specification, { now }, idsOf(calendars)))
      if (change.outcome === 'unchanged') return { kind: 'unchanged', stored: current.stored }
      for (const retired of change.retired) {
        const before = await resourceWith<JourneySpecification>(transaction, definition, { id: retired.id })
        storeChange(dependencies, transaction, definition, { before, after: retired }, context)
      }
      const changed = { before: current, after: change.specification }
      const stored = storeChange(dependencies, transaction, definition, changed, context)
      await storeWithMoreAwaited(transaction, open, withChange(open.catalog, change, calendars), now.toISOString())
      return { kind: 'changed', stored }
    })
  )
}
