import { type EventSubscription, eventSubscriptionDefinition } from '../events/event-subscription.ts'
import type { ClaimedDelivery, ClaimOptions, DeliveryQueue, FannedOut } from '../ports/delivery-queue.ts'
import type { EventLog, StoredEvent } from '../ports/event-log.ts'
import type { UnitOfWork } from '../ports/unit-of-work.ts'
import { changeSubscription } from '../use-cases/change-subscription.ts'
import { createSubscription } from '../use-cases/create-subscription.ts'
import { removeSubscription } from '../use-cases/remove-subscription.ts'

export interface QueueUnderTest {
  readonly unitOfWork: UnitOfWork
  readonly events: EventLog
  readonly deliveries: DeliveryQueue
  close(): unknown
}

type Wants = (subscription: EventSubscription, event: StoredEvent) => boolean

const SECOND_MS = 1_000

/** A queue with what is needed to fill it, at a time that stands still unless it is moved. */
export class DeliveryWorld {
  readonly under: QueueUnderTest
  readonly #clock: { ms: number }
  #events = 0
  #marks = 0

  /** @param clock the one that the queue was made with */
  constructor(under: QueueUnderTest, clock: { ms: number }) {
    this.under = under
    this.#clock = clock
  }

  get queue(): DeliveryQueue {
    return this.under.deliveries
  }

  get now(): Date {
    return new Date(this.#clock.ms)
  }

  later(seconds: number): Date {
    return new Date(this.#clock.ms + seconds * SECOND_MS)
  }

  pass(seconds: number): void {
    this.#clock.ms += seconds * SECOND_MS
  }

  async subscribe(id: string, { tenant = 'default', host = `${id}.example.com:443` } = {}): Promise<void> {
    const dependencies = {
      unitOfWork: this.under.unitOfWork,
      ids: { next: () => `mark-${++this.#marks}` },
      clock: { now: () => this.now }
    }
    const input = { id, api: 'TMF629_V4', callback: `https://${host}/listener`, host, sealedSecret: 'sealed' }
    await createSubscription(dependencies, input, contextOf(tenant))
  }

  async become(id: string, state: EventSubscription['state'], tenant = 'default'): Promise<void> {
    await changeSubscription({ unitOfWork: this.under.unitOfWork }, { id }, current => ({ ...current, state }), contextOf(tenant))
  }

  async unsubscribe(id: string): Promise<void> {
    await removeSubscription({ unitOfWork: this.under.unitOfWork, deliveries: this.queue }, { id }, contextOf('default'))
  }

  /** One event for each of the resources, in one transaction. Returns the events' ids. */
  async publish(resourceIds: readonly string[], tenant = 'default'): Promise<string[]> {
    const events = resourceIds.map(resourceId => ({ id: `event-${++this.#events}`, resourceId }))
    await this.under.unitOfWork.run(tenant, async transaction => {
      for (const { id, resourceId } of events) {
        transaction.publish({
          id,
          kind: 'created',
          resource: 'customer',
          resourceId,
          revision: 1,
          changedPaths: [],
          at: this.now.toISOString(),
          actor: 'tester',
          correlationId: 'test',
          document: JSON.stringify({ id: resourceId })
        })
      }
    })
    return events.map(({ id }) => id)
  }

  /** Until every event was looked at: on PostgreSQL that may take a moment, when other transactions are under way. */
  async fanOut(wants: Wants = () => true, limit = 100): Promise<number> {
    let seen = 0
    while ((await this.queue.figures(this.now)).unseenEvents > 0) {
      seen += (await this.queue.fanOut(wants, limit)).seen
    }
    return seen
  }

  /** Until every event was looked at. Returns what the last time gave. */
  async fanOutAndTake(options: Partial<ClaimOptions> = {}): Promise<FannedOut> {
    for (;;) {
      const fannedOut = await this.queue.fanOut(() => true, 100, { limit: 100, leaseMs: 60_000, now: this.now, ...options })
      if (fannedOut.seen > 0) return fannedOut
    }
  }

  claim(options: Partial<ClaimOptions> = {}): Promise<readonly ClaimedDelivery[]> {
    return this.queue.claim({ limit: 100, leaseMs: 60_000, now: this.now, ...options })
  }

  async claimOne(options: Partial<ClaimOptions> = {}): Promise<ClaimedDelivery> {
    const [first] = await this.claim(options)
    if (!first) throw new Error('there is nothing to claim')
    return first
  }

  /** Claims and delivers until nothing is due. Returns the ids of the events in the order in which they were delivered. */
  async deliverAll(): Promise<string[]> {
    const delivered: string[] = []
    for (;;) {
      const claimed = await this.claim()
      if (claimed.length === 0) return delivered
      for (const delivery of claimed) {
        if (await this.queue.delivered(delivery, this.now)) delivered.push(delivery.event.id)
      }
    }
  }

  /** The waiting, and parked, are nobody's. */
  async counts(): Promise<{ pending: number; parked: number }> {
    const { pending, parked } = await this.queue.figures(this.now)
    return { pending, parked }
  }

  failure(code = 'status503') {
    return { code, at: this.now }
  }
}

function contextOf(tenant: string) {
  return { tenant, actor: 'tester', correlationId: 'test' }
}

export function subscriptionOf(tenant: string, id: string): EventSubscription & { readonly tenant: string } {
  const host = `${id}.example.com:443`
  return {
    tenant,
    id,
    '@type': eventSubscriptionDefinition.type,
    api: 'TMF629_V4',
    callback: `https://${host}/listener`,
    host,
    state: 'active',
    createdAt: '2026-03-01T00:00:00.000Z',
    sealedSecret: 'sealed'
  }
}
