import {
  type ClaimedDelivery,
  type ClaimOptions,
  type EventSubscription,
  eventSubscriptionDefinition,
  type FannedOut,
  type StoredEvent
} from '@crm-lite/domain'
import { type RawBuilder, sql } from 'kysely'
import { type Bundle, bundledId } from './bundle.ts'
import type { DeliveryBundles } from './delivery-bundles.ts'
import type { Added, DeliveryLines, NewDelivery } from './delivery-lines.ts'
import { type DeliveryStatement, deliveryStatement } from './delivery-statement.ts'
import type { DeliverySubscriptions } from './delivery-subscriptions.ts'
import type { Engine, RunInTransaction, Statement } from './dialects/dialect.ts'
import { eventColumns, eventOf } from './event-rows.ts'
import { lineOf } from './line.ts'

type Wants = (subscription: EventSubscription, event: StoredEvent) => boolean

/** What stands in the log behind a place. */
interface Batch {
  readonly behind: string
  /** How many events; where all are passed by, whether there are any. */
  readonly seen: number
  /** Of the last of them. */
  readonly cursor: string
  /** Absent when nobody has subscribed. */
  readonly events?: readonly StoredEvent[]
}

interface Attempted extends FannedOut {
  /** How many deliveries anybody may claim now. */
  readonly left: number
  /** What the caller has claimed. */
  readonly bundle?: Bundle
}

const NOTHING: Attempted = { seen: 0, isMore: false, claimed: [], unclaimed: [], left: 0 }

interface Listener {
  readonly lane: number
  readonly subscription: EventSubscription
  /** Whether something is sent to it now. */
  readonly isOpen: boolean
}

interface NewOf extends NewDelivery {
  readonly event: StoredEvent
  readonly subscription: EventSubscription
}

interface Parts {
  readonly lines: DeliveryLines
  readonly bundles: DeliveryBundles
  readonly subscriptions: DeliverySubscriptions
}

/** One transaction makes no more deliveries than about this many: others have to wait for it. */
const ENOUGH_DELIVERIES = 5_000
/** From this many on, other processes are told that there is something to claim. */
const WORTH_SHARING = 20

/** Turns events into deliveries, each once: what was made of them is stored together with how far the log was read. */
export class DeliveryFanOut {
  readonly #engine: Engine
  readonly #lines: DeliveryLines
  readonly #bundles: DeliveryBundles
  readonly #subscriptions: DeliverySubscriptions
  readonly #nowMs: () => number
  readonly #progress: DeliveryStatement
  readonly #lockProgress: DeliveryStatement
  readonly #storeProgress: DeliveryStatement
  readonly #start: DeliveryStatement
  readonly #listening: DeliveryStatement
  readonly #anyListening: DeliveryStatement
  readonly #end: DeliveryStatement
  readonly #anySubscription: DeliveryStatement

