import { Agent, request } from 'undici'
import type { Faults } from '../faults/faults.ts'
import type { Delivery, Kept, Notification, Subscription } from '../kept.ts'
import type { Numbering } from '../numbering.ts'
import type { Timeline } from '../timeline.ts'
import { bodyFor, nameIn } from './notifications.ts'

export interface DeliveryOptions {
  /** How long a receiver may take to answer. */
  readonly callbackTimeoutMs: number
  /** How often a callback is sent that is not taken. */
  readonly callbackAttempts: number
  /** Whether callbacks go to `<callback>/listener/<name of the event>` instead of to the callback itself. */
  readonly usesListenerPaths: boolean
}

/** What has become of callbacks. */
export interface DeliveryCounts {
  readonly delivered: number
  readonly refused: number
  readonly givenUp: number
}

const RETRY_MS = 1_000
/** How late a callback is that is delayed, or that waits in vain for another to overtake it, when the fault does not say. */
const LATE_MS = 2_000
const GARBLED = '{"eventType":"ServiceOrderStateChangeEvent","event":{"serviceOrder":'

/** Sends callbacks: those of one order to one receiver one after the other, unless a fault says otherwise. */
export class Deliveries {
  readonly #kept: Kept
  readonly #numbering: Numbering
  readonly #faults: Faults
  readonly #timeline: Timeline
  readonly #options: DeliveryOptions
  readonly #agent = new Agent({ connections: 128 })
  /** The last callback under way of each order and receiver. */
  readonly #lanes = new Map<string, Promise<void>>()
  /** Ids of callbacks that the next one of their order overtakes. */
  readonly #heldBack = new Map<string, string>()
  readonly #counts = { delivered: 0, refused: 0, givenUp: 0 }

  constructor(kept: Kept, numbering: Numbering, faults: Faults, timeline: Timeline, options: DeliveryOptions) {
    this.#kept = kept
    this.#numbering = numbering
    this.#faults = faults
    this.#timeline = timeline
    this.#options = options
  }

