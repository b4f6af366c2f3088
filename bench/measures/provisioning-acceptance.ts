import type { Bench, Result } from '../bench.ts'
import { compare } from './compare.ts'
import { comparisonResult } from './comparison-result.ts'
import { orderRequests, startWorld, type Workers } from './provisioning-world.ts'

const TARGET = 0.9

const measures = {
  withFms: 'Orders taken in, FMS reachable, against workers off',
  withoutAnswer: 'Orders taken in, FMS unreachable, against workers off'
} as const satisfies Partial<Record<Workers, string>>

/** How much slower orders are taken in while others are accepted and handed to the FMS, or cannot be. */
export function measureAcceptance(workers: keyof typeof measures): (bench: Bench) => Promise<Result> {
  return async bench => {
    const requests = orderRequests(1)
    const [ours, off] = [await startWorld(bench, workers, { isFmsLast: true }), await startWorld(bench, 'off')]
    try {
      const comparison = await compare(bench.load, { ...ours, requests }, { ...off, requests }, bench.options.durations)
      return comparisonResult(bench, measures[workers], comparison, TARGET)
    } finally {
      await Promise.all([ours.stop(), off.stop()])
    }
  }
}
