import { type Calendar, calendarDefinition } from '../journey/calendar.ts'
import { DomainError } from '../kernel/errors.ts'
import type { StoredResource } from '../kernel/resource.ts'
import type { Transaction } from '../ports/unit-of-work.ts'

/** Which calendar is meant, and what the caller believes it to be, as in `Change`. */
export interface CalendarToChange {
  readonly id: string
  readonly expects?: (current: StoredResource) => boolean
}

/** @throws {DomainError} `notFound`, `staleRevision` */
export async function calendarWith(
  transaction: Pick<Transaction, 'get'>,
  { id, expects }: CalendarToChange
): Promise<{ stored: StoredResource; calendar: Calendar }> {
  const stored = await transaction.get(calendarDefinition, id)
  if (!stored) throw new DomainError('notFound', 'there is no calendar with this id')
  if (expects && !expects(stored)) throw new DomainError('staleRevision', 'the calendar has changed since it was read')
  return { stored, calendar: JSON.parse(stored.document) as Calendar }
}
