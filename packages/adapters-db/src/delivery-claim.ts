import { type ClaimedDelivery, type ClaimOptions, defaultBreakerLimits, type StoredEvent } from '@crm-lite/domain'
import { sql } from 'kysely'
import type { DeliveryBundles } from './delivery-bundles.ts'
import type { DeliveryLanes, Lane, LanePage } from './delivery-lanes.ts'
import { type DeliveryStatement, deliveryStatement } from './delivery-statement.ts'
import type { DeliverySubscriptions } from './delivery-subscriptions.ts'
import type { Engine, Row, RunInTransaction } from './dialects/dialect.ts'
import { eventColumns, eventOf } from './event-rows.ts'

interface Found {
  readonly lane: Lane
  readonly id: number
  readonly token: number
  readonly attempts: number
  readonly dueAtMs: number
  readonly cursor: string
  readonly isEarly?: boolean
}

interface Parts {
  readonly lanes: DeliveryLanes
  readonly bundles: DeliveryBundles
  readonly subscriptions: DeliverySubscriptions
}

/** Of a probe: whatever waits, due or not. */
const AT_ANY_TIME = Number.MAX_SAFE_INTEGER

/**
 * Claims deliveries: looks at which subscriptions have something due, and then takes some of each, so that a long backlog of one does
 * not hold up the others.
 */
export class DeliveryClaim {
  readonly #engine: Engine
  readonly #lanes: DeliveryLanes
  readonly #bundles: DeliveryBundles
  readonly #subscriptions: DeliverySubscriptions
  readonly #take: DeliveryStatement
  readonly #events: DeliveryStatement
  readonly #reserve: DeliveryStatement
  readonly #forget: DeliveryStatement
  readonly #endLeases: DeliveryStatement
  /** Where the last claim stopped because it had enough. */
  #behind = 0

