import type { DeliveryQueue, EventSubscription, StoredEvent } from '@crm-lite/domain'
import { type RawBuilder, sql } from 'kysely'
import { isInternal, lineKey } from './delivery-fan-out.ts'
import type { DeliveryLines } from './delivery-lines.ts'
import type { Engine, RunInTransaction } from './dialects/dialect.ts'
import { eventColumns, eventOf } from './event-rows.ts'
import { lineOf } from './line.ts'

const EVENTS_AT_ONCE = 500

type Replay = Parameters<DeliveryQueue['replay']>

/** Adds deliveries of events that were looked at before, behind whatever the subscription still waits for. */
export async function replay(
  engine: Engine,
  lines: DeliveryLines,
  ...[subscription, range, wants, now]: Replay
): Promise<number> {
  let behind: string | undefined
  for (let replayed = 0; ; ) {
    const { seen, made } = await engine.transact(
      async run => {
        const [progress] = await lines.lock(run)
        const lane = await laneFor(engine, run, subscription)
        if (lane === undefined) return { seen: [], made: 0 }
        const seen = await eventsIn(engine, run, subscription.tenant, range, { behind, upTo: String(progress?.[0]) })
        const wanted = seen.filter(event => !isInternal(event) && wants(event))
        await lines.add(
          run,
          wanted.map(event => deliveryOf(event, lane, now)),
          now.getTime()
        )
        return { seen, made: wanted.length }
      },
      { lazy: false }
    )
    replayed += made
    if (made > 0) engine.signal.announce([])
    if (seen.length < EVENTS_AT_ONCE) return replayed
    behind = seen.at(-1)?.cursor
  }
}

/** Made for a subscription whose beginning has not been met yet; none for one that is gone. */
async function laneFor(
  engine: Engine,
  run: RunInTransaction,
  { tenant, id }: EventSubscription & { readonly tenant: string }
): Promise<number | undefined> {
  const [row] = await run(
    engine.compile(
      sql`insert into delivery_lane (tenant, subscription_id, started)
          select s.tenant, s.id, 0 from event_subscription s where s.tenant = ${tenant} and s.id = ${id}
          on conflict (tenant, subscription_id) do update set started = delivery_lane.started returning lane`
    )
  )
  return row && Number(row[0])
}

async function eventsIn(
  engine: Engine,
  run: RunInTransaction,
  tenant: string,
  { from, to }: { readonly from: string; readonly to: string },
  { behind, upTo }: { readonly behind: string | undefined; readonly upTo: string }
): Promise<StoredEvent[]> {
  const { eventOrder } = engine
  const conditions: RawBuilder<unknown>[] = [
    sql`tenant = ${tenant} and at >= ${from} and at < ${to}`,
    sql`not (${eventOrder.behind(upTo)!})`
  ]
  if (behind !== undefined) conditions.push(eventOrder.behind(behind)!)
  const rows = await run(
    engine.compile(
      sql`select ${eventColumns(engine)} from event where ${sql.join(conditions, sql` and `)} order by ${eventOrder.columns} limit ${EVENTS_AT_ONCE}`
    )
  )
  return rows.map(eventOf)
}

function deliveryOf(event: StoredEvent, lane: number, now: Date) {
  return { ...lineOf(lane, lineKey(event)), cursor: event.cursor, dueAtMs: now.getTime() }
}
