import type { ApiVersion, Notification } from '../kept.ts'
import type { ServiceOrder } from '../service-order.ts'
import { allItems } from '../service-order.ts'
import { asV3 } from '../v3-shape.ts'

/** Events of TMF641 v4.1 that the simulator sends, with the names that the older version had for them; milestones, alerts and cancellations are newer than that. */
export const eventNames = {
  ServiceOrderCreateEvent: 'ServiceOrderCreateNotification',
  ServiceOrderAttributeValueChangeEvent: 'ServiceOrderAttributeValueChangeNotification',
  ServiceOrderStateChangeEvent: 'ServiceOrderStateChangeNotification',
  ServiceOrderDeleteEvent: 'ServiceOrderDeleteNotification',
  ServiceOrderInformationRequiredEvent: 'ServiceOrderInformationRequiredNotification',
  ServiceOrderMilestoneEvent: undefined,
  ServiceOrderJeopardyEvent: undefined,
  CancelServiceOrderCreateEvent: undefined,
  CancelServiceOrderStateChangeEvent: undefined
} as const

export type EventType = keyof typeof eventNames

/** The name of an event in a version of the API; `undefined` when it has none there. */
export function nameIn(version: ApiVersion, eventType: string): string | undefined {
  if (version === 'v4') return eventType
  const known: Readonly<Record<string, string | undefined>> = eventNames
  return known[eventType]
}

/** What receivers are told when an order has become another. */
export function eventsBetween(before: ServiceOrder | undefined, after: ServiceOrder): readonly EventType[] {
  if (!before) return ['ServiceOrderCreateEvent']
  const events: EventType[] = []
  if (statesOf(before) !== statesOf(after)) events.push('ServiceOrderStateChangeEvent')
  if ((before.milestone?.length ?? 0) < (after.milestone?.length ?? 0)) events.push('ServiceOrderMilestoneEvent')
  if ((before.jeopardyAlert?.length ?? 0) < (after.jeopardyAlert?.length ?? 0)) events.push('ServiceOrderJeopardyEvent')
  if (after.state === 'pending' && before.state !== 'pending') events.push('ServiceOrderInformationRequiredEvent')
  return events
}

function statesOf({ state, serviceOrderItem }: ServiceOrder): string {
  return [state, ...allItems(serviceOrderItem).map(item => item.state)].join()
}

/** The body of a callback, as the receiver's version has it. */
export function bodyFor(version: ApiVersion, notification: Notification): unknown {
  if (version === 'v4') return notification
  const { eventId, eventTime, eventType, event } = notification
  const { serviceOrder } = event
  const shown = serviceOrder === undefined ? event : { serviceOrder: asV3(serviceOrder) }
  return { eventId, eventTime, eventType: nameIn('v3', eventType), event: shown }
}
