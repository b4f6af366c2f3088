import type { Bench, Result } from '../bench.ts'
import type { Comparison } from './compare.ts'

/** Our throughput against a floor's: at least `target` of it, where there is one. */
export function comparisonResult(bench: Bench, measure: string, comparison: Comparison, target: number | undefined): Result {
  const { ours, floor, ratio, smallest, largest, oursP99Ms, floorP99Ms } = comparison
  bench.say(
    `  processor time a request ${comparison.oursCpuUs.toFixed(0)} µs, floor ${comparison.floorCpuUs.toFixed(0)} µs ` +
      `(${(comparison.floorCpuUs / comparison.oursCpuUs).toFixed(2)}); ` +
      `share of the core ${comparison.oursBusy.toFixed(2)}, floor ${comparison.floorBusy.toFixed(2)}`
  )
  return {
    measure,
    engine: bench.engine.name,
    ours: `${thousands(ours)}/s, p99 ${oursP99Ms} ms`,
    reference: `${thousands(floor)}/s, p99 ${floorP99Ms} ms`,
    ratio: `${ratio.toFixed(2)} (${smallest.toFixed(2)}-${largest.toFixed(2)})`,
    target: target === undefined ? 'reported' : `>= ${target.toFixed(2)}`,
    ...(target !== undefined && { isMet: ratio >= target })
  }
}

/** Our cost with much data against that with little: at most `target` times as much. */
export function growthResult(bench: Bench, measure: string, comparison: Comparison, target: number): Result {
  const { ours, floor, ratio, smallest, largest } = comparison
  return {
    measure,
    engine: bench.engine.name,
    ours: `${thousands(ours)}/s`,
    reference: `${thousands(floor)}/s`,
    ratio: `${(1 / ratio).toFixed(2)} (${(1 / largest).toFixed(2)}-${(1 / smallest).toFixed(2)})`,
    target: `<= ${target.toFixed(2)}`,
    isMet: 1 / ratio <= target
  }
}

export function thousands(value: number): string {
  return Math.round(value).toLocaleString('en')
}
