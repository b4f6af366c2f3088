import type { Bench, Result } from '../bench.ts'
import { measureClaim } from './events-claim.ts'
import { measureDelivery } from './events-delivery.ts'
import { measureLatency } from './events-latency.ts'
import { measureWrites, measureWritesWithin } from './events-write.ts'
import { runParts } from './run-parts.ts'

const parts = [measureWrites, measureWritesWithin, measureDelivery, measureClaim, measureLatency]

/** What events cost, how fast they are delivered, how long a claim takes among many, and how long an event takes. */
export function measureEvents(bench: Bench): Promise<Result[]> {
  return runParts(bench, parts, 'BENCH_EVENTS')
}
