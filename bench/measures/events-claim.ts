import { openDatabase } from '@crm-lite/adapters-db'
import type { Bench, Result } from '../bench.ts'
import { fillDeliveries } from '../data/delivery-rows.ts'
import { clock } from '../floors/events-world.ts'
import { median } from '../statistics.ts'
import { thousands } from './comparison-result.ts'

const MAX_MS = 2
const ROWS = { quick: { delivered: 200_000, pending: 20_000 }, full: { delivered: 5_000_000, pending: 100_000 } }
const SUBSCRIPTIONS = 10
const LEASE_MS = 30_000
/** How many a worker asks for. */
const BATCH = 128
const WARM_UP = 20
const CLAIMS = 60

/** What a worker's claim takes when much was delivered and much waits: everything from the question to events and subscriptions at hand. */
export async function measureClaim(bench: Bench): Promise<Result> {
  const { engine, options, say } = bench
  const rows = options.isQuick ? ROWS.quick : ROWS.full
  const url = await engine.copy(options.rows.small)
  const database = await openDatabase({ url, clock, exclusive: true })
  say(`  making ${thousands(rows.delivered)} delivered and ${thousands(rows.pending)} pending deliveries`)
  await fillDeliveries(engine.name, url, { ...rows, subscriptions: SUBSCRIPTIONS }, database)
  const one = await timesOf(database, 1)
  const batch = await timesOf(database, BATCH)
  await database.close()
  return {
    measure: `Claim with ${thousands(rows.delivered)} delivered, ${thousands(rows.pending)} pending`,
    engine: engine.name,
    ours: `${median(one).toFixed(2)} ms for one, ${median(batch).toFixed(2)} ms for ${BATCH}`,
    reference: '',
    ratio: '',
    target: `< ${MAX_MS} ms`,
    isMet: median(one) < MAX_MS
  }
}

type Queue = Pick<Awaited<ReturnType<typeof openDatabase>>, 'deliveries'>

async function timesOf({ deliveries }: Queue, limit: number): Promise<number[]> {
  const timesMs: number[] = []
  for (let claim = -WARM_UP; claim < CLAIMS; claim++) {
    const startedAt = performance.now()
    const claimed = await deliveries.claim({ limit, leaseMs: LEASE_MS, now: clock.now() })
    if (claim >= 0) timesMs.push(performance.now() - startedAt)
    if (claimed.length < limit / 2) throw new Error(`claimed ${claimed.length} of ${limit}`)
  }
  return timesMs
}
