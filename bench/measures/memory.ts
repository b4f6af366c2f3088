import type { Bench, Result } from '../bench.ts'
import { type ServerProcess, startServer } from '../server-process.ts'
import { median } from '../statistics.ts'
import { COLLECTION } from './against-floor.ts'
import { thousands } from './comparison-result.ts'
import { pages } from './walk.ts'

const MAX_GROWTH_BYTES = 60 * 1_000_000
const MAX_START_MS = 2_000
const STARTS = 3

/** How long a start takes with much data, and how much memory it takes to list all of it page by page. */
export async function measureMemory(bench: Bench): Promise<Result[]> {
  const { engine, cores, options } = bench
  const url = await engine.dataSet(options.rows.large)
  const startsMs: number[] = []
  for (let each = 1; each < STARTS; each++) {
    const server = await startServer(url, cores?.server)
    startsMs.push(server.readyMs)
    await server.stop()
  }
  const server = await startServer(url, cores?.server)
  startsMs.push(server.readyMs)
  try {
    return [startResult(bench, startsMs), await listEverything(bench, server)]
  } finally {
    await server.stop()
  }
}

function startResult({ engine, options }: Bench, startsMs: readonly number[]): Result {
  const ms = median(startsMs)
  return {
    measure: `Ready with ${thousands(options.rows.large)} customers`,
    engine: engine.name,
    ours: `${(ms / 1000).toFixed(2)} s`,
    reference: '',
    ratio: '',
    target: `< ${MAX_START_MS / 1000} s`,
    isMet: ms < MAX_START_MS
  }
}

async function listEverything({ engine, options }: Bench, server: ServerProcess): Promise<Result> {
  const before = server.residentSize()
  let most = before
  let listed = 0
  for await (const { items } of pages(server.address, `${COLLECTION}?limit=200`)) {
    listed += items
    most = Math.max(most, server.residentSize())
  }
  if (listed !== options.rows.large) throw new Error(`listed ${listed} of ${options.rows.large} customers`)
  const growth = most - before
  return {
    measure: `Memory while ${thousands(listed)} customers are listed`,
    engine: engine.name,
    ours: `${megabytes(most)} at most`,
    reference: `${megabytes(before)} after the start`,
    ratio: `+${megabytes(growth)}`,
    target: `<= +${megabytes(MAX_GROWTH_BYTES)}`,
    isMet: growth <= MAX_GROWTH_BYTES
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(0)} MB`
}
