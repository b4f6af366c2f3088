import { type Breaker, closedBreaker, defaultBreakerLimits } from '../events/breaker.ts'
import { type EventSubscription, eventSubscriptionDefinition } from '../events/event-subscription.ts'
import type {
  BreakerKey,
  ClaimedDelivery,
  ClaimOptions,
  DeliveryFailure,
  DeliveryQueue,
  FannedOut,
  ParkedDelivery,
  QueueFigures
} from '../ports/delivery-queue.ts'
import type { StoredEvent } from '../ports/event-log.ts'
import type { MemoryStore } from './memory-store.ts'

interface Row {
  readonly id: number
  readonly tenant: string
  readonly subscriptionId: string
  readonly event: StoredEvent
  /** What is released goes beside what is not. */
  isReleased: boolean
  state: 'open' | 'done' | 'parked'
  attempts: number
  dueAtMs: number
  leaseUntilMs: number
  token: number
  failureCode: string
  endedAtMs: number
}

/** Keeps deliveries in memory, beside a memory store: for tests of what uses a queue, and held to the same suite as the databases. */
export class MemoryDeliveryQueue implements DeliveryQueue {
  readonly #store: MemoryStore
  readonly #nowMs: () => number
  readonly #started = new Set<string>()
  readonly #breakers = new Map<string, Breaker>()
  #rows: Row[] = []
  #lastId = 0
  #seen = 0
  #fanningOut: Promise<unknown> = Promise.resolve()

  /** @param nowMs the time that leases count in; by default that of the machine, as databases have one of their own */
  constructor(store: MemoryStore, nowMs = () => Date.now()) {
    this.#store = store
    this.#nowMs = nowMs
    store.keepEvents(
      event => Number(event.cursor) > this.#seen || this.#rows.some(row => row.event === event && row.state !== 'done')
    )
  }

