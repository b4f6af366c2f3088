import { changeKinds } from '../events/domain-event.ts'
import type { Fault } from '../kernel/errors.ts'
import { isObject } from '../kernel/json.ts'
import { orderHistoryDefinition } from '../ordering/history.ts'
import { productOrderItemStates } from '../ordering/order-item-states.ts'
import { productOrderStates } from '../ordering/order-states.ts'
import { resourceDefinitions } from '../resources/index.ts'
import { addDuration, parseDuration, subtractDuration } from './duration.ts'
import { type JourneyMilestone, journeyDefinition } from './journey.ts'
import type {
  JourneyMatch,
  LintWarning,
  MilestonePlan,
  MilestoneRules,
  MilestoneSpecification,
  MilestoneWarning,
  NewJourneySpecification,
  ReachedBy,
  Wording
} from './journey-specification.ts'
import { findCycle } from './requirements.ts'
import { trackingTokenDefinition } from './tracking-token.ts'

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
  checkWording(specification, report)
  checkMatch(specification.match, report)
  checkGraph(milestones, report)
  for (const [index, milestone] of milestones.entries()) {
    const pointer = `/milestone/${index}`
    checkRules(milestone, (at, message) => report(`${pointer}${at}`, message), calendars)
    checkScope(milestone, (at, message) => report(`${pointer}${at}`, message))
  }
  return faults
}

/** What is wrong with the rules of one milestone; pointers start at it. */
export function checkRules(rules: MilestoneRules, report: Report, calendars?: ReadonlySet<string>): void {
  const { reachedBy, plan, warning } = rules
  for (const name of setInJourneys) if (Object.hasOwn(rules, name)) report(`/${name}`, 'is set by the server, in the journey')
  checkWording(rules, report)
  checkReachedBy(reachedBy, report)
  if (plan) checkPlan(plan, report, calendars)
  if (warning) checkWarning(warning, report)
}

/** Languages are keys: no schema looks at what they hold. */
function checkWording({ translation = {} }: Wording, report: Report): void {
  for (const [language, texts] of Object.entries(translation)) {
    const isRight = isObject(texts) && [texts.name, texts.description].every(each => each === undefined || isText(each))
    if (!isRight) report('/translation', 'holds an object with name and description for each language')
    if (!LANGUAGE.test(language)) report('/translation', 'names languages as BCP 47 does: de, pt-BR')
  }
}

const LANGUAGE = /^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/

function checkMatch({ customerCharacteristic = [], productOfferingId }: JourneyMatch = {}, report: Report): void {
  if (productOfferingId?.length === 0) report('/match/productOfferingId', 'needs at least one id')
  for (const [index, { value }] of customerCharacteristic.entries()) {
    if (!isScalar(value)) report(`/match/customerCharacteristic/${index}/value`, 'must be a text, a number, true or false')
  }
}

function isText(value: unknown): boolean {
  return typeof value === 'string'
}

function isScalar(value: unknown): boolean {
  return ['string', 'number', 'boolean'].includes(typeof value)
}

/** What rules are made into is stored beside them: none of it may come from a client. */
const setInJourneys: readonly Exclude<keyof JourneyMilestone, keyof MilestoneSpecification>[] = [
  'item',
  'isCustom',
  'isDateFixed',
  'isCorrected',
  'state',
  'plannedDate',
  'forecastDate',
  'date',
  'message',
  'level',
  'alert',
  'note'
]

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
      checkEvent(reachedBy, report)
      return
    case 'serviceOrder':
      checkServiceOrder(reachedBy, report)
      return
    default:
      reachedBy satisfies never
      report('/reachedBy/by', 'is no way to reach a milestone')
  }
}

/** What goes with `by` is known here alone: it may be missing. */
function checkEvent({ resource = '', kind, where = [], ...paths }: Partial<ReachedBy & { by: 'event' }>, report: Report): void {
  const resources = resourceDefinitions.filter(({ name }) => !untold.includes(name)).map(({ name }) => name)
  if (!resources.includes(resource)) report('/reachedBy/resource', `names a resource that is kept here: ${resources.join(', ')}`)
  if (kind !== undefined && !changeKinds.some(each => each === kind)) {
    report('/reachedBy/kind', `is nothing that can happen: ${changeKinds.join(', ')}`)
  }
  for (const name of ['orderPath', 'itemPath'] as const) if (paths[name]?.trim() === '') report(`/reachedBy/${name}`, 'is empty')
  for (const [index, { in: values }] of where.entries()) {
    if (values.length === 0) report(`/reachedBy/where/${index}/in`, 'needs at least one value')
    if (!values.every(isScalar)) report(`/reachedBy/where/${index}/in`, 'holds texts, numbers, true and false')
  }
}

function checkServiceOrder(
  { states, milestone, characteristic, in: values }: ReachedBy & { by: 'serviceOrder' },
  report: Report
): void {
  if (states === undefined && milestone === undefined && characteristic === undefined) {
    report('/reachedBy', 'names a state, a milestone or a characteristic of the service order')
  }
  if (states?.length === 0) report('/reachedBy/states', 'needs at least one state')
  for (const [name, text] of Object.entries({ milestone, characteristic })) {
    if (text?.trim() === '') report(`/reachedBy/${name}`, 'must not be blank')
  }
  if (values === undefined) return
  if (characteristic === undefined) report('/reachedBy/in', 'is about the characteristic')
  if (values.length === 0) report('/reachedBy/in', 'needs at least one value')
  if (!values.every(isScalar)) report('/reachedBy/in', 'holds texts, numbers, true and false')
}
/** Of these there are no events. */
const untold: readonly string[] = [journeyDefinition, orderHistoryDefinition, trackingTokenDefinition].map(({ name }) => name)

function checkStates(states: readonly string[] = [], known: readonly string[], report: Report): void {
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
  if (forItems && scope !== 'item' && reachedBy.by !== 'itemState' && reachedBy.by !== 'serviceOrder')
    report('/forItems', 'is about milestones of items, itemState and serviceOrder')
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
