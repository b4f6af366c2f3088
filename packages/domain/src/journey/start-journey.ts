import type { Moment } from '../kernel/moment.ts'
import { isLeaf, itemsOf } from '../ordering/roll-up.ts'
import type { ProductOrder } from '../resources/product-order.ts'
import type { ProductOrderItem } from '../resources/product-order-item.ts'
import { type Arrival, applyArrivals } from './apply-order.ts'
import type { Calendar } from './calendar.ts'
import { planDates } from './forecast.ts'
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
  const dates = planDates(bare)
  const milestone = bare.milestone.map(each => withDate(each, new Date(dates.get(each.key)!).toISOString()))
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

function withDate(milestone: JourneyMilestone, date: string): JourneyMilestone {
  return { ...milestone, plannedDate: date, forecastDate: date }
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
    const requiredKeys = (item: ProductOrderItem | undefined) => requiredBy(specification, item?.id, made, milestone)
    made.set(
      specification.key,
      places.map(item => milestoneOf(specification, item, requiredKeys(item), date))
    )
  }
  return [...made.values()].flat()
}

function isMeant({ forItems }: MilestoneSpecification, item: ProductOrderItem): boolean {
  return forItems ? isForItem(forItems, item) : isLeaf(item)
}

function milestoneOf(
  { scope: _scope, requires: _requires, key, forItems, ...rules }: MilestoneSpecification,
  item: ProductOrderItem | undefined,
  requires: string[],
  date: string
): JourneyMilestone {
  return {
    key: item ? `${key}:${item.id}` : key,
    ...rules,
    ...(item && { item: { id: item.id } }),
    ...(!item && forItems && { forItems }),
    requires,
    state: 'open',
    plannedDate: date,
    forecastDate: date
  }
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
