import { isFinalItem, type ProductOrderItemState } from '../ordering/order-item-states.ts'
import type { ProductOrderState } from '../ordering/order-states.ts'
import { leavesOf } from '../ordering/roll-up.ts'
import type { ProductOrder } from '../resources/product-order.ts'
import type { ProductOrderItem } from '../resources/product-order-item.ts'
import { isOpenMilestone, type Journey, type JourneyMilestone } from './journey.ts'
import { wordingIn } from './journey-specification.ts'

/** `current`: it comes next; there may be several. */
export type TrackedStatus = 'done' | 'current' | 'expected'

export interface TrackedMilestone {
  readonly key: string
  readonly name: string
  readonly description?: string
  readonly item?: { readonly id: string }
  readonly status: TrackedStatus
  /** When it was done, otherwise when that is expected. */
  readonly date: string
  readonly isLate: boolean
}

export interface TrackedItem {
  readonly id: string
  readonly name?: string
  readonly state: ProductOrderItemState
  readonly item?: readonly TrackedItem[]
}

/** What a customer may see of an order without logging in: no parties, addresses, notes or prices, and no reasons that people wrote. */
export interface TrackingView {
  readonly productOrder: { readonly id: string; readonly externalId?: string }
  readonly state: ProductOrderState
  readonly orderDate: string
  readonly item: readonly TrackedItem[]
  readonly milestone: readonly TrackedMilestone[]
  /** From 0 to 100: of milestones; of items when there are no milestones to see. */
  readonly percentDone: number
  /** Absent when it won't be completed any more. */
  readonly expectedCompletionDate?: string
  readonly completionDate?: string
  readonly isLate: boolean
  readonly lastUpdate: string
}

/** @param languages those that the reader prefers, best first */
export function trackingView(order: ProductOrder, journey: Journey, languages: readonly string[] = []): TrackingView {
  const visible = journey.milestone.filter(({ visibility, state }) => visibility !== 'internal' && state !== 'withdrawn')
  const { id, externalId, state, orderDate, completionDate, productOrderItem } = order
  const isActive = journey.state === 'active'
  return {
    productOrder: { id, ...(externalId !== undefined && { externalId }) },
    state,
    orderDate,
    item: productOrderItem.map(trackedItem),
    milestone: visible.map(each => trackedMilestone(each, journey, languages)),
    percentDone: state === 'completed' ? 100 : percentDone(visible, order),
    ...(isActive && { expectedCompletionDate: journey.expectedCompletionDate }),
    ...(completionDate !== undefined && { completionDate }),
    isLate: isActive && isLate(journey, visible),
    lastUpdate: journey.lastUpdate
  }
}

function trackedItem({ id, state, product, productOffering, productOrderItem = [] }: ProductOrderItem): TrackedItem {
  const name = product?.name ?? productOffering?.name ?? product?.productOffering?.name
  return {
    id,
    ...(name !== undefined && { name }),
    state,
    ...(productOrderItem.length > 0 && { item: productOrderItem.map(trackedItem) })
  }
}

function trackedMilestone(milestone: JourneyMilestone, journey: Journey, languages: readonly string[]): TrackedMilestone {
  const { key, item, date, forecastDate, level } = milestone
  return {
    key,
    ...wordingIn(milestone, languages),
    ...(item && { item: { id: item.id } }),
    status: statusOf(milestone, journey),
    date: isOpenMilestone(milestone) ? forecastDate : (date ?? forecastDate),
    isLate: isOpenMilestone(milestone) && level === 'violated'
  }
}

function statusOf(milestone: JourneyMilestone, { milestone: all, state }: Journey): TrackedStatus {
  if (!isOpenMilestone(milestone)) return 'done'
  const isWaiting = all.some(each => milestone.requires.includes(each.key) && isOpenMilestone(each) && !each.isOptional)
  return isWaiting || state === 'ended' ? 'expected' : 'current'
}

function percentDone(visible: readonly JourneyMilestone[], { productOrderItem }: ProductOrder): number {
  const leaves = leavesOf(productOrderItem)
  const [done, of] =
    visible.length > 0
      ? [visible.filter(each => !isOpenMilestone(each)).length, visible.length]
      : [leaves.filter(({ state }) => isFinalItem(state)).length, leaves.length]
  return Math.floor((done / of) * 100)
}

function isLate({ expectedCompletionDate, plannedCompletionDate }: Journey, visible: readonly JourneyMilestone[]): boolean {
  return (
    expectedCompletionDate > plannedCompletionDate || visible.some(each => isOpenMilestone(each) && each.level === 'violated')
  )
}
