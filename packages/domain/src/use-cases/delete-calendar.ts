import { deletionEvents } from '../events/events-of-change.ts'
import { type Calendar, calendarDefinition } from '../journey/calendar.ts'
import { calendarsIn } from '../journey/journey-catalog.ts'
import { DomainError } from '../kernel/errors.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { Outcome } from '../ports/unit-of-work.ts'
import { openCatalog, storeCatalog } from './change-catalog.ts'
import { type ChangeDependencies, eventSource } from './change-dependencies.ts'
import { doOnce } from './do-once.ts'
import { type ResourceToChange, resourceWith } from './stored-resource.ts'

/**
 * Removes a calendar that no active journey counts in. A draft that names it can't be activated any more; orders have their own copy.
 *
 * @throws {DomainError} `notFound`, `staleRevision`, `notDeletable`, `idempotencyKeyReused`
 */
export function deleteCalendar(
  dependencies: ChangeDependencies,
  toDelete: ResourceToChange,
  context: RequestContext
): Promise<Outcome> {
  return dependencies.unitOfWork.run(context.tenant, transaction =>
    doOnce(transaction, context, async () => {
      const open = await openCatalog(transaction)
      const { stored } = await resourceWith<Calendar>(transaction, calendarDefinition, toDelete)
      const users = open.catalog.specification.filter(each => calendarsIn([each]).includes(toDelete.id))
      if (users.length > 0) {
        const names = users.map(({ key, version }) => `${key} (version ${version})`).join(', ')
        throw new DomainError('notDeletable', `active journeys count in this calendar: ${names}`)
      }
      transaction.delete(calendarDefinition, stored)
      const source = eventSource(dependencies, context)
      for (const event of deletionEvents(source, calendarDefinition, stored)) transaction.publish(event)
      storeCatalog(transaction, open, open.catalog)
      return { kind: 'deleted', stored }
    })
  )
}
