import type { Bench, Result } from '../bench.ts'
import { measureAcceptance } from './provisioning-acceptance.ts'
import { measureProvisioningLatency } from './provisioning-latency.ts'
import { measureThroughput } from './provisioning-throughput.ts'
import { runParts } from './run-parts.ts'

const parts = [
  measureAcceptance('withFms'),
  measureAcceptance('withoutAnswer'),
  measureProvisioningLatency,
  measureThroughput(1, true),
  measureThroughput(5, false)
]

/** What provisioning costs those who order, how long it takes, and how many orders go all the way. */
export function measureProvisioning(bench: Bench): Promise<Result[]> {
  return runParts(bench, parts, 'BENCH_PROVISIONING')
}
