import { type Calendar, calendarDefinition, checkCalendar } from '../journey/calendar.ts'
import { DomainError } from '../kernel/errors.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { Outcome } from '../ports/unit-of-work.ts'
import type { ChangeDependencies } from './change-dependencies.ts'
import { createResource } from './create-resource.ts'

/**
 * Stores a new calendar. Nothing counts in it before a specification that names it goes into use.
 *
 * @param input its structure has been checked
 * @throws {DomainError} `missingAttribute`, `invalidValue`, `idempotencyKeyReused`
 */
export async function createCalendar(
  dependencies: ChangeDependencies,
  input: Omit<Calendar, 'id'>,
  context: RequestContext
): Promise<Outcome> {
  const [fault, ...more] = checkCalendar(input)
  if (fault) throw DomainError.ofFaults([fault, ...more])
  return createResource<Calendar>(dependencies, calendarDefinition, input, context)
}
