import type { Moment } from '../kernel/moment.ts'
import { isLeaf, itemsOf } from '../ordering/roll-up.ts'
import type { ProductOrder } from '../resources/product-order.ts'
import type { ProductOrderItem } from '../resources/product-order-item.ts'
import { type Arrival, applyArrivals } from './apply-order.ts'
import type { Calendar } from './calendar.ts'
import { type MilestoneDates, planDates } from './forecast.ts'
import { type Journey, type JourneyMilestone, journeyDefinition } from './journey.ts'
import { inMotion, type JourneyChange, settle } from './journey-change.ts'
import type { JourneySpecification, MilestoneSpecification } from './journey-specification.ts'
import { sortByRequirements } from './requirements.ts'
import { isForItem } from './select-specification.ts'

export interface NewJourney {
  readonly id: string
  readonly specification: JourneySpecification
  readonly order: ProductOrder
  /** Of the plans: those with other ids are not looked at. */
  readonly calendars?: readonly Calendar[]
}

/**
 * Begins the journey of a new order. What the specification and the calendars say now is what holds for it to the end.
 *
 * @param moment its time is the start that plans count from
 */
export function startJourney({ id, specification, order, calendars = [] }: NewJourney, moment: Moment): JourneyChange {
  const startDate = moment.now.toISOString()
  const used = new Set(specification.milestone.map(({ plan }) => plan?.calendar))
  const calendar = calendars.filter(each => used.has(each.id))
  const bare = { startDate, calendar, milestone: milestonesFor(specification, order, startDate) }
  const { milestone } = bare
  giveDates(milestone, planDates(bare))
  const journey: Journey = {
    id,
    '@type': journeyDefinition.type,
    productOrder: { id: order.id },
    specification: { id: specification.id, key: specification.key, version: specification.version },
    state: 'active',
    startDate,
    milestone,
    ...(calendar.length > 0 && { calendar }),
    plannedCompletionDate: startDate,
    expectedCompletionDate: startDate,
    lastUpdate: startDate
  }
  const motion = { ...inMotion(journey, moment), isNew: true }
  applyArrivals(motion, order, firstArrivals(order))
  return settle(motion)
}

/** They were made a moment ago and nobody else has them: changing them saves copies. */
function giveDates(milestones: readonly JourneyMilestone[], dates: MilestoneDates): void {
  for (const milestone of milestones) {
    const date = new Date(dates.get(milestone.key)!).toISOString()
    milestone.plannedDate = date
    milestone.forecastDate = date
  }
}

/** A new order enters its first state, and so do its items: that reaches milestones too, though it is no transition to record. */
function firstArrivals({ state, productOrderItem }: ProductOrder): Arrival[] {
  const items = itemsOf(productOrderItem).map(({ id, state: to }): Arrival => ({ subject: 'item', item: { id }, to }))
  return [{ subject: 'order', to: state }, ...items]
}

function milestonesFor({ milestone }: JourneySpecification, order: ProductOrder, date: string): JourneyMilestone[] {
  const items = itemsOf(order.productOrderItem)
  const made = new Map<string, JourneyMilestone[]>()
  for (const specification of sortByRequirements(milestone)) {
    const places = specification.scope === 'item' ? items.filter(item => isMeant(specification, item)) : [undefined]
    const make = milestoneMaker(specification, date)
    made.set(
      specification.key,
      places.map(item => make(item, requiredBy(specification, item?.id, made, milestone)))
    )
  }
  return [...made.values()].flat()
}

function isMeant({ forItems }: MilestoneSpecification, item: ProductOrderItem): boolean {
  return forItems ? isForItem(forItems, item) : isLeaf(item)
}

/** Makes the milestones of a specification: what they have in common is put together once. */
function milestoneMaker({ scope: _scope, requires: _requires, key, forItems, ...rules }: MilestoneSpecification, date: string) {
  const dates = { state: 'open', plannedDate: date, forecastDate: date } as const
  return (item: ProductOrderItem | undefined, requires: string[]): JourneyMilestone =>
    item
      ? { key: `${key}:${item.id}`, ...rules, item: { id: item.id }, requires, ...dates }
      : { key, ...rules, ...(forItems && { forItems }), requires, ...dates }
}

/**
 * The milestones that one requires: those of its own item where the item has one, otherwise all that were made of it. Where none was made,
 * what that one requires takes its place.
 */
function requiredBy(
  { requires = [] }: MilestoneSpecification,
  itemId: string | undefined,
  made: ReadonlyMap<string, readonly JourneyMilestone[]>,
  all: readonly MilestoneSpecification[]
): string[] {
  const keys = requires.flatMap(key => {
    const milestones = made.get(key) ?? []
    const specification = all.find(each => each.key === key)
    if (milestones.length === 0) return specification ? requiredBy(specification, itemId, made, all) : []
    const own = milestones.filter(({ item }) => item !== undefined && item.id === itemId)
    return (own.length > 0 ? own : milestones).map(each => each.key)
  })
  return [...new Set(keys)]
}
