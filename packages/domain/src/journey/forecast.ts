import { addDuration, parseDuration } from './duration.ts'
import { isOpenMilestone, type Journey, type JourneyMilestone } from './journey.ts'
import type { MilestonePlan } from './journey-specification.ts'
import { addWorkingTime } from './working-time.ts'

/** Milestones and what their dates depend on. */
export type Dated = Pick<Journey, 'milestone' | 'startDate' | 'calendar'>

/** In milliseconds, by the keys of milestones. */
export type MilestoneDates = ReadonlyMap<string, number>

/**
 * When every milestone will be reached, given what is known now: when it was, when it isn't open any more; otherwise as its plan says, from
 * when what it requires was or will be reached; never before that, and never in the past. A date set by hand is kept to until it cannot be.
 */
export function forecastDates(journey: Dated, now: Date): MilestoneDates {
  const start = Date.parse(journey.startDate)
  const dates = new Map<string, number>()
  for (const milestone of journey.milestone) {
    dates.set(
      milestone.key,
      isOpenMilestone(milestone)
        ? openForecast(journey, milestone, start, now.getTime(), dates)
        : Date.parse(expectedDateOf(milestone))
    )
  }
  return dates
}

function openForecast(journey: Dated, milestone: JourneyMilestone, start: number, now: number, dates: MilestoneDates): number {
  const required = latest(milestone.requires, dates, start)
  const planned = milestone.isDateFixed ? Date.parse(milestone.plannedDate) : dueDate(journey, milestone.plan, start, required)
  return Math.max(planned, required, now)
}

/**
 * When every milestone should be reached, given how long each should take and what was planned by hand. What really happened plays no
 * part: being late doesn't move a plan.
 */
export function planDates(journey: Dated): MilestoneDates {
  const start = Date.parse(journey.startDate)
  const dates = new Map<string, number>()
  for (const milestone of journey.milestone) {
    const isSettled = milestone.isDateFixed || milestone.isCustom || !isOpenMilestone(milestone)
    dates.set(milestone.key, isSettled ? Date.parse(milestone.plannedDate) : plannedDate(journey, milestone, start, dates))
  }
  return dates
}

function plannedDate(journey: Dated, { requires, plan }: JourneyMilestone, start: number, dates: MilestoneDates): number {
  const required = latest(requires, dates, start)
  return Math.max(dueDate(journey, plan, start, required), required)
}

/**
 * When an order is done: when the last milestone is that must be reached.
 *
 * @param dateOf an ISO 8601 instant as `Date.toISOString` writes it, as the result: these can be compared as they are
 */
export function completionOf(
  milestones: readonly JourneyMilestone[],
  dateOf: (milestone: JourneyMilestone) => string,
  startDate: string
): string {
  const all = milestones.filter(({ state }) => state !== 'withdrawn')
  const mandatory = all.filter(({ isOptional }) => !isOptional)
  const dates = (mandatory.length > 0 ? mandatory : all).map(dateOf)
  return [startDate, ...dates].sort().at(-1) ?? startDate
}

export const plannedDateOf = ({ plannedDate }: JourneyMilestone): string => plannedDate

/** When it was reached, or will be. */
export const expectedDateOf = ({ date, forecastDate }: JourneyMilestone): string => date ?? forecastDate

function latest(keys: readonly string[], dates: MilestoneDates, start: number): number {
  let last = start
  for (const key of keys) last = Math.max(last, dates.get(key) ?? start)
  return last
}

function dueDate({ calendar = [] }: Dated, plan: MilestonePlan | undefined, start: number, required: number): number {
  if (!plan) return required
  const from = plan.from === 'start' ? start : required
  const duration = parseDuration(plan.duration)
  if (!duration) return from
  const workingTime = plan.calendar === undefined ? undefined : calendar.find(({ id }) => id === plan.calendar)
  return workingTime ? addWorkingTime(workingTime, from, duration) : addDuration(from, duration)
}