  constructor(engine: Engine, { lanes, bundles, subscriptions }: Parts) {
    this.#engine = engine
    this.#lanes = lanes
    this.#bundles = bundles
    this.#subscriptions = subscriptions
    const { clockMs, forUpdateSkipLocked, nextToken, claimable, isAmong, eventCursor, eventsAt, rows } = engine.deliverySql
    this.#take = deliveryStatement(
      engine,
      'claim',
      sql`update delivery set token = ${nextToken}, lease_until_ms = ${clockMs} + ${2} where ${isAmong(claimable(0, 1))}
          returning id, lane, token, attempts, due_at_ms, ${eventCursor}`
    )
    this.#events = deliveryStatement(engine, 'events', eventsAt(eventColumns(engine), 0))
    this.#reserve = deliveryStatement(
      engine,
      'probe',
      sql`update breaker set state = 'halfOpen', open_until_ms = ${0}
          where key in (select v.key from ${rows(1, { key: 'text' })}) and state <> 'closed' and open_until_ms <= ${2} returning key`
    )
    // Its token stays: who had it may still say what came of it, while nobody else has claimed it.
    this.#endLeases = deliveryStatement(
      engine,
      'end leases',
      sql`update delivery set lease_until_ms = 0 where ${isAmong(
        sql`select d.id from delivery d where d.state = 'pending' and d.lease_until_ms > 0 and d.lease_until_ms <= (select ${clockMs})
            ${forUpdateSkipLocked}`
      )}`
    )
    this.#forget = deliveryStatement(
      engine,
      'forget',
      sql`delete from delivery where id in (select v.id from ${rows(0, { id: 'bigint' })})`
    )
  }

  async claim(options: ClaimOptions): Promise<readonly ClaimedDelivery[]> {
    const found: Found[] = []
    const start = this.#behind
    let hasWrapped = start === 0
    for (let behind = start; ; ) {
      const { lanes, next } = await this.#pageOf(behind)
      const { ready, probes } = sorted(lanes, options)
      for (const lane of probes) found.push(...(await this.#probe(lane, options)))
      const chosen = ready.slice(0, Math.max(0, options.limit - found.length))
      found.push(...(await this.#takeOf(chosen, options.limit - found.length, options)))
      const isCut = chosen.length < ready.length
      this.#behind = isCut ? (chosen.at(-1)?.lane ?? behind) : (next ?? 0)
      const isRound = hasWrapped && (next === undefined || (start > 0 && next >= start))
      if (isCut || isRound || found.length >= options.limit) return this.#complete(found)
      if (next === undefined) hasWrapped = true
      behind = next ?? 0
    }
  }

  async #pageOf(behind: number): Promise<LanePage> {
    const page = await this.#lanes.page(behind)
    if (!page.haveLeasesEnded) return page
    await this.#bundles.endLeases()
    await this.#engine.write(this.#endLeases(), { lazy: true })
    return this.#lanes.page(behind)
  }

  /** Of each lane the same number at most, so that all together are within the limit. */
  async #takeOf(lanes: readonly Lane[], limit: number, { leaseMs, now }: ClaimOptions): Promise<Found[]> {
    if (lanes.length === 0) return []
    const due = now.getTime()
    const wanted = JSON.stringify(lanes.map(({ lane }) => ({ lane, due })))
    const statement = this.#take(wanted, Math.max(1, Math.floor(limit / lanes.length)), leaseMs)
    return foundIn(lanes, await this.#engine.write(statement, { lazy: true }))
  }

  /** One delivery to see whether somebody is back, for whoever comes first. */
  #probe(lane: Lane, { leaseMs, now }: ClaimOptions): Promise<Found[]> {
    const nextMs = now.getTime() + defaultBreakerLimits.probeAfterMs
    const keys = JSON.stringify(lane.breakers.map(({ key }) => ({ key })))
    const take = this.#take(JSON.stringify([{ lane: lane.lane, due: AT_ANY_TIME }]), 1, leaseMs)
    return this.#engine.transact(
      async run => {
        const reserved = await run(this.#reserve(nextMs, keys, now.getTime()))
        if (reserved.length < lane.breakers.length) return []
        return foundIn([lane], await run(take)).map(each => ({ ...each, isEarly: each.dueAtMs > now.getTime() }))
      },
      { lazy: true }
    )
  }

  async #complete(found: readonly Found[]): Promise<ClaimedDelivery[]> {
    if (found.length === 0) return []
    const read: RunInTransaction = statement => this.#engine.read(statement)
    const lanes = [...new Map(found.map(({ lane }) => [lane.lane, lane])).values()]
    const [subscriptions, events] = await Promise.all([this.#subscriptions.of(read, lanes), this.#eventsOf(found)])
    const claimed: ClaimedDelivery[] = []
    const lost: Found[] = []
    for (const each of found) {
      const subscription = subscriptions.get(each.lane.lane)
      const event = events.get(each.cursor)
      if (!event) lost.push(each)
      else if (subscription) claimed.push(deliveryOf(each, { subscription, event }))
    }
    if (lost.length > 0) await this.#engine.write(this.#forget(JSON.stringify(lost.map(({ id }) => ({ id })))), { lazy: true })
    return claimed
  }

  async #eventsOf(found: readonly Found[]): Promise<ReadonlyMap<string, StoredEvent>> {
    const cursors = [...new Set(found.map(({ cursor }) => cursor))].map(cursor => ({ cursor }))
    const rows = await this.#engine.read(this.#events(JSON.stringify(cursors)))
    return new Map(rows.map(eventOf).map(event => [event.cursor, event]))
  }
}

/** What can be claimed of now, and of which lanes a probe. A breaker gets one probe, even if it holds back several lanes. */
function sorted(lanes: readonly Lane[], { now, except = [] }: ClaimOptions): { ready: Lane[]; probes: Lane[] } {
  const nowMs = now.getTime()
  const wanted = lanes.filter(({ subscriptionId }) => !except.includes(subscriptionId))
  const probed = new Set<string>()
  const probes = wanted
    .filter(({ breakers }) => breakers.length > 0 && breakers.every(({ openUntilMs }) => openUntilMs <= nowMs))
    .sort((a, b) => a.dueAtMs - b.dueAtMs)
    .filter(({ breakers }) => {
      const isFirst = breakers.every(({ key }) => !probed.has(key))
      for (const { key } of breakers) probed.add(key)
      return isFirst
    })
  return { ready: wanted.filter(({ breakers, dueAtMs }) => breakers.length === 0 && dueAtMs <= nowMs), probes }
}

function foundIn(lanes: readonly Lane[], rows: readonly Row[]): Found[] {
  const byNumber = new Map(lanes.map(lane => [lane.lane, lane]))
  const found = rows.map(([id, lane, token, attempts, dueAtMs, cursor]) => ({
    lane: byNumber.get(Number(lane))!,
    id: Number(id),
    token: Number(token),
    attempts: Number(attempts),
    dueAtMs: Number(dueAtMs),
    cursor: String(cursor)
  }))
  return found.sort((a, b) => a.dueAtMs - b.dueAtMs || a.id - b.id)
}

function deliveryOf(
  { id, lane, token, attempts, isEarly }: Found,
  about: Pick<ClaimedDelivery, 'subscription' | 'event'>
): ClaimedDelivery {
  return { id: String(id), tenant: lane.tenant, ...about, attempts, fencingToken: token, ...(isEarly && { isEarly }) }
}
