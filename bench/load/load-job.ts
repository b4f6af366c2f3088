/** What the load generator is told to do. */
export interface LoadJob {
  readonly address: string
  readonly connections: number
  readonly seconds: number
  readonly requests: readonly LoadRequest[]
}

export interface LoadRequest {
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** JSON. */
  readonly body?: string
}

/** What came of it. */
export interface LoadResult {
  readonly requestsPerS: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Answers that are no 2xx, broken connections, timeouts; and one when there was no answer at all. */
  readonly failures: number
}