  /** One after the other. */
  fanOut(
    wants: (subscription: EventSubscription, event: StoredEvent) => boolean,
    limit: number,
    claim?: ClaimOptions
  ): Promise<FannedOut> {
    const result = this.#fanningOut.then(async () => {
      const claimed: ClaimedDelivery[] = []
      let seen = 0
      for (; seen < limit; seen++) {
        const room = claim ? claim.limit - claimed.length : 1
        if (room <= 0 || (await this.#fanOut(wants, 1)) === 0) break
        if (claim) claimed.push(...(await this.claim({ ...claim, limit: room })))
      }
      const isMore = this.#store.events.some(({ cursor }) => Number(cursor) > this.#seen)
      const ids = [...new Set(this.#rows.map(({ subscriptionId }) => subscriptionId))]
      const unclaimed = ids.filter(id => this.#heads(id).some(({ leaseUntilMs }) => leaseUntilMs <= this.#nowMs()))
      return { seen, isMore, claimed, unclaimed }
    })
    this.#fanningOut = result.catch(() => undefined)
    return result
  }

  async claim({ limit, leaseMs, now, except = [] }: ClaimOptions): Promise<readonly ClaimedDelivery[]> {
    const claimed: ClaimedDelivery[] = []
    const subscriptions = await this.#subscriptions()
    const share = Math.max(1, Math.floor(limit / Math.max(1, subscriptions.length)))
    for (const subscription of subscriptions) {
      if (subscription.state !== 'active' || except.includes(subscription.id)) continue
      const heads = this.#heads(subscription.id).filter(row => row.leaseUntilMs <= this.#nowMs())
      const isProbe = this.#openBreakers(subscription).length > 0
      const due = isProbe ? this.#probe(subscription, heads, now) : heads.filter(row => row.dueAtMs <= now.getTime())
      for (const row of due.slice(0, Math.min(share, limit - claimed.length))) {
        row.token++
        row.leaseUntilMs = this.#nowMs() + leaseMs
        claimed.push({
          id: String(row.id),
          tenant: row.tenant,
          subscription,
          event: row.event,
          attempts: row.attempts,
          fencingToken: row.token,
          ...(row.dueAtMs > now.getTime() && { isEarly: true })
        })
      }
    }
    return claimed
  }

  async renew(delivery: ClaimedDelivery, leaseMs: number): Promise<boolean> {
    return this.#mark(delivery, row => {
      row.leaseUntilMs = this.#nowMs() + leaseMs
    })
  }

  async delivered(delivery: ClaimedDelivery, at: Date): Promise<boolean> {
    const row = this.#rows.find(each => each.id === Number(delivery.id))
    if (row?.state === 'parked' && row.token === delivery.fencingToken) row.state = 'open'
    return this.#end(delivery, each => {
      each.state = 'done'
      each.attempts++
      each.endedAtMs = at.getTime()
    })
  }

  async retry(delivery: ClaimedDelivery, dueAt: Date, { code }: DeliveryFailure): Promise<boolean> {
    return this.#end(delivery, row => {
      if (delivery.isEarly) return
      row.attempts++
      row.dueAtMs = dueAt.getTime()
      row.failureCode = code
    })
  }

  async park(delivery: ClaimedDelivery, { code, at }: DeliveryFailure): Promise<boolean> {
    return this.#end(delivery, row => {
      if (delivery.isEarly) return
      row.state = 'parked'
      row.attempts++
      row.failureCode = code
      row.endedAtMs = at.getTime()
    })
  }

  async giveBack(delivery: ClaimedDelivery, dueAt: Date): Promise<boolean> {
    return this.#end(delivery, row => {
      if (!delivery.isEarly) row.dueAtMs = dueAt.getTime()
    })
  }

  async parkAll(tenant: string, subscriptionId: string, { code, at }: DeliveryFailure): Promise<number> {
    const rows = this.#of(tenant, subscriptionId).filter(row => row.state === 'open')
    for (const row of rows) Object.assign(row, { state: 'parked', failureCode: code, endedAtMs: at.getTime() })
    return rows.length
  }

  async parked(
    tenant: string,
    subscriptionId: string,
    { limit, offset }: { readonly limit: number; readonly offset: number }
  ): Promise<readonly ParkedDelivery[]> {
    const rows = this.#of(tenant, subscriptionId).filter(row => row.state === 'parked')
    return rows.slice(offset, offset + limit).map(row => ({
      id: String(row.id),
      eventId: row.event.id,
      resource: row.event.resource,
      resourceId: row.event.resourceId,
      attempts: row.attempts,
      failureCode: row.failureCode,
      parkedAt: new Date(row.endedAtMs).toISOString()
    }))
  }

  async release(tenant: string, subscriptionId: string, ids: readonly string[] | undefined, now: Date): Promise<number> {
    const isWanted = (row: Row) => row.state === 'parked' && (!ids || ids.includes(String(row.id)))
    const rows = this.#of(tenant, subscriptionId).filter(isWanted)
    for (const row of rows)
      Object.assign(row, {
        state: 'open',
        isReleased: true,
        attempts: 0,
        dueAtMs: now.getTime(),
        leaseUntilMs: 0,
        token: row.token + 1
      })
    return rows.length
  }

  async replay(
    { tenant, id }: EventSubscription & { readonly tenant: string },
    { from, to }: { readonly from: string; readonly to: string },
    wants: (event: StoredEvent) => boolean,
    now: Date
  ): Promise<number> {
    const isIn = (event: StoredEvent) => event.tenant === tenant && event.at >= from && event.at < to
    const events = this.#store.events.filter(
      event => isIn(event) && Number(event.cursor) <= this.#seen && event.resource !== eventSubscriptionDefinition.name
    )
    const wanted = events.filter(wants)
    for (const event of wanted) this.#add(id, event, now.getTime())
    return wanted.length
  }

  async drop(tenant: string, subscriptionId: string): Promise<void> {
    const dropped = new Set(this.#of(tenant, subscriptionId))
    this.#rows = this.#rows.filter(row => !dropped.has(row))
    this.#breakers.delete(nameOf({ subscription: subscriptionId }))
    this.#started.delete(subscriptionId)
  }

  async breaker(key: BreakerKey): Promise<Breaker> {
    return this.#breakers.get(nameOf(key)) ?? closedBreaker
  }

  async setBreaker(key: BreakerKey, breaker: Breaker, now: Date): Promise<void> {
    const hasClosed = breaker.state === 'closed' && (await this.breaker(key)).state !== 'closed'
    this.#breakers.set(nameOf(key), breaker)
    if (!hasClosed) return
    const behind = (await this.#subscriptions()).filter(each => keysOf(each).includes(nameOf(key))).map(({ id }) => id)
    for (const row of this.#rows) {
      if (behind.includes(row.subscriptionId) && row.state === 'open') row.dueAtMs = Math.min(row.dueAtMs, now.getTime())
    }
  }

  async nextDueAt(): Promise<Date | undefined> {
    const times: number[] = []
    for (const subscription of await this.#subscriptions()) {
      const [first] = this.#heads(subscription.id).filter(row => row.leaseUntilMs <= this.#nowMs())
      if (subscription.state !== 'active' || !first) continue
      const held = this.#openBreakers(subscription).map(({ openUntil }) => openUntil?.getTime() ?? 0)
      times.push(held.length > 0 ? Math.max(...held) : first.dueAtMs)
    }
    return times.length > 0 ? new Date(Math.min(...times)) : undefined
  }

  async figures(now: Date): Promise<QueueFigures> {
    const open = this.#rows.filter(row => row.state === 'open')
    const oldest = open[0] ? Date.parse(open[0].event.at) : now.getTime()
    return {
      unseenEvents: this.#store.events.filter(({ cursor }) => Number(cursor) > this.#seen).length,
      pending: open.length,
      parked: this.#rows.filter(row => row.state === 'parked').length,
      oldestPendingAgeS: Math.max(0, (now.getTime() - oldest) / 1000)
    }
  }

  async repair(now: Date): Promise<number> {
    const subscriptions = await this.#subscriptions()
    const states = new Map(subscriptions.map(({ id, state }) => [id, state]))
    const kept = this.#rows.filter(row => states.has(row.subscriptionId))
    const forgotten = this.#rows.length - kept.length
    this.#rows = kept
    const left = kept.filter(row => row.state === 'open' && states.get(row.subscriptionId) === 'disabled')
    for (const row of left) Object.assign(row, { state: 'parked', failureCode: 'gone', endedAtMs: now.getTime() })
    return forgotten + left.length
  }

  async purgeDelivered(before: Date): Promise<number> {
    const kept = this.#rows.filter(row => row.state !== 'done' || row.endedAtMs >= before.getTime())
    const purged = this.#rows.length - kept.length
    this.#rows = kept
    return purged
  }

  async #fanOut(wants: (subscription: EventSubscription, event: StoredEvent) => boolean, limit: number): Promise<number> {
    const events = this.#store.events.filter(({ cursor }) => Number(cursor) > this.#seen).slice(0, limit)
    for (const event of events) {
      this.#seen = Number(event.cursor)
      if (event.resource === eventSubscriptionDefinition.name) {
        if (event.kind === 'created') this.#started.add(event.resourceId)
        continue
      }
      for (const subscription of await this.#listeners(event.tenant)) {
        const isListening = subscription.state !== 'disabled' && this.#started.has(subscription.id)
        if (isListening && wants(subscription, event)) this.#add(subscription.id, event, Date.parse(event.at))
      }
    }
    return events.length
  }

  #add(subscriptionId: string, event: StoredEvent, dueAtMs: number): void {
    this.#rows.push({
      id: ++this.#lastId,
      tenant: event.tenant,
      subscriptionId,
      event,
      isReleased: false,
      state: 'open',
      attempts: 0,
      dueAtMs,
      leaseUntilMs: 0,
      token: 0,
      failureCode: '',
      endedAtMs: 0
    })
  }

  #mark({ id, fencingToken }: ClaimedDelivery, change: (row: Row) => void): boolean {
    const row = this.#rows.find(each => each.id === Number(id))
    if (row?.state !== 'open' || row.token !== fencingToken) return false
    change(row)
    return true
  }

  #end(delivery: ClaimedDelivery, change: (row: Row) => void): boolean {
    return this.#mark(delivery, row => {
      change(row)
      row.token++
      row.leaseUntilMs = 0
    })
  }

  /** The first of each line, the longest due first. */
  #heads(subscriptionId: string): Row[] {
    const heads = new Map<string, Row>()
    for (const row of this.#rows) {
      if (row.subscriptionId !== subscriptionId || row.state !== 'open') continue
      const line = `${row.isReleased} ${row.event.resource}/${row.event.resourceId}`
      if (!heads.has(line)) heads.set(line, row)
    }
    return [...heads.values()].sort((a, b) => a.dueAtMs - b.dueAtMs || a.id - b.id)
  }

  #probe(subscription: EventSubscription, heads: readonly Row[], now: Date): Row[] {
    const open = this.#openBreakers(subscription)
    if (heads.length === 0 || open.some(({ openUntil }) => openUntil && openUntil > now)) return []
    const openUntil = new Date(now.getTime() + defaultBreakerLimits.probeAfterMs)
    for (const { name, failures } of open) this.#breakers.set(name, { state: 'halfOpen', failures, openUntil })
    return heads.slice(0, 1)
  }

  #openBreakers(subscription: EventSubscription): (Breaker & { readonly name: string })[] {
    return keysOf(subscription).flatMap(name => {
      const breaker = this.#breakers.get(name)
      return breaker && breaker.state !== 'closed' ? [{ ...breaker, name }] : []
    })
  }

  #of(tenant: string, subscriptionId: string): Row[] {
    return this.#rows.filter(row => row.tenant === tenant && row.subscriptionId === subscriptionId)
  }

  async #subscriptions(): Promise<EventSubscription[]> {
    const tenants = [...new Set(this.#store.events.map(({ tenant }) => tenant))]
    return (await Promise.all(tenants.map(tenant => this.#listeners(tenant)))).flat()
  }

  async #listeners(tenant: string): Promise<EventSubscription[]> {
    const every = {
      filter: { kind: 'and', filters: [] },
      sort: [],
      limit: Number.MAX_SAFE_INTEGER,
      offset: 0,
      count: false
    } as const
    const { items } = await this.#store.list(tenant, eventSubscriptionDefinition, every)
    return items.map(({ document }) => JSON.parse(document) as EventSubscription)
  }
}

function keysOf({ id, host }: EventSubscription): string[] {
  return [nameOf({ subscription: id }), nameOf({ host })]
}

function nameOf(key: BreakerKey): string {
  return 'host' in key ? `host:${key.host}` : `subscription:${key.subscription}`
}
