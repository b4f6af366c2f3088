import { type EventSubscription, eventSubscriptionDefinition, type StoredEvent } from '@crm-lite/domain'
import { sql } from 'kysely'
import type { DeliveryLines, NewDelivery } from './delivery-lines.ts'
import { type DeliveryStatement, deliveryStatement } from './delivery-statement.ts'
import type { DeliverySubscriptions } from './delivery-subscriptions.ts'
import type { Engine, RunInTransaction } from './dialects/dialect.ts'
import { eventColumns, eventOf } from './event-rows.ts'

type Wants = (subscription: EventSubscription, event: StoredEvent) => boolean

interface FannedOut {
  readonly seen: number
  readonly made: number
  /** How far the log was read; absent when somebody else was reading. */
  readonly cursor?: string
}

interface Listener {
  readonly lane: number
  readonly subscription: EventSubscription
}

/** One transaction makes no more deliveries than about this many: others have to wait for it. */
const ENOUGH_DELIVERIES = 5_000
/** From this many on, other processes are told that there is something to claim. */
const WORTH_SHARING = 20

/** Turns events into deliveries, each once: what was made of them is stored together with how far the log was read. */
export class DeliveryFanOut {
  readonly #engine: Engine
  readonly #lines: DeliveryLines
  readonly #subscriptions: DeliverySubscriptions
  readonly #nowMs: () => number
  readonly #lockProgress: DeliveryStatement
  readonly #storeProgress: DeliveryStatement
  readonly #start: DeliveryStatement
  readonly #listening: DeliveryStatement
  /** How far somebody has read at least. */
  #seen: string | undefined

  constructor(engine: Engine, lines: DeliveryLines, subscriptions: DeliverySubscriptions, nowMs: () => number) {
    this.#engine = engine
    this.#lines = lines
    this.#subscriptions = subscriptions
    this.#nowMs = nowMs
    const { rows, forUpdateSkipLocked } = engine.deliverySql
    this.#lockProgress = deliveryStatement(
      engine,
      'lock progress',
      sql`select event_cursor from fan_out_progress where id = 1 ${forUpdateSkipLocked}`
    )
    this.#storeProgress = deliveryStatement(engine, 'progress', sql`update fan_out_progress set event_cursor = ${0} where id = 1`)
    this.#start = deliveryStatement(
      engine,
      'start',
      sql`insert into delivery_lane (tenant, subscription_id, started)
          select s.tenant, s.id, 1 from ${rows(0, { tenant: 'text', id: 'text' })}
          join event_subscription s on s.tenant = v.tenant and s.id = v.id where true
          on conflict (tenant, subscription_id) do update set started = 1 returning lane, subscription_id`
    )
    this.#listening = deliveryStatement(
      engine,
      'listening',
      sql`select l.lane, l.tenant, s.revision from delivery_lane l
          join event_subscription s on s.tenant = l.tenant and s.id = l.subscription_id
          where l.started = 1 and s.state <> 'disabled' order by l.lane`
    )
  }

  async fanOut(wants: Wants, limit: number): Promise<number> {
    if (!(await this.#isSomethingNew())) return 0
    const { seen, made, cursor } = await this.#engine.transact(run => this.#attempt(run, wants, limit), { lazy: true })
    this.#seen = cursor ?? this.#seen
    if (made >= WORTH_SHARING) this.#engine.signal.announce()
    else if (made > 0) this.#engine.signal.wake()
    return seen
  }

  /** A look that locks nothing: most of the time there is nothing to do. */
  async #isSomethingNew(): Promise<boolean> {
    const { eventOrder } = this.#engine
    if (this.#seen === undefined) return true
    const behind = eventOrder.behind(this.#seen)!
    const rows = await this.#engine.read(
      this.#engine.compile(sql`select 1 from event where ${behind} and ${eventOrder.readable} limit 1`)
    )
    return rows.length > 0
  }

  async #attempt(run: RunInTransaction, wants: Wants, limit: number): Promise<FannedOut> {
    const [progress] = await run(this.#lockProgress())
    if (!progress) return { seen: 0, made: 0 } // somebody else is at it
    const events = await this.#eventsBehind(run, String(progress[0]), limit)
    if (events.length === 0) return { seen: 0, made: 0, cursor: String(progress[0]) }
    const { deliveries, seen } = await this.#deliveriesOf(run, events, wants)
    await this.#lines.add(run, deliveries, this.#nowMs())
    const { cursor } = events[seen - 1]!
    await run(this.#storeProgress(cursor))
    return { seen, made: deliveries.length, cursor }
  }

  async #eventsBehind(run: RunInTransaction, cursor: string, limit: number): Promise<StoredEvent[]> {
    const { compile, eventOrder } = this.#engine
    const rows = await run(
      compile(sql`select ${eventColumns(this.#engine)} from event
        where ${eventOrder.behind(cursor)!} and ${eventOrder.readable} order by ${eventOrder.columns} limit ${limit}`)
    )
    return rows.map(eventOf)
  }

  async #deliveriesOf(
    run: RunInTransaction,
    events: readonly StoredEvent[],
    wants: Wants
  ): Promise<{ deliveries: NewDelivery[]; seen: number }> {
    const startsAt = await this.#startSubscriptions(run, events)
    const listeners = await this.#listeners(run)
    const nowMs = this.#nowMs()
    const deliveries: NewDelivery[] = []
    let seen = 0
    for (const event of events) {
      if (deliveries.length > ENOUGH_DELIVERIES && !startsAt.size) break
      const index = seen++
      if (isInternal(event)) continue
      const dueAtMs = Math.min(Date.parse(event.at), nowMs)
      for (const { lane, subscription } of listeners.get(event.tenant) ?? []) {
        if (index < (startsAt.get(lane) ?? 0) || !wants(subscription, event)) continue
        deliveries.push({ lane, key: lineKey(event), cursor: event.cursor, dueAtMs })
      }
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

  async #listeners(run: RunInTransaction): Promise<ReadonlyMap<string, Listener[]>> {
    const lanes = (await run(this.#listening())).map(([lane, tenant, revision]) => {
      return { lane: Number(lane), tenant: String(tenant), revision: Number(revision) }
    })
    const subscriptions = await this.#subscriptions.of(run, lanes)
    const byTenant = new Map<string, Listener[]>()
    for (const { lane, tenant } of lanes) {
      const subscription = subscriptions.get(lane)
      if (!subscription) continue
      const listeners = byTenant.get(tenant)
      if (listeners) listeners.push({ lane, subscription })
      else byTenant.set(tenant, [{ lane, subscription }])
    }
    return byTenant
  }
}

/** What marks the beginning of a subscription is for nobody. */
export function isInternal({ resource }: StoredEvent): boolean {
  return resource === eventSubscriptionDefinition.name
}

export function lineKey({ resource, resourceId }: StoredEvent): string {
  return `${resource}/${resourceId}`
}
