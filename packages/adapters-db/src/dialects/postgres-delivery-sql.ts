import { sql } from 'kysely'
import type { DeliverySql } from './delivery-sql.ts'

const clockMs = sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`

const clockUs = sql<number>`(extract(epoch from clock_timestamp()) * 1000000)::bigint`

const rows: DeliverySql['rows'] = (json, columns) =>
  sql`jsonb_to_recordset(${json}::jsonb) as v(${sql.raw(
    Object.entries(columns)
      .map(([name, type]) => `${name} ${type}`)
      .join(', ')
  )})`

const eventPlace: DeliverySql['eventPlace'] = cursor =>
  sql`split_part(${cursor}, '.', 1)::xid8, split_part(${cursor}, '.', 2)::bigint`

/** Several workers share the rows: whoever finds some locks them, and leaves out those of others. */
export const postgresDeliverySql: DeliverySql = {
  rows,
  // An array, so that no estimate of the query leads to reading the whole table.
  isAmong: ids => sql`id = any(array(${ids}))`,
  eventColumns: sql`event_transaction, event_position`,
  eventPlace,
  eventCursor: sql<string>`event_transaction::text || '.' || event_position::text`,
  // What has a limit stays a look-up of its own, where a join may begin with all events.
  eventsAt: (columns, cursors) => sql`select found.* from ${rows(cursors, { cursor: 'text' })} cross join lateral (
      select ${columns} from event where (transaction_id, position) = (${eventPlace(sql`v.cursor`)}) limit 1
    ) as found`,
  isEventOfDelivery: sql`event.transaction_id = d.event_transaction and event.position = d.event_position`,
  clockMs,
  isShared: true,
  // In microseconds.
  nextToken: sql<number>`greatest(token + 1, ${clockUs})`,
  firstToken: clockUs,
  forUpdate: sql`for update`,
  forUpdateSkipLocked: sql`for update skip locked`,
  claimable: (lanes, limitOfLane) => sql`select found.id from ${rows(lanes, { lane: 'bigint', due: 'bigint' })}
    join delivery_lane l on l.lane = v.lane
    join event_subscription s on s.tenant = l.tenant and s.id = l.subscription_id and s.state = 'active'
    cross join lateral (
      select d.id from delivery d
      where d.state = 'pending' and d.lease_until_ms = 0 and d.lane = v.lane and d.due_at_ms <= v.due
      order by d.due_at_ms, d.id limit ${limitOfLane} for update skip locked
    ) as found`
}
