import { SimulationFailed, type SimulationOptions, simulate } from './simulate.ts'

export interface SeedsToRun extends SimulationOptions {
  readonly first: number
  /** At most so many. */
  readonly seeds: number
  /** True when there is no time for more; never by default. */
  readonly isEnough?: (seeds: number) => boolean
  readonly onFailure?: (failure: SimulationFailed) => void
}

export interface SeedsRun {
  readonly seeds: number
  readonly steps: number
  readonly virtualMs: number
  readonly failures: readonly SimulationFailed[]
  /** How often what happened, in all of them. */
  readonly counts: ReadonlyMap<string, number>
}

/** Simulates one seed after the other. A seed that fails doesn't keep the others from being run. */
export async function runSeeds({ first, seeds, isEnough, onFailure, ...options }: SeedsToRun): Promise<SeedsRun> {
  const counts = new Map<string, number>()
  const failures: SimulationFailed[] = []
  let steps = 0
  let virtualMs = 0
  let run = 0
  while (run < seeds && !isEnough?.(run)) {
    try {
      const report = await simulate(first + run++, options)
      steps += report.steps
      virtualMs += report.virtualMs
      for (const [what, count] of report.counts) counts.set(what, (counts.get(what) ?? 0) + count)
    } catch (error) {
      if (!(error instanceof SimulationFailed)) throw error
      failures.push(error)
      onFailure?.(error)
    }
  }
  return { seeds: run, steps, virtualMs, failures, counts }
}
