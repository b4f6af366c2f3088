import type { Result } from './bench.ts'
import { CONNECTIONS } from './measures/compare.ts'
import { thousands } from './measures/comparison-result.ts'
import type { Options } from './options.ts'
import { tableOf } from './report.ts'

/** docs/benchmarks.md */
export function documentOf({ durations, rows }: Options, machine: readonly string[], results: readonly Result[]): string {
  return `# Benchmarks
${machine}${durations}${rows}${tableOf(results)}${CONNECTIONS}${thousands(1)}`
}
