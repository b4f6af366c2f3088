import type { ClaimedWork, Clock, WorkFigures, WorkQueue } from '@crm-lite/domain'
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** Upper bounds in seconds: from at once to what nobody did for a day. */
const LATENESS_BUCKETS_S = [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 1_800, 7_200, 86_400]

/** What is counted about work that becomes due by itself. No label holds anything that a client sent. */
export class WorkMetrics {
  readonly #done: Counter
  readonly #lateness: Histogram
  readonly #registry: Registry

  constructor(registry: Registry) {
    this.#registry = registry
    this.#done = new Counter({
      name: 'due_work_total',
      help: 'Work that became due by itself, by kind and by what came of it.',
      labelNames: ['kind', 'outcome'],
      registers: [registry]
    })
    this.#lateness = new Histogram({
      name: 'due_work_lateness_seconds',
      help: 'Seconds from when work was due until it was done.',
      buckets: LATENESS_BUCKETS_S,
      registers: [registry]
    })
  }

  done({ kind, dueAt }: ClaimedWork, at: Date): void {
    this.#done.inc({ kind, outcome: 'done' })
    this.#lateness.observe(Math.max(0, (at.getTime() - Date.parse(dueAt)) / 1000))
  }

  failed({ kind }: ClaimedWork): void {
    this.#done.inc({ kind, outcome: 'failed' })
  }

  /** What stands in the queue is asked for when somebody looks; it is no number while the database does not answer. */
  watch(queue: Pick<WorkQueue, 'figures'>, clock: Clock): void {
    let asked: Promise<WorkFigures | undefined> | undefined
    const figures = () => {
      asked ??= queue
        .figures(clock.now())
        .catch(() => undefined)
        .finally(() => {
          asked = undefined
        })
      return asked
    }
    this.#gauge('due_work_waiting', 'Work that is scheduled, whenever it is due.', async () => (await figures())?.waiting)
    this.#gauge(
      'due_work_overdue_seconds',
      'How long the work waits that is due the longest.',
      async () => (await figures())?.overdueAgeS
    )
  }

  #gauge(name: string, help: string, value: () => Promise<number | undefined>): void {
    new Gauge({
      name,
      help,
      registers: [this.#registry],
      async collect() {
        this.set((await value()) ?? Number.NaN)
      }
    })
  }
}
