import { applyEvent, type Happening } from '../journey/apply-order.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { Outcome } from '../ports/unit-of-work.ts'
import type { ChangeDependencies } from './change-dependencies.ts'
import { changeJourney } from './change-journey.ts'

/**
 * Lets the journey of an order take notice of what happened to something else that belongs to the order. What happens to the order itself
 * and to requests to cancel it is noticed as it happens. The same event a second time changes nothing.
 *
 * @returns the journey
 * @throws {DomainError} `notFound` when there is no such order
 */
export function applyEventToJourney(
  dependencies: ChangeDependencies,
  { orderId, happening }: { readonly orderId: string; readonly happening: Happening },
  context: RequestContext
): Promise<Outcome> {
  return changeJourney(dependencies, orderId, (journey, moment) => applyEvent(journey, happening, moment), context)
}
