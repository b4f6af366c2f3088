import { changeEvents } from '../events/events-of-change.ts'
import { type Calendar, calendarDefinition, checkCalendar } from '../journey/calendar.ts'
import { withCalendar } from '../journey/journey-catalog.ts'
import { sameJson } from '../kernel/json.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { Outcome } from '../ports/unit-of-work.ts'
import { openCatalog, storeCatalog } from './change-catalog.ts'
import { type ChangeDependencies, eventSource } from './change-dependencies.ts'
import { type Change, resultOf } from './change-resource.ts'
import { doOnce } from './do-once.ts'
import { calendarWith } from './stored-calendar.ts'

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
      const { stored: current, calendar: before } = await calendarWith(transaction, change)
      const after = resultOf(calendarDefinition, before, { ...change, check }) as Calendar
      if (sameJson(before, after)) return { kind: 'unchanged', stored: current }
      const stored = transaction.update(calendarDefinition, current, after)
      const source = eventSource(dependencies, context)
      for (const event of changeEvents(source, calendarDefinition, { before, after, stored })) transaction.publish(event)
      storeCatalog(transaction, open, withCalendar(open.catalog, after))
      return { kind: 'changed', stored }
    })
  )
}
