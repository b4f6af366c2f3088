import type { ProductOrder } from '../resources/product-order.ts'
import type { Calendar } from './calendar.ts'
import type { JourneySpecification } from './journey-specification.ts'
import { startJourney } from './start-journey.ts'

export interface SimulatedMilestone {
  readonly key: string
  readonly name: string
  readonly item?: { readonly id: string }
  readonly requires: readonly string[]
  readonly plannedDate: string
}

export interface Simulation {
  readonly startDate: string
  readonly milestone: readonly SimulatedMilestone[]
  readonly plannedCompletionDate: string
}

/** The dates that the milestones of an order would get, would it follow a specification, a draft even, from an instant on. */
export function simulateJourney(
  specification: JourneySpecification,
  order: ProductOrder,
  start: Date,
  calendars: readonly Calendar[] = []
): Simulation {
  const moment = { now: start, actor: 'simulation' }
  const { journey } = startJourney({ id: 'simulation', specification, order, calendars }, moment)
  return {
    startDate: journey.startDate,
    milestone: journey.milestone.map(({ key, name, item, requires, plannedDate }) => {
      return { key, name, ...(item && { item: { id: item.id } }), requires, plannedDate }
    }),
    plannedCompletionDate: journey.plannedCompletionDate
  }
}
