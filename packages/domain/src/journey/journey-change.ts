import type { Moment } from '../kernel/moment.ts'
import { type HistoryEntry, historyEntry, type Passage } from '../ordering/history.ts'
import { completionOf, expectedDateOf, forecastDates, type MilestoneDates, plannedDateOf } from './forecast.ts'
import { withAlert } from './jeopardy.ts'
import { isOpenMilestone, type Journey, type JourneyMilestone, type MilestoneState } from './journey.ts'
import { nextDue } from './next-due.ts'

/** What a decision about a journey comes to. */
export interface JourneyChange {
  /** `unchanged`: there is nothing to store and nobody to tell. */
  readonly outcome: 'changed' | 'unchanged'
  /** As it is to be stored. */
  readonly journey: Journey
  /** What is to be recorded, in turn. */
  readonly history: readonly HistoryEntry[]
}

/** A journey while a decision moves it. */
export interface JourneyInMotion {
  readonly moment: Moment
  readonly before: Journey
  readonly history: HistoryEntry[]
  /** There is nothing yet that it could be the same as. */
  readonly isNew: boolean
  state: Journey['state']
  /** Each behind those that it requires. */
  milestones: JourneyMilestone[]
}

export function inMotion(journey: Journey, moment: Moment): JourneyInMotion {
  return { moment, before: journey, history: [], isNew: false, state: journey.state, milestones: journey.milestone }
}

export function milestoneWith(motion: Pick<JourneyInMotion, 'milestones'>, key: string): JourneyMilestone | undefined {
  return motion.milestones.find(each => each.key === key)
}

/** Puts a milestone in place of the one with its key. */
export function put(motion: JourneyInMotion, milestone: JourneyMilestone): void {
  motion.milestones = motion.milestones.map(each => (each.key === milestone.key ? milestone : each))
}

export interface Ending {
  /** When it really happened, as an ISO 8601 instant; absent: now. */
  readonly date?: string
  readonly message?: string
}

/** Takes an open milestone to the state that it ends in, and records that. */
export function end(
  motion: JourneyInMotion,
  milestone: JourneyMilestone,
  state: Exclude<MilestoneState, 'open'>,
  { date = motion.moment.now.toISOString(), message }: Ending = {}
): void {
  record(motion, milestone, { from: milestone.state, to: state }, message)
  put(motion, { ...milestone, state, date, ...(message !== undefined && { message }) })
}

export function record(
  motion: JourneyInMotion,
  { key, item }: JourneyMilestone,
  passage: Pick<Passage, 'from' | 'to' | 'attribute'>,
  reason = motion.moment.reason
): void {
  const subject = { order: motion.before.productOrder, subject: 'milestone', milestone: { key }, ...(item && { item }) } as const
  const { reason: _reason, ...moment } = motion.moment
  motion.history.push(historyEntry({ ...subject, ...passage }, { ...moment, ...(reason !== undefined && { reason }) }))
}

/**
 * Does what follows from a decision: milestones are reached whose requirements are, alerts are raised, dates move. Whatever the decision
 * was about, what has become due by now is done too. Where nothing at all happened, forecasts stay as they were.
 */
export function settle(motion: JourneyInMotion): JourneyChange {
  const { before, isNew, moment, history } = motion
  if (motion.state === 'active') {
    reachByRequirements(motion)
    for (const milestone of motion.milestones) raiseAlert(motion, milestone)
  }
  if (!isNew && motion.state === before.state && motion.milestones === before.milestone) {
    return { outcome: 'unchanged', journey: before, history: [] }
  }
  const dates = forecastDates({ ...before, milestone: motion.milestones }, moment.now)
  const milestone = motion.milestones.map(each => withForecast(each, dates))
  return { outcome: 'changed', journey: journeyWith(motion, milestone), history }
}

function journeyWith({ before, state, moment }: JourneyInMotion, milestone: JourneyMilestone[]): Journey {
  const { nextDueDate: _due, ...rest } = before
  const due = nextDue({ state, milestone })
  return {
    ...rest,
    state,
    milestone,
    plannedCompletionDate: completionOf(milestone, plannedDateOf, before.startDate),
    expectedCompletionDate: completionOf(milestone, expectedDateOf, before.startDate),
    ...(due && { nextDueDate: due.toISOString() }),
    lastUpdate: moment.now.toISOString()
  }
}

/** Each milestone stands behind what it requires, so that once through is enough. */
export function reachByRequirements(motion: JourneyInMotion): void {
  const states = new Map(motion.milestones.map(({ key, state }) => [key, state]))
  for (const milestone of motion.milestones) {
    const { key, requires, reachedBy, isCorrected } = milestone
    if (!isOpenMilestone(milestone) || reachedBy.by !== 'requirements' || isCorrected || requires.length === 0) continue
    const required = requires.map(each => states.get(each))
    if (required.includes('open')) continue
    const isPointless = required.every(state => state === 'withdrawn')
    if (isPointless) end(motion, milestone, 'withdrawn', { message: 'Nothing is left of what it requires' })
    else end(motion, milestone, 'reached')
    states.set(key, isPointless ? 'withdrawn' : 'reached')
  }
}

function raiseAlert(motion: JourneyInMotion, milestone: JourneyMilestone): void {
  const alerted = withAlert(milestone, motion.moment.now)
  if (alerted === milestone) return
  if (alerted.level === 'violated') record(motion, milestone, { from: 'open', to: 'violated' }, 'Its date has passed')
  put(motion, alerted)
}

/** Milestones that aren't open keep their last forecast. */
function withForecast(milestone: JourneyMilestone, dates: MilestoneDates): JourneyMilestone {
  const date = dates.get(milestone.key)
  if (!isOpenMilestone(milestone) || date === undefined || Date.parse(milestone.forecastDate) === date) return milestone
  return { ...milestone, forecastDate: new Date(date).toISOString() }
}
