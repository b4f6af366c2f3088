import { isDateTime } from '../kernel/instant.ts'
import type { Moment } from '../kernel/moment.ts'
import { type Objection, type Refusal, refusal, refusalOf } from '../kernel/refusal.ts'
import { checkRules, MILESTONE_KEY } from './check-specification.ts'
import { renewPlan } from './decide-journey.ts'
import { forecastDates } from './forecast.ts'
import type { Journey, JourneyMilestone } from './journey.ts'
import { inMotion, type JourneyChange, type JourneyInMotion, milestoneWith, settle } from './journey-change.ts'
import type { MilestoneRules } from './journey-specification.ts'
import { findCycle, sortByRequirements } from './requirements.ts'

/** What a client says about a milestone for one order. */
export interface NewMilestone extends Omit<MilestoneRules, 'reachedBy'> {
  /** Absent: made of the name. */
  key?: string
  /** Absent: by hand. */
  reachedBy?: MilestoneRules['reachedBy']
  /** The keys of those that come before. */
  after?: string | string[]
  /** The keys of those that come after; they must be open. */
  before?: string | string[]
  plannedDate?: string
}

/**
 * Adds a milestone to one order, also between two that it has: what comes after it waits for it, and its plan moves along. Its own date is
 * the one given, or what its plan comes to from now.
 *
 * @returns a refusal with `invalidValue` for unknown milestones and circles, with `illegalMove` when the journey has ended or what is to
 *   come after it isn't open any more
 */
export function addMilestone(journey: Journey, input: NewMilestone, moment: Moment): JourneyChange | Refusal {
  const motion = inMotion(journey, moment)
  const after = listOf(input.after)
  const before = listOf(input.before)
  const refused = refusalToAdd(motion, input, after, before)
  if (refused) return refused
  const milestone = customMilestone(motion, input, after)
  const displaced = new Set(after)
  const linked = motion.milestones.map(each =>
    before.includes(each.key) ? { ...each, requires: [...each.requires.filter(key => !displaced.has(key)), milestone.key] } : each
  )
  const cycle = findCycle([...linked, milestone])
  if (cycle) return invalid('/before', `milestones require one another: ${cycle.join(' > ')}`)
  motion.milestones = sortByRequirements(withNeighbour(linked, milestone, after, before))
  if (input.plannedDate === undefined) fixDate(motion, milestone)
  renewPlan(motion)
  return settle(motion)
}

function refusalToAdd(
  motion: JourneyInMotion,
  input: NewMilestone,
  after: readonly string[],
  before: readonly string[]
): Refusal | undefined {
  const { now } = motion.moment
  if (motion.state !== 'active') return refusal('illegalMove', 'the journey has ended with its order', { allowed: [] })
  const objections: Objection[] = []
  const object = (pointer: string, message: string) => objections.push({ code: 'invalidValue', pointer, message })
  const { key, name, plannedDate, reachedBy = { by: 'hand' }, ...rules } = input
  if (name.trim() === '')
    objections.push({ code: 'missingAttribute', pointer: '/name', message: 'name is mandatory and must not be blank' })
  if (key !== undefined && !MILESTONE_KEY.test(key)) object('/key', 'a key is a letter and up to 63 letters, digits, - or _')
  if (key !== undefined && milestoneWith(motion, key)) object('/key', 'another milestone has this key')
  if (plannedDate !== undefined && (!isDateTime(plannedDate) || Date.parse(plannedDate) < now.getTime())) {
    object('/plannedDate', 'must be a date-time that is not over')
  }
  if (reachedBy.by === 'requirements' && after.length === 0) object('/reachedBy', 'is reached by requirements, and has none')
  checkRules({ ...rules, name, reachedBy }, object, new Set((motion.before.calendar ?? []).map(({ id }) => id)))
  for (const [pointer, keys] of [
    ['/after', after],
    ['/before', before]
  ] as const) {
    if (keys.some(each => !milestoneWith(motion, each))) object(pointer, 'the journey has no milestone with this key')
  }
  const isTooLate = before.some(each => milestoneWith(motion, each)?.state !== 'open')
  return (
    refusalOf(objections) ??
    (isTooLate ? refusal('illegalMove', 'what is to come after it is not open any more', { allowed: [] }) : undefined)
  )
}

function customMilestone(motion: JourneyInMotion, input: NewMilestone, after: readonly string[]): JourneyMilestone {
  const { after: _after, before: _before, key, reachedBy = { by: 'hand' }, plannedDate, ...rules } = input
  const date = plannedDate === undefined ? motion.moment.now.toISOString() : new Date(plannedDate).toISOString()
  return {
    ...rules,
    key: key ?? freeKey(motion, input.name),
    reachedBy,
    requires: [...after],
    isCustom: true,
    ...(plannedDate !== undefined && { isDateFixed: true }),
    state: 'open',
    plannedDate: date,
    forecastDate: date
  }
}

/** Behind what comes before it, or else in front of what comes after it, or else at the end: where people will look for it. */
function withNeighbour(
  milestones: readonly JourneyMilestone[],
  milestone: JourneyMilestone,
  after: readonly string[],
  before: readonly string[]
): JourneyMilestone[] {
  const behind = milestones.findLastIndex(({ key }) => after.includes(key)) + 1
  const inFront = milestones.findIndex(({ key }) => before.includes(key))
  const index = behind > 0 ? behind : inFront >= 0 ? inFront : milestones.length
  return [...milestones.slice(0, index), milestone, ...milestones.slice(index)]
}

/** What is expected of it now is what is planned for it. */
function fixDate(motion: JourneyInMotion, { key }: JourneyMilestone): void {
  const date = forecastDates({ ...motion.before, milestone: motion.milestones }, motion.moment.now).get(key)
  if (date === undefined) return
  const plannedDate = new Date(date).toISOString()
  motion.milestones = motion.milestones.map(each =>
    each.key === key ? { ...each, plannedDate, forecastDate: plannedDate } : each
  )
}

function freeKey(motion: JourneyInMotion, name: string): string {
  const words = name
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .toLowerCase()
    .slice(0, 56)
  const base = MILESTONE_KEY.test(words) ? words : 'milestone'
  for (let count = 1; ; count++) {
    const key = count === 1 ? base : `${base}-${count}`
    if (!milestoneWith(motion, key)) return key
  }
}

function listOf(keys: string | readonly string[] | undefined): readonly string[] {
  return typeof keys === 'string' ? [keys] : (keys ?? [])
}

function invalid(pointer: string, message: string): Refusal {
  return refusal('invalidValue', message, { objections: [{ code: 'invalidValue', pointer, message }] })
}
