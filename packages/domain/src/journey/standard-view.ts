import { sameJson } from '../kernel/json.ts'
import { itemReference } from '../ordering/order-change.ts'
import type {
  MilestoneStatus,
  ProductOrder,
  ProductOrderErrorMessage,
  ProductOrderJeopardyAlert,
  ProductOrderMilestone
} from '../resources/product-order.ts'
import type { AlertLevel, Journey, JourneyMilestone, MilestoneAlert } from './journey.ts'

/** A journey in the words of the standard, as it is kept on the order. @source TMF622 v5.0.0 */
export interface StandardView {
  productOrderMilestone: ProductOrderMilestone[]
  productOrderJeopardyAlert: ProductOrderJeopardyAlert[]
}

const jeopardyTypes: Readonly<Record<AlertLevel, string>> = {
  normal: 'Normal',
  hazard: 'Hazard',
  critical: 'Critical',
  violated: 'Critical'
}

export function standardView({ milestone, productOrder }: Journey): StandardView {
  return {
    productOrderMilestone: milestone.map(each => standardMilestone(each, productOrder.id)),
    productOrderJeopardyAlert: milestone.flatMap(each =>
      (each.alert ?? []).map(alert => standardAlert(each, alert, productOrder.id))
    )
  }
}

/** The order with its journey on it; the same object when that changes nothing. */
export function withJourney(order: ProductOrder, journey: Journey): ProductOrder {
  const { productOrderMilestone, productOrderJeopardyAlert } = standardView(journey)
  const hasAlerts = productOrderJeopardyAlert.length > 0
  const next: ProductOrder = {
    ...order,
    productOrderMilestone,
    ...(hasAlerts && { productOrderJeopardyAlert }),
    ...(journey.state === 'active' && { expectedCompletionDate: journey.expectedCompletionDate })
  }
  return sameJson(order, next) ? order : next
}

/** What subscribers are told about besides the changes of the order: only what is new or different. */
export type OrderNotice =
  | { readonly kind: 'milestone'; readonly productOrderMilestone: readonly ProductOrderMilestone[] }
  | { readonly kind: 'jeopardyAlert'; readonly productOrderJeopardyAlert: readonly ProductOrderJeopardyAlert[] }
  | { readonly kind: 'errorMessage'; readonly productOrderErrorMessage: readonly ProductOrderErrorMessage[] }

export function noticesOf(before: ProductOrder, after: ProductOrder): OrderNotice[] {
  const productOrderMilestone = renewed(before.productOrderMilestone, after.productOrderMilestone)
  const productOrderJeopardyAlert = renewed(before.productOrderJeopardyAlert, after.productOrderJeopardyAlert)
  const productOrderErrorMessage = renewed(before.productOrderErrorMessage, after.productOrderErrorMessage)
  return [
    ...(productOrderMilestone.length > 0 ? [{ kind: 'milestone', productOrderMilestone } as const] : []),
    ...(productOrderJeopardyAlert.length > 0 ? [{ kind: 'jeopardyAlert', productOrderJeopardyAlert } as const] : []),
    ...(productOrderErrorMessage.length > 0 ? [{ kind: 'errorMessage', productOrderErrorMessage } as const] : [])
  ]
}

function renewed<T>(before: readonly T[] = [], after: readonly T[] = []): readonly T[] {
  return before === after ? [] : after.filter(each => !before.some(known => sameJson(known, each)))
}

function standardMilestone(milestone: JourneyMilestone, orderId: string): ProductOrderMilestone {
  const { key, name, description, item } = milestone
  const message = messageOf(milestone)
  return {
    '@type': 'Milestone',
    id: key,
    name,
    ...(description !== undefined && { description }),
    status: statusOf(milestone),
    milestoneDate: dateOf(milestone),
    ...(message !== undefined && { message }),
    ...(item && { productOrderItem: [itemReference(orderId, item.id)] })
  }
}

/** A milestone that was reached late is completed: that it was late is told by its alert. */
function statusOf({ state, level }: JourneyMilestone): MilestoneStatus {
  if (state === 'reached' || state === 'skipped') return 'Completed'
  return level === 'violated' ? 'Violated' : 'Yet-To-Reach'
}

function dateOf({ state, date, forecastDate }: JourneyMilestone): string {
  return (state === 'reached' || state === 'skipped' ? date : undefined) ?? forecastDate
}

function messageOf({ state, level, message, plannedDate }: JourneyMilestone): string | undefined {
  if (state === 'skipped') return `Skipped: ${message}`
  if (state === 'withdrawn') return `No longer expected: ${message}`
  return level === 'violated' ? `Planned for ${plannedDate}` : undefined
}

function standardAlert({ name, item }: JourneyMilestone, alert: MilestoneAlert, orderId: string): ProductOrderJeopardyAlert {
  const { id, level, date, plannedDate } = alert
  const isViolated = level === 'violated'
  return {
    '@type': 'JeopardyAlert',
    id,
    name,
    alertDate: date,
    jeopardyType: jeopardyTypes[level],
    ...(isViolated && { exception: 'milestoneViolated' }),
    message: isViolated ? `It was planned for ${plannedDate}` : `It is planned for ${plannedDate}`,
    ...(item && { productOrderItem: [itemReference(orderId, item.id)] })
  }
}
