import { sql } from 'kysely'
import type { DeliverySql } from './delivery-sql.ts'

const clockMs = sql<number>`cast(unixepoch('subsec') * 1000 as integer)`

const rows: DeliverySql['rows'] = (json, columns) =>
  sql`(select ${sql.raw(
    Object.keys(columns)
      .map(name => `value ->> '${name}' as ${name}`)
      .join(', ')
  )} from json_each(${json})) as v`

const eventPlace: DeliverySql['eventPlace'] = cursor => sql`cast(${cursor} as integer)`

/** One writer: there is nobody to lock rows against. */
export const sqliteDeliverySql: DeliverySql = {
  rows,
  isAmong: ids => sql`id in (${ids})`,
  eventColumns: sql`event_position`,
  eventPlace,
  eventCursor: sql<string>`cast(event_position as text)`,
  eventsAt: (columns, cursors) => sql`select ${columns} from event
    where position in (select ${eventPlace(sql`v.cursor`)} from ${rows(cursors, { cursor: 'text' })})`,
  isEventOfDelivery: sql`event.position = d.event_position`,
  clockMs,
  isShared: false,
  // Nobody holds a claim from before a crash: there was one process.
  nextToken: sql<number>`token + 1`,
  firstToken: sql<number>`1`,
  forUpdate: sql``,
  forUpdateSkipLocked: sql``,
  claimable: (lanes, limitOfLane) => sql`select found.id from ${rows(lanes, { lane: 'bigint', due: 'bigint' })}
    join delivery_lane l on l.lane = v.lane
    join event_subscription s on s.tenant = l.tenant and s.id = l.subscription_id and s.state = 'active'
    join delivery found on found.id in (
      select d.id from delivery d
      where d.state = 'pending' and d.lease_until_ms = 0 and d.lane = v.lane and d.due_at_ms <= v.due
      order by d.due_at_ms, d.id limit ${limitOfLane}
    )`
}
