export { addMilestone, type NewMilestone } from './add-milestone.ts'
export { applyEvent, applyOrder, type Happening, type MovedOrder, ordersIn } from './apply-order.ts'
export { applyServiceOrder, type ServiceOrderNews } from './apply-service-order.ts'
export type { AwaitedEvent } from './awaited-events.ts'
export * from './calendar.ts'
export {
  checkSpecification,
  lintSpecification,
  MAX_MILESTONES,
  MILESTONE_KEY
} from './check-specification.ts'
export {
  annotateMilestone,
  correctMilestone,
  lookAtJourney,
  reachMilestone,
  replanMilestone,
  skipMilestone
} from './decide-journey.ts'
export * from './decide-specification.ts'
export { defaultJourneySpecification } from './default-specification.ts'
export { addDuration, type Duration, parseDuration, subtractDuration } from './duration.ts'
export { type Dated, forecastDates, type MilestoneDates, planDates } from './forecast.ts'
export { levelAt, nextLevelStart } from './jeopardy.ts'
export * from './journey.ts'
export * from './journey-catalog.ts'
export type { JourneyChange } from './journey-change.ts'
export * from './journey-follower.ts'
export * from './journey-specification.ts'
export { mermaidOf } from './mermaid.ts'
export { nextDue } from './next-due.ts'
export { journeyProgress, type NewOrder, type NewOrderContext, orderProgress, type Progress, takeOrder } from './progress.ts'
export { findCycle, sortByRequirements } from './requirements.ts'
export {
  countCriteria,
  doesMatch,
  isDefaultSpecification,
  isForItem,
  type OrderOfCustomer,
  selectSpecification
} from './select-specification.ts'
export { type SimulatedMilestone, type Simulation, simulateJourney } from './simulate.ts'
export { noticesOf, type OrderNotice, type StandardView, standardView, withJourney } from './standard-view.ts'
export { type NewJourney, startJourney } from './start-journey.ts'
export * from './tracking-token.ts'
export * from './tracking-view.ts'
export { addWorkingTime } from './working-time.ts'
