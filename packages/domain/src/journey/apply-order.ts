import { isObject } from '../kernel/json.ts'
import type { Moment } from '../kernel/moment.ts'
import type { HistoryEntry } from '../ordering/history.ts'
import { isFinalItem } from '../ordering/order-item-states.ts'
import { isFinalOrder } from '../ordering/order-states.ts'
import { itemsOf, leavesOf } from '../ordering/roll-up.ts'
import { segmentsOf, valuesAt } from '../query/values-at.ts'
import type { ProductOrder } from '../resources/product-order.ts'
import { isOpenMilestone, type Journey, type JourneyMilestone } from './journey.ts'
import {
  type Ending,
  end,
  inMotion,
  type JourneyChange,
  type JourneyInMotion,
  reachByRequirements,
  settle
} from './journey-change.ts'
import { orderPathOf, type ReachedBy } from './journey-specification.ts'
import { reach } from './reach.ts'
import { isForItem } from './select-specification.ts'

/** An order that was moved, and what was recorded of that. */
export interface MovedOrder {
  readonly order: ProductOrder
  readonly history: readonly HistoryEntry[]
}

/**
 * Lets a journey follow its order: milestones are reached that wait for states, those of items that ended otherwise are withdrawn, and
 * with the order the journey ends. What is then still open is skipped when the order was completed, and withdrawn when it wasn't.
 *
 * @param happenings what happens with it, in turn: noticed before the journey ends
 */
export function applyOrder(
  journey: Journey,
  { order, history }: MovedOrder,
  moment: Moment,
  happenings: readonly Happening[] = []
): JourneyChange {
  if (history.length === 0 && happenings.length === 0) return { outcome: 'unchanged', journey, history: [] }
  const motion = inMotion(journey, moment)
  applyArrivals(motion, order, history)
  for (const happening of happenings) applyHappening(motion, happening)
  if (history.length > 0) {
    withdrawOfItems(motion, order)
    if (isFinalOrder(order.state) && motion.state === 'active') endJourney(motion, order)
  }
  return settle(motion)
}

/** What an order or an item has become. */
export type Arrival = Pick<HistoryEntry, 'subject' | 'item' | 'to'>

/** Reaches the milestones that wait for one of these arrivals. */
export function applyArrivals(motion: JourneyInMotion, order: ProductOrder, arrivals: readonly Arrival[]): void {
  for (const arrival of arrivals) reachAll(motion, milestone => isReachedBy(milestone, arrival, order))
}

/** One milestone may take others along, so that each is looked at as it is by then. */
export function reachAll(
  motion: JourneyInMotion,
  isReached: (milestone: JourneyMilestone) => boolean,
  ending: Ending = {}
): void {
  for (let index = 0; index < motion.milestones.length; index++) {
    const milestone = motion.milestones[index]!
    if (isOpenMilestone(milestone) && !milestone.isCorrected && isReached(milestone)) reach(motion, milestone, ending)
  }
}

/** Something that happened to a resource, as the events of the registry tell it. */
export interface Happening {
  /** The name of the resource's definition. */
  readonly resource: string
  readonly kind: string
  /** The resource, parsed. */
  readonly document: unknown
  /** When it happened, as an ISO 8601 instant; absent: now. */
  readonly at?: string
}

/** Reaches the milestones that wait for such an event, if it is about this order. */
export function applyEvent(journey: Journey, happening: Happening, moment: Moment): JourneyChange {
  const motion = inMotion(journey, moment)
  applyHappening(motion, happening)
  return settle(motion)
}

/** Clocks of processes differ: nothing is reached in the future. */
function applyHappening(motion: JourneyInMotion, happening: Happening): void {
  const { before, moment } = motion
  const isOver = happening.at !== undefined && Date.parse(happening.at) < moment.now.getTime()
  const ending = isOver ? { date: happening.at } : {}
  reachAll(motion, milestone => isToldBy(milestone, happening, before.productOrder.id), ending)
}

/** The ids of the orders that an event is about, as far as milestones that wait for it can tell. */
export function ordersIn(
  { document }: Pick<Happening, 'document'>,
  awaited: Pick<ReachedBy & { by: 'event' }, 'resource' | 'orderPath'>
): readonly string[] {
  return valuesAt(document, segmentsOf(orderPathOf(awaited))).filter(value => typeof value === 'string')
}

function isReachedBy(
  { reachedBy, item, forItems }: JourneyMilestone,
  { subject, to, item: arrived }: Arrival,
  order: ProductOrder
): boolean {
  if (reachedBy.by === 'orderState') return subject === 'order' && reachedBy.states.some(state => state === to)
  if (reachedBy.by !== 'itemState' || subject !== 'item' || !reachedBy.states.some(state => state === to)) return false
  if (item) return arrived?.id === item.id
  const leaves = leavesOf(order.productOrderItem).filter(leaf => !forItems || isForItem(forItems, leaf))
  return leaves.length > 0 && leaves.every(({ state }) => reachedBy.states.includes(state))
}

function isToldBy({ reachedBy, item }: JourneyMilestone, happening: Happening, orderId: string): boolean {
  if (reachedBy.by !== 'event' || reachedBy.resource !== happening.resource) return false
  if (reachedBy.kind !== undefined && reachedBy.kind !== happening.kind) return false
  const { document } = happening
  if (!isObject(document) || !ordersIn(happening, reachedBy).includes(orderId)) return false
  if (item && reachedBy.itemPath !== undefined && !valuesAt(document, segmentsOf(reachedBy.itemPath)).includes(item.id))
    return false
  return (reachedBy.where ?? []).every(({ path, in: wanted }) =>
    valuesAt(document, segmentsOf(path)).some(value => wanted.some(each => each === value))
  )
}

function withdrawOfItems(motion: JourneyInMotion, order: ProductOrder): void {
  const ended = new Map(
    itemsOf(order.productOrderItem).flatMap(({ id, state }) => (isFinalItem(state) && state !== 'completed' ? [[id, state]] : []))
  )
  for (const milestone of motion.milestones) {
    const state = milestone.item && ended.get(milestone.item.id)
    if (state && isOpenMilestone(milestone)) end(motion, milestone, 'withdrawn', { message: `The item is ${state}` })
  }
}

function endJourney(motion: JourneyInMotion, order: ProductOrder): void {
  reachByRequirements(motion)
  const state = order.state === 'completed' ? 'skipped' : 'withdrawn'
  for (const milestone of motion.milestones.filter(isOpenMilestone))
    end(motion, milestone, state, { message: `The order is ${order.state}` })
  motion.state = 'ended'
}
