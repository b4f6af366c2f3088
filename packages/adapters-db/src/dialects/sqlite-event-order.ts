import { type SqlBool, sql } from 'kysely'
import type { EventOrder } from './dialect.ts'

const CURSOR = /^(0|[1-9]\d{0,15})$/

/** One writer: positions are given in the order of commits, and what can be seen is complete. */
export const sqliteEventOrder: EventOrder = {
  columns: sql`position`,
  cursor: sql<string>`cast(position as text)`,
  newest: sql`(select position from event order by position desc limit 1)`,
  placeOf: cursor => sql`${Number(cursor)}`,
  readable: sql<SqlBool>`true`,
  end: sql<string>`(select cast(coalesce(max(position), 0) as text) from event)`,
  behind: cursor => (CURSOR.test(cursor) ? sql<SqlBool>`position > ${Number(cursor)}` : undefined),
  compare: (left, right) => Number(left) - Number(right)
}
