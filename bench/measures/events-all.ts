import type { Bench, Result } from '../bench.ts'
import { measureClaim } from './events-claim.ts'
import { measureDelivery } from './events-delivery.ts'
import { measureLatency } from './events-latency.ts'
import { measureWrites, measureWritesWithin } from './events-write.ts'

const parts = [measureWrites, measureWritesWithin, measureDelivery, measureClaim, measureLatency]

/** What events cost, how fast they are delivered, how long a claim takes among many, and how long an event takes. */
export async function measureEvents(bench: Bench): Promise<Result[]> {
  const results: Result[] = []
  // For finding out where the time goes: some of the parts, by their place above.
  const only = process.env['BENCH_EVENTS']?.split(',').map(Number)
  for (const [index, part] of parts.entries()) {
    if (only && !only.includes(index)) continue
    const result = await part(bench)
    bench.say(`  ${result.measure}: ${result.ours} against ${result.reference}: ${result.ratio}`)
    results.push(result)
  }
  return results
}
