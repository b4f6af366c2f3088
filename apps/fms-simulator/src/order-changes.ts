import type { OrderRecord, Phase } from './kept.ts'
import type { Obstacle } from './provisioning.ts'
import { type ItemRef, type Milestone, mapItems, type ServiceOrder, type ServiceOrderItem } from './service-order.ts'

/** The item has come to an end that nobody wanted; the order tells so too. */
export function failed(
  record: OrderRecord,
  item: ServiceOrderItem,
  obstacle: Obstacle,
  now: string,
  state: 'failed' | 'partial' = 'failed'
): OrderRecord {
  const message = { ...obstacle, timestamp: now }
  const ended = inPhase(record, { ...item, state, errorMessage: [...(item.errorMessage ?? []), message] }, 'done')
  const errorMessage = [...(record.order.errorMessage ?? []), { ...message, serviceOrderItem: [refTo(ended.order, item)] }]
  return withOrder(ended, { ...ended.order, errorMessage })
}

export function withJeopardy(record: OrderRecord, now: string): OrderRecord {
  const { order } = record
  const alert = {
    id: String((order.jeopardyAlert?.length ?? 0) + 1),
    name: 'Late delivery',
    alertDate: now,
    jeopardyType: 'Hazard',
    exception: 'The supplier is late',
    message: 'The order will probably not be done by the date that was asked for'
  }
  return withOrder(record, { ...order, jeopardyAlert: [...(order.jeopardyAlert ?? []), alert] })
}

export function withMilestone(order: ServiceOrder, now: string, name: string, item?: ServiceOrderItem): ServiceOrder {
  const id = String((order.milestone?.length ?? 0) + 1)
  const ofItem = item && { serviceOrderItem: [refTo(order, item)] }
  const milestone: Milestone = { id, name, description: name, milestoneDate: now, status: 'completed', ...ofItem }
  return { ...order, milestone: [...(order.milestone ?? []), milestone] }
}

function refTo(order: ServiceOrder, { id }: ServiceOrderItem): ItemRef {
  return { id, itemId: id, serviceOrderId: order.id, '@referredType': 'ServiceOrderItem' }
}

export function inPhase(record: OrderRecord, item: ServiceOrderItem, phase: Phase): OrderRecord {
  const serviceOrderItem = mapItems(record.order.serviceOrderItem, each => (each.id === item.id ? item : each))
  return { ...record, phases: { ...record.phases, [item.id]: phase }, order: { ...record.order, serviceOrderItem } }
}

export function withOrder(record: OrderRecord, order: ServiceOrder): OrderRecord {
  return { ...record, order }
}
