import { type SqlBool, sql } from 'kysely'
import type { EventOrder } from './dialect.ts'

const CURSOR = /^(0|[1-9]\d{0,18})\.(0|[1-9]\d{0,17})$/

/**
 * Transactions commit in another order than they take positions. So events are read in the order of their transactions' ids, and only
 * those of transactions older than every one that is still under way: none of these can be joined by another event.
 */
export const postgresEventOrder: EventOrder = {
  columns: sql`transaction_id, position`,
  cursor: sql<string>`transaction_id::text || '.' || position::text`,
  newest: sql`(select transaction_id, position from event order by transaction_id desc, position desc limit 1)`,
  placeOf: cursor => {
    const [transaction, position] = cursor.split('.')
    return sql`${transaction}::text::xid8, ${position}::bigint`
  },
  readable: sql<SqlBool>`transaction_id < pg_snapshot_xmin(pg_current_snapshot())`,
  end: sql<string>`(pg_snapshot_xmin(pg_current_snapshot())::text || '.0')`,
  behind: cursor => {
    const [, transaction, position] = CURSOR.exec(cursor) ?? []
    if (transaction === undefined || position === undefined) return undefined
    return sql<SqlBool>`(transaction_id, position) > (${transaction}::text::xid8, ${position}::bigint)`
  },
  compare: (left, right) => {
    const [a, b] = [left, right].map(cursor => cursor.split('.').map(BigInt))
    return Number(a![0]! - b![0]!) || Number(a![1]! - b![1]!)
  }
}
