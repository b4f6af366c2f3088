import type { FulfilmentFigures } from '@crm-lite/domain'
import { sql } from 'kysely'
import type { Engine } from './dialects/dialect.ts'

/** Counted in indexes: what is resolved, and what is done, costs nothing. */
export async function fulfilmentFigures(engine: Engine, tenant: string): Promise<FulfilmentFigures> {
  const read = (query: ReturnType<typeof sql>) => engine.read(engine.compile(query))
  const [[waiting] = []] = await read(sql`select count(*) from due_work where kind = 'fulfil'`)
  const fallout = await read(
    sql`select kind, count(*), min(raised_at) from fallout where tenant = ${tenant} and status in ('open', 'assigned') group by kind`
  )
  return {
    waiting: Number(waiting),
    fallout: fallout.map(([kind, open, oldest]) => ({
      kind: String(kind),
      open: Number(open),
      oldestRaisedAt: String(oldest)
    }))
  }
}
