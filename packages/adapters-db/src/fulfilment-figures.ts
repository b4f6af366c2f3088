import { canonicalInstant, type FalloutFigures, type FulfilmentFigures } from '@crm-lite/domain'
import { sql } from 'kysely'
import type { Engine } from './dialects/dialect.ts'
import { atAnyTime } from './kysely-work-queue.ts'

export interface FulfilmentFiguresByAge extends FulfilmentFigures {
  readonly fallout: readonly FalloutFiguresByAge[]
}

export interface FalloutFiguresByAge extends FalloutFigures {
  /** For each of the instants that were asked for, how many of the open ones were raised then or later. */
  readonly openSince: readonly number[]
}

/** Counted in indexes: what is resolved, and what is done, costs nothing. */
export async function fulfilmentFigures(
  engine: Engine,
  tenant: string,
  instants: readonly Date[]
): Promise<FulfilmentFiguresByAge> {
  const read = (query: ReturnType<typeof sql>) => engine.read(engine.compile(query))
  const [[waiting] = []] = await read(sql`select count(*) from due_work where kind = 'fulfil' and ${atAnyTime}`)
  const columns = [
    sql`kind, count(*), min(raised_at)`,
    ...instants.map(instant => sql`count(*) filter (where raised_at >= ${canonicalInstant(instant.toISOString())})`)
  ]
  const fallout = await read(
    sql`select ${sql.join(columns)} from fallout where tenant = ${tenant} and status in ('open', 'assigned') group by kind`
  )
  return {
    waiting: Number(waiting),
    fallout: fallout.map(([kind, open, oldest, ...openSince]) => ({
      kind: String(kind),
      open: Number(open),
      oldestRaisedAt: String(oldest),
      openSince: openSince.map(Number)
    }))
  }
}