  get counts(): DeliveryCounts {
    return { ...this.#counts }
  }

  /** Those that the last run did not get to the end of are sent again. */
  resume(): void {
    const scheduled = new Set([...this.#kept.tasks.all()].filter(({ kind }) => kind === 'deliver').map(({ subject }) => subject))
    for (const { id } of this.#kept.deliveries.all()) if (!scheduled.has(id)) this.#timeline.schedule(0, 'deliver', id)
  }

  /** Sends something to everybody who has subscribed to it. */
  tell(notification: Notification, orderId: string): void {
    for (const subscription of this.#kept.subscriptions.all()) {
      const name = nameIn(subscription.version, notification.eventType)
      if (name !== undefined && wants(subscription, name)) this.#enqueue(subscription, notification, orderId)
    }
  }

  /** Makes one attempt; never fails. */
  async attempt(id: string): Promise<void> {
    const delivery = this.#kept.deliveries.get(id)
    if (!delivery) return
    if (delivery.isOutOfOrder) return this.#send(delivery)
    const lane = laneOf(delivery)
    if (this.#heldBack.get(lane) === id) this.#heldBack.delete(lane)
    const sending = (this.#lanes.get(lane) ?? Promise.resolve()).then(() => this.#send(delivery))
    this.#lanes.set(lane, sending)
    await sending
    if (this.#lanes.get(lane) === sending) this.#lanes.delete(lane)
  }

  async close(): Promise<void> {
    await this.#agent.destroy()
  }

  #enqueue({ id: subscriptionId }: Subscription, body: Notification, orderId: string): void {
    const { eventType, correlationId } = body
    const own = this.#kept.orders.get(orderId)?.callbackFaults
    const rule = this.#faults.ofCallback({ about: correlationId ?? orderId, own })
    if (rule?.fault === 'lostCallback') return
    const first: Delivery = {
      id: this.#numbering.id('CB'),
      subscriptionId,
      eventType,
      orderId,
      body,
      attempts: 0,
      ...(rule && { fault: rule.fault })
    }
    const lane = laneOf(first)
    const overtaken = this.#heldBack.get(lane)
    switch (rule?.fault) {
      case 'delayedCallback':
        this.#put({ ...first, isOutOfOrder: true }, rule.delayMs ?? LATE_MS)
        break
      case 'reorderedCallback':
        this.#put(first, rule.delayMs ?? LATE_MS)
        this.#heldBack.set(lane, first.id)
        break
      case 'doubledCallback':
        this.#put(first, 0)
        this.#put({ ...first, id: this.#numbering.id('CB') }, 0)
        break
      case 'strayCallback':
        this.#put(first, 0)
        this.#put({ ...first, id: this.#numbering.id('CB'), body: aboutNobody(body, this.#numbering.next('stray')) }, 0)
        break
      default:
        this.#put(first, 0)
    }
    if (overtaken === undefined || rule?.fault === 'delayedCallback') return
    if (rule?.fault !== 'reorderedCallback') this.#heldBack.delete(lane)
    this.#timeline.schedule(0, 'deliver', overtaken)
  }

  #put(delivery: Delivery, inMs: number): void {
    this.#kept.deliveries.put(delivery.id, delivery)
    this.#timeline.schedule(inMs, 'deliver', delivery.id)
  }

  async #send(delivery: Delivery): Promise<void> {
    const subscription = this.#kept.subscriptions.get(delivery.subscriptionId)
    // Sent meanwhile, because it was on the agenda twice.
    if (!subscription || this.#kept.deliveries.get(delivery.id) !== delivery) return this.#kept.deliveries.remove(delivery.id)
    const isTaken = await this.#post(subscription, delivery)
    if (isTaken) {
      this.#counts.delivered += 1
      return this.#kept.deliveries.remove(delivery.id)
    }
    this.#counts.refused += 1
    const attempts = delivery.attempts + 1
    if (attempts < this.#options.callbackAttempts)
      return this.#put({ ...delivery, attempts, isOutOfOrder: true }, RETRY_MS * 2 ** (attempts - 1))
    this.#counts.givenUp += 1
    this.#kept.deliveries.remove(delivery.id)
  }

  async #post({ callback, version }: Subscription, { body, eventType, fault }: Delivery): Promise<boolean> {
    const name = nameIn(version, eventType) ?? eventType
    const path = `/listener/${name.charAt(0).toLowerCase()}${name.slice(1)}`
    const { callbackTimeoutMs } = this.#options
    try {
      const answer = await request(this.#options.usesListenerPaths ? `${callback.replace(/\/$/, '')}${path}` : callback, {
        method: 'POST',
        headers: { 'content-type': 'application/json;charset=utf-8' },
        body: fault === 'garbledCallback' ? GARBLED : JSON.stringify(bodyFor(version, body)),
        headersTimeout: callbackTimeoutMs,
        bodyTimeout: callbackTimeoutMs,
        dispatcher: this.#agent
      })
      await answer.body.dump()
      return answer.statusCode >= 200 && answer.statusCode < 300
    } catch {
      return false // not reached, too slow, or not a URL: tried again like every other refusal
    }
  }
}

/** Read once of each: every event asks for them. */
const wanted = new WeakMap<Subscription, readonly string[]>()

/** Whether a subscription asks for an event: `eventType=A,B`, or anything else for all. */
function wants(subscription: Subscription, name: string): boolean {
  const names = wanted.get(subscription) ?? namesWanted(subscription)
  wanted.set(subscription, names)
  return names.length === 0 || names.includes(name)
}

function namesWanted({ query = '' }: Subscription): string[] {
  const values = new URLSearchParams(query.replace(/^\?/, '')).getAll('eventType')
  return values.flatMap(value => value.split(',')).map(each => each.trim())
}

function laneOf({ subscriptionId, orderId }: Delivery): string {
  return `${subscriptionId} ${orderId}`
}

/** The same about an order that does not exist. */
function aboutNobody(body: Notification, number: number): Notification {
  const { correlationId: _, ...rest } = body
  const id = `stray-${number}`
  return {
    ...rest,
    eventId: `${body.eventId}-${id}`,
    event: { serviceOrder: { id, externalId: `nobody:${id}`, state: 'completed', serviceOrderItem: [] } }
  }
}
