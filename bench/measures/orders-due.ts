import { type Database, openDatabase } from '@crm-lite/adapters-db'
import { workKinds } from '@crm-lite/domain'
import type { Bench, Result } from '../bench.ts'
import { fillDueWork } from '../data/due-work-rows.ts'
import { clock } from '../floors/events-world.ts'
import { median } from '../statistics.ts'
import { thousands } from './comparison-result.ts'

const MAX_MS = 2
const ROWS = { quick: 100_000, full: 1_000_000 }
const LEASE_MS = 30_000
/** As many as a worker does at once. */
const BATCH = 64
const WARM_UP = 10
const TIMES = 60

/** What a worker's look at what is due, and its claim, take when that many are waiting, most of them for later. */
export async function measureDue(bench: Bench): Promise<Result> {
  const { engine, options, say } = bench
  const waiting = options.isQuick ? ROWS.quick : ROWS.full
  const url = await engine.copy(options.rows.small)
  const database = await openDatabase({ url, clock, exclusive: true })
  say(`  scheduling ${thousands(waiting)} pieces of work`)
  await fillDueWork(engine.name, url, waiting)
  const look = await timesOf(() => database.work.nextDueAt(workKinds))
  const one = await timesOf(() => claim(database, 1))
  const batch = await timesOf(() => claim(database, BATCH))
  const figures = await timesOf(() => database.work.figures(clock.now()))
  await database.close()
  say(`  the figures of the metrics take ${median(figures).toFixed(1)} ms`)
  return {
    measure: `Due work with ${thousands(waiting)} waiting`,
    engine: engine.name,
    ours: `${median(look).toFixed(2)} ms to look, ${median(one).toFixed(2)} ms to claim one, ${median(batch).toFixed(2)} ms to claim ${BATCH}`,
    reference: '',
    ratio: '',
    target: `< ${MAX_MS} ms for one`,
    isMet: median(look) < MAX_MS && median(one) < MAX_MS
  }
}

async function claim({ work }: Database, limit: number): Promise<void> {
  const claimed = await work.claim({ kinds: workKinds, limit, leaseMs: LEASE_MS, now: clock.now() })
  if (claimed.length !== limit) throw new Error(`claimed ${claimed.length} of ${limit}`)
}

async function timesOf(work: () => Promise<unknown>): Promise<number[]> {
  const timesMs: number[] = []
  for (let time = -WARM_UP; time < TIMES; time++) {
    const startedAt = performance.now()
    await work()
    if (time >= 0) timesMs.push(performance.now() - startedAt)
  }
  return timesMs
}
