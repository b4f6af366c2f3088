import type { Clock, DeliveryQueue } from '@crm-lite/domain'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'

/** Upper bounds in seconds: from a local receiver to one that is down for days. */
const LATENCY_BUCKETS_S = [0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 1_800, 7_200, 86_400, 300_000]

/** What is counted about events and deliveries. No label holds anything that a client sent. */
export class DeliveryMetrics {
  readonly registry = new Registry()
  readonly #attempts = new Counter({
    name: 'event_delivery_attempts_total',
    help: 'Attempts to deliver an event, by what came of them.',
    labelNames: ['outcome'],
    registers: [this.registry]
  })
  /** Those with a label, as finding one takes longer than counting. */
  readonly #attemptsBy = new Map<string, Counter.Internal>()
  readonly #latency = new Histogram({
    name: 'event_delivery_latency_seconds',
    help: 'Seconds from an event to its successful delivery.',
    buckets: LATENCY_BUCKETS_S,
    registers: [this.registry]
  })

  /** One attempt, by its outcome: a word from a fixed list. */
  attempted(outcome: string): void {
    const counter = this.#attemptsBy.get(outcome) ?? this.#attempts.labels(outcome)
    this.#attemptsBy.set(outcome, counter)
    counter.inc()
  }

  deliveredAfter(seconds: number): void {
    this.#latency.observe(Math.max(0, seconds))
  }

  /** What stands in the queue is asked for when somebody looks. */
  watch(queue: Pick<DeliveryQueue, 'figures'>, clock: Clock): void {
    const gauge = (name: string, help: string) => new Gauge({ name, help, registers: [this.registry] })
    const unseen = gauge('event_outbox_depth', 'Events that were not yet turned into deliveries.')
    const pending = gauge(
      'event_deliveries_pending',
      'Deliveries that were not yet successful, those being tried again included.'
    )
    const parked = gauge('event_deliveries_parked', 'Deliveries that were given up until somebody releases them.')
    const age = gauge('event_oldest_pending_age_seconds', 'How long the oldest pending delivery waits.')
    this.#refresh = async () => {
      const figures = await queue.figures(clock.now()).catch(() => undefined)
      unseen.set(figures?.unseenEvents ?? Number.NaN)
      pending.set(figures?.pending ?? Number.NaN)
      parked.set(figures?.parked ?? Number.NaN)
      age.set(figures?.oldestPendingAgeS ?? Number.NaN)
    }
  }

  /** In the text format of Prometheus. The queue's figures are no numbers while the database does not answer. */
  async text(): Promise<string> {
    await this.#refresh()
    return this.registry.metrics()
  }

  #refresh: () => Promise<void> = async () => {}
}
