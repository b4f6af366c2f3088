import type { FalloutFiguresByAge, FulfilmentFiguresByAge } from '@crm-lite/adapters-db'
import { type Clock, falloutKinds } from '@crm-lite/domain'
import type { FmsCallReport } from '@crm-lite/fms-client'
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** Upper bounds in seconds: from an FMS next door to one that lets us wait until the timeout. */
const DURATION_BUCKETS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60]
const BREAKER_STATES = ['closed', 'open', 'halfOpen'] as const

const HOUR_MS = 3_600_000
/** Each ends where the next begins, so that they add up; the last has no end. */
const AGES = [
  ['under1h', HOUR_MS],
  ['1hTo1d', 24 * HOUR_MS],
  ['1dTo7d', 7 * 24 * HOUR_MS],
  ['over7d', Number.POSITIVE_INFINITY]
] as const
const AGE_LIMITS_MS = AGES.map(([, limitMs]) => limitMs).filter(Number.isFinite)

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

  /**
   * What waits and what fell out is asked for when somebody looks; what waits is no number while the database does not answer.
   *
   * @param figuresNow with the fallout since each of those instants
   */
  watch(figuresNow: (instants: readonly Date[]) => Promise<FulfilmentFiguresByAge>, clock: Clock): void {
    let asked: Promise<FulfilmentFiguresByAge | undefined> | undefined
    const figures = () => {
      const nowMs = clock.now().getTime()
      asked ??= figuresNow(AGE_LIMITS_MS.map(limitMs => new Date(nowMs - limitMs)))
        .catch(() => undefined)
        .finally(() => {
          asked = undefined
        })
      return asked
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
    // Every kind has a value, so that nobody takes one that never occurred for one that isn't known.
    new Gauge({
      name: 'fallout_open',
      help: 'Fallout records that nobody has resolved, by kind and by how long ago they were raised; the ages add up to all of a kind.',
      labelNames: ['kind', 'age'],
      registers,
      async collect() {
        const asked = await figures()
        this.reset()
        if (!asked) return
        for (const kind of falloutKinds) for (const [age] of AGES) this.set({ kind, age }, 0)
        for (const figure of asked.fallout) for (const [age, open] of byAge(figure)) this.set({ kind: figure.kind, age }, open)
      }
    })
    new Gauge({
      name: 'fallout_oldest_age_seconds',
      help: 'How long the oldest fallout record of a kind waits to be resolved.',
      labelNames: ['kind'],
      registers,
      async collect() {
        const asked = await figures()
        this.reset()
        if (!asked) return
        for (const kind of falloutKinds) this.set({ kind }, 0)
        for (const { kind, oldestRaisedAt } of asked.fallout)
          this.set({ kind }, Math.max(0, (clock.now().getTime() - Date.parse(oldestRaisedAt)) / 1000))
      }
    })
  }
}

function byAge({ open, openSince }: FalloutFiguresByAge) {
  return AGES.map(([age], index) => [age, (openSince[index] ?? open) - (openSince[index - 1] ?? 0)] as const)
}