  constructor(engine: Engine, { lines, bundles, subscriptions }: Parts, nowMs: () => number) {
    this.#engine = engine
    this.#lines = lines
    this.#bundles = bundles
    this.#subscriptions = subscriptions
    this.#nowMs = nowMs
    const { rows, forUpdateSkipLocked } = engine.deliverySql
    const progress = sql`select event_cursor from fan_out_progress where id = 1`
    this.#progress = deliveryStatement(engine, 'read progress', progress)
    this.#lockProgress = deliveryStatement(engine, 'lock progress', sql`${progress} ${forUpdateSkipLocked}`)
    this.#storeProgress = deliveryStatement(engine, 'progress', sql`update fan_out_progress set event_cursor = ${0} where id = 1`)
    this.#start = deliveryStatement(
      engine,
      'start',
      sql`insert into delivery_lane (tenant, subscription_id, started)
          select s.tenant, s.id, 1 from ${rows(0, { tenant: 'text', id: 'text' })}
          join event_subscription s on s.tenant = v.tenant and s.id = v.id where true
          on conflict (tenant, subscription_id) do update set started = 1 returning lane, subscription_id`
    )
    const listening = sql`select l.lane, l.tenant, s.revision,
        coalesce(own.state, 'closed') = 'closed' and coalesce(hosts.state, 'closed') = 'closed'
      from delivery_lane l
      join event_subscription s on s.tenant = l.tenant and s.id = l.subscription_id
      left join breaker own on own.key = 'subscription:' || s.id
      left join breaker hosts on hosts.key = 'host:' || s.host
      where l.started = 1 and s.state <> 'disabled' order by l.lane`
    this.#listening = deliveryStatement(engine, 'listening', listening)
    this.#anyListening = deliveryStatement(engine, 'any listening', sql`${listening} limit 1`)
    this.#end = deliveryStatement(engine, 'end', sql`select ${engine.eventOrder.end}`)
    this.#anySubscription = deliveryStatement(engine, 'any subscription', sql`select 1 from event_subscription limit 1`)
  }

  /**
   * The log is read before anything is locked, as whoever stands still meanwhile must not hold up others: nothing comes to stand before
   * what was read, so it still is what follows if nobody else has gone on meanwhile.
   *
   * What the caller takes is made as one bundle of its own: so it need not be looked for, changed and read again, one by one.
   */
  async fanOut(wants: Wants, limit: number, claim?: ClaimOptions): Promise<FannedOut> {
    const batch = await this.#nextBatch(limit)
    if (batch.seen === 0) return NOTHING
    const attempted = await this.#engine.transact(run => this.#attempt(run, { ...batch, limit }, wants, claim), { lazy: true })
    const { isMore, claimed, left, bundle } = attempted
    if (bundle) this.#bundles.remember(bundle)
    if ((isMore && claimed.length > 0) || left >= WORTH_SHARING) this.#engine.signal.announce([])
    else if (left > 0) this.#engine.signal.wake([])
    return attempted
  }

  async #nextBatch(limit: number): Promise<Batch> {
    const [row] = await this.#engine.read(this.#progress())
    const behind = String(row?.[0])
    const [listener] = await this.#engine.read(this.#anyListening())
    if (listener) return this.#eventsBehind(behind, limit)
    return (await this.#passedBy(behind)) ?? this.#eventsBehind(behind, limit)
  }

  /**
   * Where there is no subscription at all, all that is readable is for nobody: none can have begun before that and still be there, as the event
   * that tells of its creation is stored with it. Undefined where there is one.
   */
  async #passedBy(behind: string): Promise<Batch | undefined> {
    const [[end] = []] = await this.#engine.read(this.#end())
    const [subscription] = await this.#engine.read(this.#anySubscription())
    if (subscription) return undefined
    const first = await this.#engine.read(this.#next(sql`1`, behind, 1))
    return { behind, seen: first.length, cursor: first.length > 0 ? String(end) : behind }
  }

  async #eventsBehind(behind: string, limit: number): Promise<Batch> {
    const rows = await this.#engine.read(this.#next(eventColumns(this.#engine), behind, limit))
    const events = rows.map(eventOf)
    return { behind, seen: events.length, cursor: events.at(-1)?.cursor ?? behind, events }
  }

  #next(columns: RawBuilder<unknown>, behind: string, limit: number): Statement {
    const { compile, eventOrder } = this.#engine
    return compile(
      sql`select ${columns} from event where ${eventOrder.behind(behind)!} and ${eventOrder.readable}
          order by ${eventOrder.columns} limit ${limit}`
    )
  }

  async #attempt(
    run: RunInTransaction,
    batch: Batch & { readonly limit: number },
    wants: Wants,
    claim?: ClaimOptions
  ): Promise<Attempted> {
    const [progress] = await run(this.#lockProgress())
    // Somebody else is at it, or was meanwhile.
    if (progress?.[0] !== batch.behind) return NOTHING
    if (!batch.events) {
      if ((await run(this.#anyListening())).length > 0) return NOTHING
      await run(this.#storeProgress(batch.cursor))
      return { ...NOTHING, seen: batch.seen }
    }
    const { deliveries, seen } = await this.#deliveriesOf(run, batch.events, wants, claim)
    const added = await this.#lines.add(run, deliveries, this.#nowMs(), claim)
    await run(this.#storeProgress(batch.events[seen - 1]!.cursor))
    return { seen, isMore: seen < batch.seen || seen >= batch.limit, ...sharedOut(deliveries, added) }
  }

  async #deliveriesOf(
    run: RunInTransaction,
    events: readonly StoredEvent[],
    wants: Wants,
    { limit = Number.POSITIVE_INFINITY, except = [] }: Partial<ClaimOptions> = {}
  ): Promise<{ deliveries: NewOf[]; seen: number }> {
    const startsAt = await this.#startSubscriptions(run, events)
    const listeners = await this.#listeners(run, except)
    const nowMs = this.#nowMs()
    const deliveries: NewOf[] = []
    const open = new Set<string>()
    let seen = 0
    for (const [index, event] of events.entries()) {
      const ofEvent: NewOf[] = []
      if (!isInternal(event)) {
        const key = lineKey(event)
        const dueAtMs = Math.min(Date.parse(event.at), nowMs)
        for (const { lane, subscription, isOpen } of listeners.get(event.tenant) ?? []) {
          if (index < (startsAt.get(lane) ?? 0) || !wants(subscription, event)) continue
          ofEvent.push({ ...lineOf(lane, key), cursor: event.cursor, dueAtMs, isOpen, subscription, event })
        }
      }
      const opened = ofEvent.filter(({ isOpen, name }) => isOpen && !open.has(name))
      const isTooMuch = open.size > 0 && open.size + opened.length > limit
      // Where a subscription begins is found once: all that is behind that is looked at, too.
      if ((isTooMuch || deliveries.length > ENOUGH_DELIVERIES) && startsAt.size === 0) break
      seen++
      deliveries.push(...ofEvent)
      for (const { name } of opened) open.add(name)
    }
    return { deliveries, seen }
  }

  /** Where in these events subscriptions begin, by lane: at the event that tells of their creation. */
  async #startSubscriptions(run: RunInTransaction, events: readonly StoredEvent[]): Promise<ReadonlyMap<number, number>> {
    const starts = new Map(
      events.flatMap((event, index) =>
        isInternal(event) && event.kind === 'created' ? [[event.resourceId, { index, tenant: event.tenant }]] : []
      )
    )
    if (starts.size === 0) return new Map()
    const rows = await run(this.#start(JSON.stringify([...starts].map(([id, { tenant }]) => ({ tenant, id })))))
    return new Map(rows.map(([lane, id]) => [Number(lane), starts.get(String(id))!.index]))
  }

  async #listeners(run: RunInTransaction, except: readonly string[]): Promise<ReadonlyMap<string, Listener[]>> {
    const lanes = (await run(this.#listening())).map(([lane, tenant, revision, isReachable]) => {
      return { lane: Number(lane), tenant: String(tenant), revision: Number(revision), isReachable: Boolean(isReachable) }
    })
    const subscriptions = await this.#subscriptions.of(run, lanes)
    const byTenant = new Map<string, Listener[]>()
    for (const { lane, tenant, isReachable } of lanes) {
      const subscription = subscriptions.get(lane)
      if (!subscription) continue
      const listeners = byTenant.get(tenant) ?? []
      byTenant.set(tenant, listeners)
      const isOpen = isReachable && subscription.state === 'active' && !except.includes(subscription.id)
      listeners.push({ lane, subscription, isOpen })
    }
    return byTenant
  }
}

function sharedOut(deliveries: readonly NewOf[], { made, bundle }: Added): Omit<Attempted, 'seen' | 'isMore'> {
  const claimed: ClaimedDelivery[] = []
  const unclaimed = new Set<string>()
  let left = 0
  for (const [index, { subscription, event }] of deliveries.entries()) {
    const each = made[index]!
    if (each.kind === 'pending') {
      unclaimed.add(subscription.id)
      left++
    }
    if (each.kind !== 'taken' || !bundle) continue
    const id = bundledId({ bundle: bundle.id, index: each.index })
    claimed.push({ id, tenant: event.tenant, subscription, event, attempts: 0, fencingToken: bundle.token })
  }
  return { claimed, unclaimed: [...unclaimed], left, ...(bundle && { bundle }) }
}

/** What marks the beginning of a subscription is for nobody. */
export function isInternal({ resource }: StoredEvent): boolean {
  return resource === eventSubscriptionDefinition.name
}

export function lineKey({ resource, resourceId }: StoredEvent): string {
  return `${resource}/${resourceId}`
}
