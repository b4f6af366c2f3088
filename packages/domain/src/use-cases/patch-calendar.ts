import { type Calendar, calendarDefinition, checkCalendar } from '../journey/calendar.ts'
import { withCalendar } from '../journey/journey-catalog.ts'
import { sameJson } from '../kernel/json.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { Outcome } from '../ports/unit-of-work.ts'
import { openCatalog, storeCatalog } from './change-catalog.ts'
import type { ChangeDependencies } from './change-dependencies.ts'
import { type Change, resultOf } from './change-resource.ts'
import { doOnce } from './do-once.ts'
import { resourceWith, storeChange } from './stored-resource.ts'

/**
 * Changes a calendar. Orders that are placed from then on count in it as it is then; running ones keep to what it was.
 *
 * @param change its `check` finds what is wrong with the structure
 * @throws {DomainError} `notFound`, `staleRevision`, `serverOwned`, `missingAttribute`, `invalidValue`, `idempotencyKeyReused`
 */
export function patchCalendar(dependencies: ChangeDependencies, change: Change, context: RequestContext): Promise<Outcome> {
  const structure = change.check ?? (() => [])
  const check = (wanted: Record<string, unknown>) => {
    const faults = structure(wanted)
    return faults.length > 0 ? faults : checkCalendar(wanted as unknown as Calendar)
  }
  return dependencies.unitOfWork.run(context.tenant, transaction =>
    doOnce(transaction, context, async () => {
      const open = await openCatalog(transaction)
      const before = await resourceWith<Calendar>(transaction, calendarDefinition, change)
      const after = resultOf(calendarDefinition, before.resource, { ...change, check }) as Calendar
      if (sameJson(before.resource, after)) return { kind: 'unchanged', stored: before.stored }
      const stored = storeChange(dependencies, transaction, calendarDefinition, { before, after }, context)
      storeCatalog(transaction, open, withCalendar(open.catalog, after))
      return { kind: 'changed', stored }
    })
  )
}
