import { sql } from 'kysely'
import { type DeliveryStatement, deliveryStatement } from './delivery-statement.ts'
import type { Engine, Row } from './dialects/dialect.ts'

/** A subscription that something can be claimed of, now or later. */
export interface Lane {
  readonly lane: number
  readonly tenant: string
  readonly subscriptionId: string
  readonly revision: number
  /** When the first of its deliveries that nobody has is due. */
  readonly dueAtMs: number
  /** The breakers on its way that are not closed. */
  readonly breakers: readonly { readonly key: string; readonly openUntilMs: number }[]
}

export interface LanePage {
  readonly lanes: readonly Lane[]
  /** Whether somebody has claimed something and was not heard of since. */
  readonly haveLeasesEnded: boolean
  /** Where to look on; absent when that was all. */
  readonly next?: number
}

const LANES_AT_ONCE = 128

export const subscriptionKey = (id: string) => `subscription:${id}`
export const hostKey = (host: string) => `host:${host}`

/**
 * Goes through the subscriptions that have something pending, from one to the next in the index of what is pending: what that costs
 * depends on their number, not on how much waits for them, nor on how much was delivered.
 */
export class DeliveryLanes {
  readonly #engine: Engine
  readonly #page: DeliveryStatement

  constructor(engine: Engine) {
    this.#engine = engine
    const isFree = sql`d.state = 'pending' and d.lease_until_ms = 0`
    this.#page = deliveryStatement(
      engine,
      'lanes',
      sql`with recursive walk (lane) as (
            select min(d.lane) from delivery d where ${isFree} and d.lane > ${0}
            union all
            select (select min(d.lane) from delivery d where ${isFree} and d.lane > walk.lane) from walk where walk.lane is not null
          ), found as (select lane from walk where lane is not null limit ${1})
          select found.lane, l.tenant, l.subscription_id, s.revision, s.state, s.host,
            (select min(d.due_at_ms) from delivery d where ${isFree} and d.lane = found.lane),
            own.state, own.open_until_ms, hosts.state, hosts.open_until_ms, leases.have_ended
          from (select exists (select 1 from delivery d where d.state = 'pending' and d.lease_until_ms > 0
            and d.lease_until_ms <= (select ${engine.deliverySql.clockMs})) or exists (select 1 from delivery_bundle b
            where b.lease_until_ms <= (select ${engine.deliverySql.clockMs})) as have_ended) as leases
          left join found on true
          left join delivery_lane l on l.lane = found.lane
          left join event_subscription s on s.tenant = l.tenant and s.id = l.subscription_id
          left join breaker own on own.key = 'subscription:' || l.subscription_id
          left join breaker hosts on hosts.key = 'host:' || s.host`
    )
  }

  /** The active ones among the next so many that have something pending, from behind a lane. */
  async page(behind: number): Promise<LanePage> {
    const rows = await this.#engine.read(this.#page(behind, LANES_AT_ONCE))
    const numbers = rows.map(([lane]) => Number(lane))
    return {
      haveLeasesEnded: Boolean(rows[0]?.at(-1)),
      lanes: rows.flatMap(laneOf).sort((a, b) => a.lane - b.lane),
      ...(rows.length === LANES_AT_ONCE && { next: Math.max(...numbers) })
    }
  }

  async *all(): AsyncIterable<Lane> {
    for (let behind: number | undefined = 0; behind !== undefined; ) {
      const page: LanePage = await this.page(behind)
      yield* page.lanes
      behind = page.next
    }
  }
}

function laneOf([
  lane,
  tenant,
  subscriptionId,
  revision,
  state,
  host,
  due,
  ownState,
  ownUntil,
  hostState,
  hostUntil
]: Row): Lane[] {
  if (state !== 'active' || due === null) return []
  const breakers = [
    { key: subscriptionKey(String(subscriptionId)), state: ownState, openUntilMs: Number(ownUntil) },
    { key: hostKey(String(host)), state: hostState, openUntilMs: Number(hostUntil) }
  ].filter(breaker => breaker.state !== null && breaker.state !== 'closed')
  return [
    {
      lane: Number(lane),
      tenant: String(tenant),
      subscriptionId: String(subscriptionId),
      revision: Number(revision),
      dueAtMs: Number(due),
      breakers: breakers.map(({ key, openUntilMs }) => ({ key, openUntilMs }))
    }
  ]
}
