import { openDatabase } from '@crm-lite/adapters-db'
import type { Bench, Result } from '../bench.ts'
import { createBody } from '../data/bench-customer.ts'
import { createCustomers, withoutEvents } from '../floors/events-create.ts'
import { clock } from '../floors/events-world.ts'
import type { LoadRequest } from '../load/load-job.ts'
import { startFloor } from '../server-process.ts'
import { median } from '../statistics.ts'
import { COLLECTION, MAX_COST_OF_EVENT } from './against-floor.ts'
import { compare } from './compare.ts'
import { growthResult, thousands } from './comparison-result.ts'

const DIFFERENT_BODIES = 16_384
/** Of the same work inside this process, without HTTP. */
const CREATED_AT_ONCE = 1_000

/** Creating customers over HTTP, against the same server with a unit of work that publishes nothing. */
export async function measureWrites(bench: Bench): Promise<Result> {
  const { cores, load, options } = bench
  const { rows } = options
  const [withEvents, without] = await twoCopies(bench)
  const server = await startFloor('events-api-floor.ts', [withEvents], cores?.server)
  const silent = await startFloor('events-api-floor.ts', [without, 'silent'], cores?.server)
  const requests = Array.from(
    { length: DIFFERENT_BODIES },
    (_, index): LoadRequest => ({ method: 'POST', path: COLLECTION, body: createBody(rows.usual + index) })
  )
  try {
    const comparison = await compare(load, { server, requests }, { server: silent, requests }, options.durations)
    const { oursCpuUs, floorCpuUs } = comparison
    bench.say(`  processor time of the server a request ${oursCpuUs.toFixed(0)} µs, without events ${floorCpuUs.toFixed(0)} µs`)
    return growthResult(bench, 'POST with its event, without', comparison, MAX_COST_OF_EVENT)
  } finally {
    await Promise.all([server.stop(), silent.stop()])
  }
}

/** The same at the level of the unit of work: nothing but use case and database. For orientation. */
export async function measureWritesWithin(bench: Bench): Promise<Result> {
  const { engine, options } = bench
  const urls = await twoCopies(bench)
  const [withEvents, without] = await Promise.all(urls.map(url => openDatabase({ url, clock, exclusive: true })))
  const sides = [withEvents!.unitOfWork, withoutEvents(without!.unitOfWork)]
  const perS: number[][] = [[], []]
  let created = options.rows.usual
  for (let round = -2; round < options.durations.rounds; round++) {
    const order = round % 2 === 0 ? [0, 1] : [1, 0]
    for (const side of order) {
      const startedAt = performance.now()
      let many = 0
      for (; performance.now() - startedAt < options.durations.roundS * 1000; many += CREATED_AT_ONCE)
        await createCustomers(sides[side]!, created + many, CREATED_AT_ONCE)
      if (round >= 0) perS[side]!.push((many * 1000) / (performance.now() - startedAt))
    }
    created += CREATED_AT_ONCE
  }
  await Promise.all([withEvents!.close(), without!.close()])
  const costs = perS[0]!.map((ours, index) => perS[1]![index]! / ours)
  return {
    measure: 'Unit of work with its event, without',
    engine: engine.name,
    ours: `${thousands(median(perS[0]!))}/s`,
    reference: `${thousands(median(perS[1]!))}/s`,
    ratio: `${median(costs).toFixed(2)} (${Math.min(...costs).toFixed(2)}-${Math.max(...costs).toFixed(2)})`,
    target: 'reported'
  }
}

/** Of the same data set. */
async function twoCopies({ engine, options }: Bench): Promise<readonly [string, string]> {
  return [await engine.copy(options.rows.usual), await engine.copy(options.rows.usual)]
}
