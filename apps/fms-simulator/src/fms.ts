import { Type } from '@sinclair/typebox'
import type { Deliveries } from './callbacks/deliveries.ts'
import { type EventType, eventsBetween } from './callbacks/notifications.ts'
import { takeOrder } from './check-order.ts'
import { checker, Mistake } from './checker.ts'
import type { FaultRule } from './faults/fault-plan.ts'
import { callbackFaults } from './faults/fault-plan.ts'
import type { Faults } from './faults/faults.ts'
import type { ApiVersion, Kept, OrderRecord, Subscription } from './kept.ts'
import { advance } from './life.ts'
import type { Numbering } from './numbering.ts'
import type { Provisioning } from './provisioning.ts'
import { showOrder } from './representation.ts'
import { allItems, mapItems, type OrderState, type ServiceOrder } from './service-order.ts'
import type { Timeline } from './timeline.ts'

export interface FmsParts {
  readonly kept: Kept
  readonly numbering: Numbering
  readonly provisioning: Provisioning
  readonly faults: Faults
  readonly timeline: Timeline
  readonly deliveries: Deliveries
  /** Where the simulator is reached now. */
  readonly baseUrl: () => string
  /** Between two steps of an order. */
  readonly paceMs: () => number
}

const checkSubscription = checker(
  Type.Object({ callback: Type.String({ pattern: '^https?://' }), query: Type.Optional(Type.String()) })
)
const checkPatch = checker(
  Type.Partial(
    Type.Object({
      description: Type.String(),
      expectedCompletionDate: Type.String(),
      externalId: Type.String(),
      notificationContact: Type.String(),
      priority: Type.String(),
      requestedStartDate: Type.String(),
      requestedCompletionDate: Type.String(),
      externalReference: Type.Array(Type.Unknown()),
      note: Type.Array(Type.Unknown()),
      orderRelationship: Type.Array(Type.Unknown()),
      relatedParty: Type.Array(Type.Unknown())
    }),
    { additionalProperties: false }
  )
)

/** Takes service orders and sees them through. */
export class Fms {
  readonly parts: FmsParts

  constructor(parts: FmsParts) {
    this.parts = parts
  }

  /** @throws {Mistake} when the body is no service order */
  create(body: unknown, own: readonly FaultRule[]): ServiceOrder {
    const { numbering, timeline, faults, paceMs } = this.parts
    const order = takeOrder(body, numbering.id('SO'), timeline.stamp())
    const fault = faults.ofOrder({ about: order.externalId ?? order.id, own })
    const ofCallbacks = own.filter(rule => callbackFaults.some(kind => kind === rule.fault))
    const phases = Object.fromEntries(allItems(order.serviceOrderItem).map(({ id }) => [id, 'waiting'] as const))
    const record: OrderRecord = {
      order,
      phases,
      ...(fault && { fault }),
      ...(ofCallbacks.length > 0 && { callbackFaults: ofCallbacks })
    }
    this.keep({ ...record, isDue: true })
    timeline.schedule(paceMs(), 'step', order.id)
    return order
  }

  /** @throws {Mistake} when there is none */
  order(id: string): OrderRecord {
    const record = this.parts.kept.orders.get(id)
    if (!record) throw new Mistake('There is no such service order', 'notFound', 404)
    return record
  }

  /** @throws {Mistake} when there is none, or an attribute is not to be changed */
  patch(id: string, body: unknown): ServiceOrder {
    const record = this.order(id)
    const order = { ...record.order, ...checkPatch(body) }
    this.keep({ ...record, order })
    this.tell('ServiceOrderAttributeValueChangeEvent', order, { fieldPath: Object.keys(body as object).join(',') })
    return order
  }

  /** @throws {Mistake} when there is none */
  remove(id: string): void {
    const { order } = this.order(id)
    this.parts.kept.orders.remove(id)
    this.tell('ServiceOrderDeleteEvent', order)
  }

  /** One step of an order on its way, if it is still on it. */
  step(id: string): void {
    const { kept, timeline, provisioning, paceMs } = this.parts
    const record = kept.orders.get(id)
    if (!record) return
    const { record: next, nextInMs } = advance(record, { now: timeline.stamp(), paceMs: paceMs(), provisioning })
    this.keep({ ...next, isDue: nextInMs !== undefined })
    if (nextInMs !== undefined) timeline.schedule(nextInMs, 'step', id)
  }

  /** Gets an order going that stands still: a fault that holds it is over. */
  nudge(id: string): void {
    const record = this.order(id)
    this.keep({ ...record, isFaultOver: true, isDue: true })
    if (!record.isDue) this.parts.timeline.schedule(0, 'step', id)
  }

  /** Puts an order, and items of it, into any state, as an administrator may; from there it goes on by itself only when nudged. */
  force(id: string, state: string, items: Readonly<Record<string, string>>): void {
    const record = this.order(id)
    const serviceOrderItem = mapItems(record.order.serviceOrderItem, item => ({
      ...item,
      state: (items[item.id] ?? item.state) as OrderState
    }))
    this.keep({ ...record, order: { ...record.order, state, serviceOrderItem } })
  }

  /** Keeps what an order has become, and tells those who subscribed. */
  keep(record: OrderRecord): void {
    const { orders } = this.parts.kept
    const { order } = record
    const before = orders.get(order.id)?.order
    orders.put(order.id, record)
    if (before === order) return
    for (const event of eventsBetween(before, order)) this.tell(event, order)
  }

  tell(
    eventType: EventType,
    order: ServiceOrder,
    more: { readonly fieldPath?: string; readonly event?: Readonly<Record<string, unknown>> } = {}
  ): void {
    const { numbering, timeline, deliveries, baseUrl, kept } = this.parts
    if (kept.subscriptions.size() === 0) return
    const time = timeline.stamp()
    const { externalId } = order
    const notification = {
      eventId: numbering.id('EV'),
      eventTime: time,
      timeOcurred: time,
      eventType,
      ...(externalId !== undefined && { correlationId: externalId }),
      domain: 'serviceOrdering',
      title: eventType,
      event: { serviceOrder: showOrder(order, baseUrl()) },
      ...more
    }
    deliveries.tell(notification, order.id)
  }

  /** @throws {Mistake} when the callback is no URL */
  subscribe(body: unknown, version: ApiVersion): Subscription {
    const { callback, query } = checkSubscription(body)
    const subscription = { id: this.parts.numbering.id('HUB'), callback, ...(query !== undefined && { query }), version }
    this.parts.kept.subscriptions.put(subscription.id, subscription)
    return subscription
  }

  /** @throws {Mistake} when there is none */
  unsubscribe(id: string): void {
    if (!this.parts.kept.subscriptions.get(id)) throw new Mistake('There is no such subscription', 'notFound', 404)
    this.parts.kept.subscriptions.remove(id)
  }
}
