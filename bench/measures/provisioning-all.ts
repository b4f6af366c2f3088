import type { Bench, Result } from '../bench.ts'
import { measureAcceptance } from './provisioning-acceptance.ts'
import { measureProvisioningLatency } from './provisioning-latency.ts'
import { measureThroughput } from './provisioning-throughput.ts'

const parts = [
  measureAcceptance('withFms'),
  measureAcceptance('withoutAnswer'),
  measureProvisioningLatency,
  measureThroughput(1, true),
  measureThroughput(5, false)
]

/** What provisioning costs those who order, how long it takes, and how many orders go all the way. */
export async function measureProvisioning(bench: Bench): Promise<Result[]> {
  const results: Result[] = []
  // For finding out where the time goes: some of the parts, by their place above.
  const only = process.env['BENCH_PROVISIONING']?.split(',').map(Number)
  for (const [index, part] of parts.entries()) {
    if (only && !only.includes(index)) continue
    const result = await part(bench)
    bench.say(`  ${result.measure}: ${result.ours} against ${result.reference}: ${result.ratio}`)
    results.push(result)
  }
  return results
}
