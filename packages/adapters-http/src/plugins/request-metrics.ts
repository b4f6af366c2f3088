import { Counter, Histogram, type Registry } from 'prom-client'

const LABELS = ['method', 'route', 'status'] as const
type Label = (typeof LABELS)[number]

/** Upper bounds in seconds. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

const FMS_LISTENER = '/fms-listener/'

const DURATION = { name: 'http_request_duration_seconds', help: 'Seconds from the first look at a request to its answer.' }

interface Series {
  readonly labels: Readonly<Record<Label, string>>
  /** How many answers took at most the bucket's bound and more than the one before; the last is for all slower ones. */
  readonly counts: number[]
  sumS: number
}

/** Notes one answer. */
export type Recorder = (method: string, status: number, durationMs: number) => void

/**
 * How many requests were answered, and how fast, by method, route pattern and status. We count by ourselves and hand the numbers
 * over when they are asked for: finding a labelled child of a prom-client metric costs more than all the rest of a hook.
 */
export class RequestMetrics {
  readonly #series: Series[] = []
  readonly #recorders = new Map<string, Recorder>()

  constructor(registry: Registry) {
    const registers = [registry]
    new AnswerCounter(this.#series, { name: 'http_requests_total', help: 'Requests that were answered.', registers })
    new DurationHistogram(this.#series, { ...DURATION, registers })
  }

  /** How long all requests have taken so far, together, in milliseconds; but for what the FMS tells, as nobody waits for that. */
  servedMs(): number {
    const asked = this.#series.filter(({ labels }) => !labels.route.startsWith(FMS_LISTENER))
    return asked.reduce((total, { sumS }) => total + sumS * 1000, 0)
  }

  /** There is one for each route. */
  recorder(route: string): Recorder {
    const recorder = this.#recorders.get(route) ?? this.#newRecorder(route)
    this.#recorders.set(route, recorder)
    return recorder
  }

  #newRecorder(route: string): Recorder {
    const known = new Map<string, Map<number, Series>>()
    return (method, status, durationMs) => {
      const series = known.get(method)?.get(status) ?? this.#add(known, { method, route, status: String(status) })
      const durationS = durationMs / 1000
      let bucket = 0
      while (bucket < BUCKETS.length && durationS > BUCKETS[bucket]!) bucket++
      series.counts[bucket]! += 1
      series.sumS += durationS
    }
  }

  #add(known: Map<string, Map<number, Series>>, labels: Series['labels']): Series {
    const series: Series = { labels, counts: new Array(BUCKETS.length + 1).fill(0), sumS: 0 }
    const statuses = known.get(labels.method) ?? new Map<number, Series>()
    known.set(labels.method, statuses.set(Number(labels.status), series))
    this.#series.push(series)
    return series
  }
}

class AnswerCounter extends Counter<Label> {
  readonly #series: readonly Series[]

  constructor(series: readonly Series[], configuration: { name: string; help: string; registers: Registry[] }) {
    super({ ...configuration, labelNames: LABELS })
    this.#series = series
  }

  override async get() {
    return { ...(await super.get()), values: this.#series.map(({ labels, counts }) => ({ labels, value: totalOf(counts) })) }
  }
}

class DurationHistogram extends Histogram<Label> {
  readonly #series: readonly Series[]

  constructor(series: readonly Series[], configuration: { name: string; help: string; registers: Registry[] }) {
    super({ ...configuration, labelNames: LABELS, buckets: BUCKETS })
    this.#series = series
  }

  /** What the registry prints. `get` takes it from here too. */
  async getForPromString() {
    const { name, help } = DURATION
    return { name, help, type: 'histogram', aggregator: 'sum', values: this.#series.flatMap(samplesOf) }
  }
}

function samplesOf({ labels, counts, sumS }: Series) {
  const { name } = DURATION
  const total = totalOf(counts)
  const buckets = BUCKETS.map((le, index) => ({
    metricName: `${name}_bucket`,
    labels: { ...labels, le },
    value: totalOf(counts.slice(0, index + 1))
  }))
  return [
    ...buckets,
    { metricName: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: total },
    { metricName: `${name}_sum`, labels, value: sumS },
    { metricName: `${name}_count`, labels, value: total }
  ]
}

function totalOf(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0)
}
