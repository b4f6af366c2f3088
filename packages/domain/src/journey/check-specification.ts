import type { Fault } from '../kernel/errors.ts'
import { productOrderItemStates } from '../ordering/order-item-states.ts'
import { productOrderStates } from '../ordering/order-states.ts'
import { addDuration, parseDuration, subtractDuration } from './duration.ts'
import type {
  LintWarning,
  MilestonePlan,
  MilestoneRules,
  MilestoneSpecification,
  MilestoneWarning,
  NewJourneySpecification,
  ReachedBy
} from './journey-specification.ts'
import { findCycle } from './requirements.ts'

/** Keys are parts of addresses, and `:` stands between the key and the item of a milestone that every item has. */
export const MILESTONE_KEY = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/

/** More than anybody can read; every one of them is a part of every order. */
export const MAX_MILESTONES = 100

type Report = (pointer: string, message: string) => void

/**
 * What is wrong with a specification of which the structure has been checked: nothing of it may be used as long as there is anything.
 *
 * @param calendars the ids of the calendars that there are; absent: not checked
 */
export function checkSpecification(specification: NewJourneySpecification, calendars?: ReadonlySet<string>): Fault[] {
  const faults: Fault[] = []
  const report: Report = (pointer, message) => faults.push({ code: 'invalidValue', pointer, message })
  const { key, milestone: milestones } = specification
  if (!MILESTONE_KEY.test(key)) report('/key', 'a key is a letter and up to 63 letters, digits, - or _')
  if (milestones.length === 0) report('/milestone', 'a journey has at least one milestone')
  if (milestones.length > MAX_MILESTONES) report('/milestone', `a journey has at most ${MAX_MILESTONES} milestones`)
  checkGraph(milestones, report)
  for (const [index, milestone] of milestones.entries()) {
    const pointer = `/milestone/${index}`
    checkRules(milestone, (at, message) => report(`${pointer}${at}`, message), calendars)
    checkScope(milestone, (at, message) => report(`${pointer}${at}`, message))
  }
  return faults
}

/** What is wrong with the rules of one milestone; pointers start at it. */
export function checkRules({ reachedBy, plan, warning }: MilestoneRules, report: Report, calendars?: ReadonlySet<string>): void {
  checkReachedBy(reachedBy, report)
  if (plan) checkPlan(plan, report, calendars)
  if (warning) checkWarning(warning, report)
}

function checkGraph(milestones: readonly MilestoneSpecification[], report: Report): void {
  const keys = new Set<string>()
  for (const [index, { key }] of milestones.entries()) {
    if (!MILESTONE_KEY.test(key)) report(`/milestone/${index}/key`, 'a key is a letter and up to 63 letters, digits, - or _')
    if (keys.has(key)) report(`/milestone/${index}/key`, 'another milestone has this key')
    keys.add(key)
  }
  for (const [index, { key, requires = [] }] of milestones.entries()) {
    for (const [at, required] of requires.entries()) {
      const pointer = `/milestone/${index}/requires/${at}`
      if (!keys.has(required)) report(pointer, `${key} requires a milestone that there isn't`)
    }
  }
  const cycle = findCycle(milestones)
  if (!cycle) return
  const index = milestones.findIndex(({ key }) => key === cycle[0])
  report(`/milestone/${index}/requires`, `milestones require one another: ${cycle.join(' > ')}`)
}

function checkReachedBy(reachedBy: ReachedBy, report: Report): void {
  switch (reachedBy.by) {
    case 'hand':
    case 'requirements':
      return
    case 'orderState':
      checkStates(reachedBy.states, productOrderStates, report)
      return
    case 'itemState':
      checkStates(reachedBy.states, productOrderItemStates, report)
      return
    case 'event':
      if (reachedBy.resource.trim() === '') report('/reachedBy/resource', 'names the resource that the event is about')
      for (const [index, condition] of (reachedBy.where ?? []).entries()) {
        if (condition.in.length === 0) report(`/reachedBy/where/${index}/in`, 'needs at least one value')
      }
      return
    default:
      reachedBy satisfies never
      report('/reachedBy/by', 'is no way to reach a milestone')
  }
}

function checkStates(states: readonly string[], known: readonly string[], report: Report): void {
  if (states.length === 0) report('/reachedBy/states', 'needs at least one state')
  for (const [index, state] of states.entries()) {
    if (!known.includes(state)) report(`/reachedBy/states/${index}`, `is no such state: ${known.join(', ')}`)
  }
}

function checkPlan({ duration, calendar }: MilestonePlan, report: Report, calendars: ReadonlySet<string> | undefined): void {
  if (!parseDuration(duration)) report('/plan/duration', 'is no ISO 8601 duration of at most ten years: P3D, PT8H')
  if (calendar !== undefined && calendars && !calendars.has(calendar)) report('/plan/calendar', 'there is no such calendar')
}

function checkWarning(warning: MilestoneWarning, report: Report): void {
  let previous: number | undefined
  for (const level of ['normal', 'hazard', 'critical'] as const) {
    const text = warning[level]
    if (text === undefined) continue
    const duration = parseDuration(text)
    if (!duration) {
      report(`/warning/${level}`, 'is no ISO 8601 duration of at most ten years: P1D, PT4H')
      continue
    }
    const length = addDuration(0, duration)
    if (previous !== undefined && length >= previous) report(`/warning/${level}`, 'must be shorter than that of the level before')
    previous = length
  }
}

function checkScope({ scope, forItems, reachedBy, requires = [] }: MilestoneSpecification, report: Report): void {
  if (forItems && scope !== 'item' && reachedBy.by !== 'itemState')
    report('/forItems', 'is about milestones of items, and itemState')
  if (reachedBy.by === 'event' && reachedBy.itemPath !== undefined && scope !== 'item') {
    report('/reachedBy/itemPath', 'is about milestones of items')
  }
  if (reachedBy.by === 'requirements' && requires.length === 0) report('/reachedBy', 'is reached by requirements, and has none')
}

/** What looks odd in a specification that has no faults: it may be meant, and probably isn't. */
export function lintSpecification({ milestone: milestones }: NewJourneySpecification): LintWarning[] {
  const warnings: LintWarning[] = []
  const warn: Report = (pointer, message) => warnings.push({ pointer, message })
  if (milestones.every(({ visibility }) => visibility === 'internal')) warn('/milestone', 'the customer sees no milestone')
  if (milestones.every(({ isOptional }) => isOptional)) warn('/milestone', 'every milestone is optional')
  if (milestones.every(({ plan }) => !plan)) warn('/milestone', 'no milestone has a plan, so that nothing is ever late')
  for (const [index, { plan, warning, isPointOfNoReturn, isOptional }] of milestones.entries()) {
    if (warning && !plan) warn(`/milestone/${index}/warning`, 'warns of a date that is never missed: the milestone has no plan')
    if (warning && plan && warnsAtOnce(warning, plan))
      warn(`/milestone/${index}/warning`, 'warns as soon as the milestone is planned')
    if (isPointOfNoReturn && isOptional)
      warn(`/milestone/${index}/isPointOfNoReturn`, 'may be passed without being reached: it is optional')
  }
  return warnings
}

function warnsAtOnce({ normal, hazard, critical }: MilestoneWarning, plan: MilestonePlan): boolean {
  const duration = parseDuration(plan.duration)
  if (!duration || plan.calendar !== undefined) return false
  const due = addDuration(0, duration)
  return [normal, hazard, critical].some(text => {
    const before = text === undefined ? undefined : parseDuration(text)
    return before !== undefined && subtractDuration(due, before) <= 0
  })
}
