import { type Clock, type FalloutFigures, type FulfilmentFigures, falloutKinds } from '@crm-lite/domain'
import type { FmsCallReport } from '@crm-lite/fms-client'
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** Upper bounds in seconds: from an FMS next door to one that lets us wait until the timeout. */
const DURATION_BUCKETS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60]
const BREAKER_STATES = ['closed', 'open', 'halfOpen'] as const

export type BreakerState = (typeof BREAKER_STATES)[number]

/** What is counted about the FMS. No label holds anything that a client or the FMS sent. */
export class FmsMetrics {
  readonly #registry: Registry
  readonly #calls: Counter
  readonly #duration: Histogram
  readonly #breaker: Gauge

  constructor(registry: Registry) {
    this.#registry = registry
    const registers = [registry]
    this.#calls = new Counter({
      name: 'fms_calls_total',
      help: 'Calls to the FMS, by what came of them; the code says why nothing did.',
      labelNames: ['call', 'outcome', 'code'],
      registers
    })
    this.#duration = new Histogram({
      name: 'fms_call_duration_seconds',
      help: 'Seconds from a call to the FMS until its outcome.',
      labelNames: ['call'],
      buckets: DURATION_BUCKETS_S,
      registers
    })
    this.#breaker = new Gauge({
      name: 'fms_breaker',
      help: '1 for the state in which the breaker of this process is, 0 for the others: while it is open nothing is sent.',
      labelNames: ['state'],
      registers
    })
    this.breakerIs('closed')
  }

  called({ call, outcome, code, durationMs }: FmsCallReport): void {
    this.#calls.inc({ call, outcome, code: code ?? '' })
    this.#duration.observe({ call }, durationMs / 1000)
  }

  breakerIs(state: BreakerState): void {
    for (const each of BREAKER_STATES) this.#breaker.set({ state: each }, each === state ? 1 : 0)
  }

  /** What waits and what fell out is asked for when somebody looks; what waits is no number while the database does not answer. */
  watch(figuresNow: () => Promise<FulfilmentFigures>, clock: Clock): void {
    let asked: Promise<FulfilmentFigures | undefined> | undefined
    const figures = () => {
      asked ??= figuresNow()
        .catch(() => undefined)
        .finally(() => {
          asked = undefined
        })
      return asked
    }
    /** Every kind has a value, so that nobody takes one that never occurred for one that isn't known. */
    const ofFallout = async (gauge: Gauge, measure: (figure: FalloutFigures) => number) => {
      const asked = await figures()
      gauge.reset()
      if (!asked) return
      for (const kind of falloutKinds) gauge.set({ kind }, 0)
      for (const figure of asked.fallout) gauge.set({ kind: figure.kind }, measure(figure))
    }
    const registers = [this.#registry]
    new Gauge({
      name: 'fulfilments_waiting',
      help: 'Fulfilments with a step that is still to be done, whenever it is due.',
      registers,
      async collect() {
        this.set((await figures())?.waiting ?? Number.NaN)
      }
    })
    new Gauge({
      name: 'fallout_open',
      help: 'Fallout records that nobody has resolved, by kind.',
      labelNames: ['kind'],
      registers,
      collect() {
        return ofFallout(this, ({ open }) => open)
      }
    })
    new Gauge({
      name: 'fallout_oldest_age_seconds',
      help: 'How long the oldest fallout record of a kind waits to be resolved.',
      labelNames: ['kind'],
      registers,
      collect() {
        return ofFallout(this, ({ oldestRaisedAt }) => Math.max(0, (clock.now().getTime() - Date.parse(oldestRaisedAt)) / 1000))
      }
    })
  }
}
