import type { Bench, Result } from '../bench.ts'
import { measureDecisions } from './orders-decide.ts'
import { measureDue } from './orders-due.ts'
import { measurePlacing } from './orders-place.ts'

const parts = [measureDecisions, measureDue, measurePlacing]

/** What deciding takes, how fast due work is found among much, and what placing an order costs. */
export async function measureOrders(bench: Bench): Promise<Result[]> {
  const results: Result[] = []
  // For finding out where the time goes: some of the parts, by their place above.
  const only = process.env['BENCH_ORDERS']?.split(',').map(Number)
  for (const [index, part] of parts.entries()) {
    if (only && !only.includes(index)) continue
    const result = await part(bench)
    bench.say(`  ${result.measure}: ${result.ours} against ${result.reference}: ${result.ratio}`)
    results.push(result)
  }
  return results
}
