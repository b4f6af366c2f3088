import type { Bench, Result } from '../bench.ts'
import { COMMON_STATUS, plantedFilters } from '../data/bench-customer.ts'
import { type ServerProcess, startServer } from '../server-process.ts'
import { median } from '../statistics.ts'
import { COLLECTION } from './against-floor.ts'
import { compare } from './compare.ts'
import { growthResult, thousands } from './comparison-result.ts'
import { linkAtDepth } from './walk.ts'

/** How much more a request may cost with much data than with little. */
const MAX_GROWTH = 1.5
/** What "the same" means between two measurements. */
const SAME = 1.25
const REPETITIONS = 15

/** What lists cost with much data, against what they cost with little; each with its exact total. */
export async function measureSize(bench: Bench): Promise<Result[]> {
  const { engine, cores, options } = bench
  const small = await startServer(await engine.dataSet(options.rows.small), cores?.server)
  const large = await startServer(await engine.dataSet(options.rows.large), cores?.server)
  try {
    const sizes = `${thousands(options.rows.large)} against ${thousands(options.rows.small)} customers`
    const results = [await growth(bench, `List of 20, ${sizes}`, large, small, COLLECTION)]
    for (const [attribute, filter] of Object.entries(plantedFilters)) {
      results.push(await growth(bench, `Filter by ${attribute}, ${sizes}`, large, small, `${COLLECTION}?${filter}`))
    }
    results.push(await depth(bench, large), await manyMatches(bench, large))
    return results
  } finally {
    await Promise.all([small.stop(), large.stop()])
  }
}

async function growth(bench: Bench, measure: string, large: ServerProcess, small: ServerProcess, path: string): Promise<Result> {
  const requests = [{ method: 'GET', path }] as const
  const comparison = await compare(bench.load, { server: large, requests }, { server: small, requests }, bench.options.durations)
  return growthResult(bench, measure, comparison, MAX_GROWTH)
}

async function depth(bench: Bench, large: ServerProcess): Promise<Result> {
  const first = `${COLLECTION}?limit=20`
  const deep = await linkAtDepth(large.address, `${COLLECTION}?limit=200`, Math.floor((bench.options.rows.large * 0.9) / 200))
  const requests = [{ method: 'GET', path: deep.replace('limit=200', 'limit=20') }] as const
  const comparison = await compare(
    bench.load,
    { server: large, requests },
    { server: large, requests: [{ method: 'GET', path: first }] },
    bench.options.durations
  )
  return growthResult(bench, 'Page at 90 % depth against the first', comparison, SAME)
}

/** Nothing is promised here: a count through an index still looks at every entry. */
async function manyMatches(bench: Bench, large: ServerProcess): Promise<Result> {
  const url = `${large.address}${COLLECTION}?status=${COMMON_STATUS}`
  const timesMs: number[] = []
  let matches = 0
  for (let repetition = 0; repetition < REPETITIONS; repetition++) {
    const startedAt = performance.now()
    const response = await fetch(url)
    await response.text()
    timesMs.push(performance.now() - startedAt)
    matches = Number(response.headers.get('x-total-count'))
  }
  return {
    measure: `Filter by status with ${thousands(matches)} matches, counted`,
    engine: bench.engine.name,
    ours: `${median(timesMs).toFixed(1)} ms`,
    reference: '',
    ratio: '',
    target: 'reported'
  }
}
