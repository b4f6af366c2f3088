import { TENANT } from '../floors/serve-floor.ts'
import type { EngineName } from '../options.ts'
import { fillSqlite, series } from './delivery-rows.ts'
import { withClient } from './postgres-data-set.ts'

/** One in so many is due already. */
const ONE_IN = 20
const DAY_MS = 86_400_000

/** Schedules in bulk what is due in the next days, and some that is due by now. */
export async function fillDueWork(engine: EngineName, url: string, waiting: number): Promise<void> {
  const now = Date.now()
  const due = `case when n.value % ${ONE_IN} = 0 then ${now} - n.value else ${now} + ${DAY_MS} + n.value * 100 end`
  const id = engine === 'postgres' ? 'gen_random_uuid()::text' : 'lower(hex(randomblob(16)))'
  const statement = `insert into due_work (tenant, kind, id, due_at_ms, claimable_at_ms, attempts)
    select '${TENANT}', 'lookAtJourney', id, due, due, 0
    from (select ${id} as id, ${due} as due from ${series(engine, waiting)}) as made`
  if (engine === 'sqlite') fillSqlite(url, [statement])
  else
    await withClient(url, async client => {
      await client.query('set synchronous_commit = off')
      await client.query(statement)
      await client.query('vacuum analyze due_work')
      await client.query('checkpoint')
    })
}
