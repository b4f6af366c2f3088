import type { JsonValue } from '../kernel/json.ts'
import type { Moment } from '../kernel/moment.ts'
import { itemsOf } from '../ordering/roll-up.ts'
import type { ProductOrder } from '../resources/product-order.ts'
import { reachAll } from './apply-order.ts'
import type { Journey, JourneyMilestone } from './journey.ts'
import { inMotion, type JourneyChange, settle } from './journey-change.ts'
import { isForItem } from './select-specification.ts'

/** What the FMS has told about the service order of an item. */
export interface ServiceOrderNews {
  readonly itemId: string
  /** In the words of the FMS. */
  readonly state: string
  /** Ids and names of milestones that are reached. */
  readonly milestones: readonly string[]
  readonly characteristics: readonly { readonly name: string; readonly value: JsonValue }[]
}

/** Reaches the milestones that wait for what the FMS has told: those of this item, and those of the order that it is one of. */
export function applyServiceOrder(journey: Journey, order: ProductOrder, news: ServiceOrderNews, moment: Moment): JourneyChange {
  const motion = inMotion(journey, moment)
  const item = itemsOf(order.productOrderItem).find(({ id }) => id === news.itemId)
  const isMeant = ({ item: own, forItems }: JourneyMilestone) =>
    own ? own.id === news.itemId : !forItems || (item !== undefined && isForItem(forItems, item))
  reachAll(motion, milestone => isMeant(milestone) && isTold(milestone, news))
  return settle(motion)
}

/** Whether any milestone waits for what the FMS tells. */
export function awaitsServiceOrders({ milestone }: Journey): boolean {
  return milestone.some(({ reachedBy }) => reachedBy.by === 'serviceOrder')
}

function isTold({ reachedBy }: JourneyMilestone, { state, milestones, characteristics }: ServiceOrderNews): boolean {
  if (reachedBy.by !== 'serviceOrder') return false
  const { states, milestone, characteristic, in: wanted } = reachedBy
  if (states !== undefined && !states.some(each => each.toLowerCase() === state.toLowerCase())) return false
  if (milestone !== undefined && !milestones.includes(milestone)) return false
  if (characteristic === undefined) return states !== undefined || milestone !== undefined
  return characteristics.some(
    ({ name, value }) =>
      name === characteristic && value !== null && (wanted === undefined || wanted.some(each => each === value))
  )
}
