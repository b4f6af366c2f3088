import type { QueueFigures } from '@crm-lite/domain'
import { sql } from 'kysely'
import type { DeliveryBundles } from './delivery-bundles.ts'
import type { DeliveryLanes } from './delivery-lanes.ts'
import type { DeliveryLines } from './delivery-lines.ts'
import type { Engine, Row } from './dialects/dialect.ts'
import { lineOf } from './line.ts'

const ROWS_AT_ONCE = 1_000

/** When anything can be claimed next: of what a breaker holds back, a probe. */
export async function nextDueAt(lanes: DeliveryLanes): Promise<Date | undefined> {
  let next = Number.POSITIVE_INFINITY
  for await (const { dueAtMs, breakers } of lanes.all()) {
    const heldUntil = breakers.map(({ openUntilMs }) => openUntilMs)
    next = Math.min(next, breakers.length > 0 ? Math.max(...heldUntil) : dueAtMs)
  }
  return Number.isFinite(next) ? new Date(next) : undefined
}

export async function figures(engine: Engine, bundles: DeliveryBundles, now: Date): Promise<QueueFigures> {
  const { deliverySql, eventOrder } = engine
  const read = (query: ReturnType<typeof sql>) => engine.read(engine.compile(query))
  const [progress] = await read(sql`select event_cursor from fan_out_progress where id = 1`)
  const [[unseen] = []] = await read(sql`select count(*) from event where ${eventOrder.behind(String(progress?.[0]))!}`)
  // Before the rows: a delivery only goes from a bundle to a row.
  const bundled = await bundles.all()
  const [[pending, oldest] = []] = await read(
    sql`select count(*), min(id) from delivery where state = 'waiting' or state = 'pending'`
  )
  const [[parked] = []] = await read(sql`select count(*) from delivery where state = 'parked'`)
  const ofRow =
    oldest === null
      ? []
      : await read(sql`select event.at from delivery d, event where d.id = ${oldest} and ${deliverySql.isEventOfDelivery}`)
  const ofBundle = bundled[0]
    ? await read(sql`select event.at from event where (${eventOrder.columns}) = (${eventOrder.placeOf(bundled[0].cursor)})`)
    : []
  const ages = [...ofRow, ...ofBundle].map(([at]) => (now.getTime() - Date.parse(String(at))) / 1000)
  return {
    unseenEvents: Number(unseen),
    pending: Number(pending) + bundled.length,
    parked: Number(parked),
    oldestPendingAgeS: Math.max(0, ...ages)
  }
}

/**
 * Removes what was delivered and is old, by when the delivery was made or ended. Ids ascend with the time at which deliveries were
 * made, so this reads from the first to one that was made too late, and no index has to be kept for it.
 */
export async function purgeDelivered(engine: Engine, by: 'created_at_ms' | 'ended_at_ms', before: Date): Promise<number> {
  const beforeMs = before.getTime()
  let purged = 0
  for (let last = 0; ; ) {
    const rows = await engine.read(
      engine.compile(
        sql`select id, state, ${sql.ref(by)}, created_at_ms from delivery where id > ${last} order by id limit ${ROWS_AT_ONCE}`
      )
    )
    const old = rows.filter(([, state, ms]) => state === 'done' && Number(ms) < beforeMs)
    if (old.length > 0) purged += (await removeDelivered(engine, old)).length
    else await new Promise(resolve => setImmediate(resolve))
    const end = rows.at(-1)
    if (!end || rows.length < ROWS_AT_ONCE || Number(end[3]) >= beforeMs) return purged
    last = Number(end[0])
  }
}

function removeDelivered(engine: Engine, rows: readonly Row[]): Promise<readonly Row[]> {
  const { isAmong, rows: rowsOf } = engine.deliverySql
  const ids = rowsOf(JSON.stringify(rows.map(([id]) => ({ id: Number(id) }))), { id: 'bigint' })
  return engine.write(
    engine.compile(sql`delete from delivery where state = 'done' and ${isAmong(sql`select v.id from ${ids}`)} returning id`),
    { lazy: true }
  )
}

/**
 * Lets deliveries move up that wait behind nothing. Returns how many.
 *
 * What has no row before it is only a guess: its first may stand in a bundle, and go from there to a row while this looks.
 */
export async function moveUpStranded(engine: Engine, lines: DeliveryLines): Promise<number> {
  const moved = await engine.transact(
    async run => {
      await lines.lock(run)
      const stranded = await run(
        engine.compile(
          sql`select distinct w.lane, w.resource_key from delivery w where w.state = 'waiting' and not exists (
              select 1 from delivery d where d.lane = w.lane and d.resource_key = w.resource_key and d.state = 'pending') limit ${ROWS_AT_ONCE}`
        )
      )
      const found = stranded.map(([lane, key]) => lineOf(Number(lane), String(key)))
      const stateOf = await lines.states(run, found)
      return lines.moveUp(
        run,
        found.filter(line => stateOf(line) === 'pending')
      )
    },
    { lazy: true }
  )
  if (moved > 0) engine.signal.wake([])
  return moved
}

/** Subscriptions that were removed and have left something behind. */
export async function abandonedLanes(engine: Engine): Promise<{ tenant: string; subscriptionId: string }[]> {
  const rows = await engine.read(
    engine.compile(
      sql`select l.tenant, l.subscription_id from delivery_lane l
          left join event_subscription s on s.tenant = l.tenant and s.id = l.subscription_id where s.id is null`
    )
  )
  return rows.map(subscriptionOf)
}

/**
 * Subscriptions that are disabled and for which something waits all the same: whoever disabled them was stopped before it was parked, or new
 * events were on their way.
 */
export async function disabledLanes(engine: Engine): Promise<{ tenant: string; subscriptionId: string }[]> {
  const rows = await engine.read(
    engine.compile(
      sql`select l.tenant, l.subscription_id from delivery_lane l
          join event_subscription s on s.tenant = l.tenant and s.id = l.subscription_id and s.state = 'disabled'
          where exists (select 1 from delivery d where d.lane = l.lane and (d.state = 'waiting' or d.state = 'pending'))`
    )
  )
  return rows.map(subscriptionOf)
}

function subscriptionOf([tenant, id]: Row): { tenant: string; subscriptionId: string } {
  return { tenant: String(tenant), subscriptionId: String(id) }
}
