import type { Bench, Result } from '../bench.ts'
import { orderBody } from '../data/bench-order.ts'
import { withJourney } from '../floors/orders-rows.ts'
import type { LoadRequest } from '../load/load-job.ts'
import { startFloor, startServer } from '../server-process.ts'
import { compare } from './compare.ts'
import { comparisonResult } from './comparison-result.ts'

const COLLECTION = '/tmf-api/productOrderingManagement/v4/productOrder'
const FLOOR_COLLECTION = '/productOrder'
const TARGET = 0.6
const DIFFERENT_BODIES = 4_096

/** Placing an order over HTTP, against a server that does nothing but insert the same rows into the same tables. */
export async function measurePlacing(bench: Bench): Promise<Result> {
  const { cores, engine, load, options } = bench
  const bodies = Array.from({ length: DIFFERENT_BODIES }, (_, index) => orderBody(index))
  const requests = (path: string) => bodies.map((body): LoadRequest => ({ method: 'POST', path, body }))
  const [ours, theirs] = [await engine.copy(options.rows.small), await engine.copy(options.rows.small)]
  for (const url of [ours, theirs]) await withJourney(url)
  const floor = await startFloor(`${engine.name}-orders-floor.ts`, [theirs], cores?.server)
  const server = await startServer(ours, cores?.server)
  try {
    const comparison = await compare(
      load,
      { server, requests: requests(COLLECTION) },
      { server: floor, requests: requests(FLOOR_COLLECTION) },
      options.durations
    )
    return comparisonResult(bench, 'Placing an order of 5 items, 8 milestones', comparison, TARGET)
  } finally {
    await Promise.all([server.stop(), floor.stop()])
  }
}
