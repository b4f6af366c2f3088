import { performance } from 'node:perf_hooks'
import type { WorkerLog } from './delivery-options.ts'
import type { BreakerState, FmsMetrics } from './fms-metrics.ts'

export interface BreakerWatchOptions {
  /** How long nothing is sent once the breaker is open. */
  readonly probeAfterMs: number
  /** Calls at the same time while it is closed. */
  readonly places: number
  readonly metrics: Pick<FmsMetrics, 'breakerIs'>
  readonly log: WorkerLog
  /** In milliseconds, and not turned back or forth by anybody: `performance.now()`. */
  readonly monotonicMs?: () => number
}

/** Knows from the breaker of the FMS client how many calls make sense now: what can't be sent is better left where it is. */
export class BreakerWatch {
  readonly #options: Required<BreakerWatchOptions>
  #state: BreakerState = 'closed'
  #openedAtMs = 0

  constructor(options: BreakerWatchOptions) {
    this.#options = { monotonicMs: () => performance.now(), ...options }
  }

  changed(state: BreakerState): void {
    const { metrics, log, probeAfterMs, monotonicMs } = this.#options
    const before = this.#state
    this.#state = state
    metrics.breakerIs(state)
    if (state === 'open') this.#openedAtMs = monotonicMs()
    if (state === 'open' && before === 'closed')
      log.warn({ probeAfterMs }, 'the FMS does not answer: nothing is sent to it but a probe now and then')
    if (state === 'closed') log.info({}, 'the FMS answers again')
  }

  /** None while nothing is sent; one when it is time to find out whether the FMS is there again. */
  room(): number {
    const { places, probeAfterMs, monotonicMs } = this.#options
    if (this.#state === 'closed') return places
    return monotonicMs() - this.#openedAtMs < probeAfterMs ? 0 : 1
  }
}
