import { sql } from 'kysely'
import type { Bundle, BundleItem, BundleMark } from './bundle.ts'
import { deliveryStatement } from './delivery-statement.ts'
import type { Engine, RunInTransaction } from './dialects/dialect.ts'

/** A row of `delivery` that is made of a delivery of a bundle. */
export interface Unbundled extends BundleItem {
  readonly state: 'pending' | 'parked'
  readonly token: number
  readonly createdAtMs: number
  readonly attempts: number
  readonly dueAtMs: number
  readonly failureCode?: string | undefined
  readonly endedAtMs?: number | undefined
}

/** What was not heard of since. */
export function leftOf({ token, createdAtMs }: Bundle, item: BundleItem): Unbundled {
  return { ...item, state: 'pending', attempts: 0, dueAtMs: createdAtMs, token, createdAtMs }
}

/** A claim that was given up has a new token: it can't be marked twice. */
export function goingOn(
  bundle: Bundle,
  item: BundleItem,
  { state, tried, dueAtMs, failureCode, endedAtMs }: BundleMark
): Unbundled {
  return {
    ...leftOf(bundle, item),
    state: state === 'parked' ? 'parked' : 'pending',
    attempts: tried ? 1 : 0,
    dueAtMs: dueAtMs ?? bundle.createdAtMs,
    token: bundle.token + 1,
    failureCode,
    endedAtMs
  }
}

/** Stores them. */
export function unbundling(engine: Engine): (run: RunInTransaction, deliveries: readonly Unbundled[]) => Promise<void> {
  const { rows, eventColumns, eventPlace } = engine.deliverySql
  const columns = {
    ...({ lane: 'bigint', key: 'text', cursor: 'text', state: 'text', attempts: 'bigint' } as const),
    ...({ due: 'bigint', token: 'bigint', failure: 'text', created: 'bigint', ended: 'bigint' } as const)
  }
  const insert = deliveryStatement(
    engine,
    'unbundle',
    sql`insert into delivery (lane, resource_key, ${eventColumns}, state, attempts, due_at_ms, token, failure_code, created_at_ms, ended_at_ms)
        select v.lane, v.key, ${eventPlace(sql`v.cursor`)}, v.state, v.attempts, v.due, v.token, v.failure, v.created, v.ended
        from ${rows(0, columns)}`
  )
  return async (run, deliveries) => {
    if (deliveries.length === 0) return
    const values = deliveries.map(
      ({ lane, key, cursor, state, attempts, dueAtMs, token, failureCode, createdAtMs, endedAtMs }) => ({
        ...{ lane, key, cursor, state, attempts, due: dueAtMs, token },
        ...{ failure: failureCode ?? null, created: createdAtMs, ended: endedAtMs ?? null }
      })
    )
    await run(insert(JSON.stringify(values)))
  }
}
