import {
  type BulkheadPolicy,
  bulkhead,
  type CircuitBreakerPolicy,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhenResult,
  isBrokenCircuitError,
  isBulkheadRejectedError
} from 'cockatiel'
import { Agent } from 'undici'
import { Exchange, type HttpOutcome } from './exchange.ts'
import type { FmsClientOptions } from './fms-client-options.ts'

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly timeoutMs: number
  /** The call is over by then, and isn't begun shortly before; by `performance.now()`. */
  readonly answerByMs?: number
  readonly maxAnswerBytes: number
}

/** Nothing was sent: too many calls at once, an FMS that seems to be down, a client that is being closed, or it is too late. */
export interface NotSent {
  readonly kind: 'notSent'
  readonly reason: 'busy' | 'breakerOpen' | 'closed' | 'late'
  readonly retryAfterS?: number
}

/** Shorter than what servers usually allow an idle connection: one that is closed under our hands leaves an outcome unknown. */
const IDLE_CONNECTION_MS = 2_000
const MAX_HEADER_BYTES = 16_384
/** What is not left this part of its time is not begun. */
const LEAST_OF_TIMEOUT = 0.5
const DEFAULT_BREAKER = { failures: 5, probeAfterMs: 10_000 }

/** Sends requests, so many at a time, and none while nobody is there. Follows no redirects and repeats nothing. */
export class Transport {
  readonly #agent: Agent
  readonly #bulkhead: BulkheadPolicy
  readonly #breaker: CircuitBreakerPolicy
  readonly #probeAfterMs: number
  readonly #underWay = new Set<Promise<unknown>>()
  #openedAtMs = 0
  #isClosed = false

  constructor(options: FmsClientOptions) {
    const { failures, probeAfterMs } = { ...DEFAULT_BREAKER, ...options.breaker }
    this.#agent = new Agent(agentOptions(options))
    this.#bulkhead = bulkhead(options.maxConcurrent ?? 16, options.maxWaiting ?? 64)
    this.#probeAfterMs = probeAfterMs
    this.#breaker = circuitBreaker(
      handleWhenResult(result => saysNobodyIsThere(result as HttpOutcome)),
      { halfOpenAfter: probeAfterMs, breaker: new ConsecutiveBreaker(failures) }
    )
    this.#breaker.onBreak(() => {
      this.#openedAtMs = performance.now()
      options.onBreakerChange?.('open')
    })
    this.#breaker.onHalfOpen(() => options.onBreakerChange?.('halfOpen'))
    this.#breaker.onReset(() => options.onBreakerChange?.('closed'))
  }

  /** A call to the FMS: it takes one of the places, and counts for the breaker. */
  async send(request: HttpRequest): Promise<HttpOutcome | NotSent> {
    try {
      return await this.#bulkhead.execute(() => this.#breaker.execute(() => this.sendAside(request)))
    } catch (error) {
      if (isBulkheadRejectedError(error)) return { kind: 'notSent', reason: 'busy' }
      if (isBrokenCircuitError(error)) return { kind: 'notSent', reason: 'breakerOpen', retryAfterS: this.#probeInS() }
      throw error
    }
  }

  /** Neither counted nor held back: for who gives out tokens, which may be somebody else. */
  async sendAside(request: HttpRequest): Promise<HttpOutcome | NotSent> {
    if (this.#isClosed) return { kind: 'notSent', reason: 'closed' }
    const { timeoutMs, answerByMs = Number.POSITIVE_INFINITY } = request
    const leftMs = Math.min(timeoutMs, answerByMs - performance.now())
    // Cut off sooner than that, it would as likely be taken without our knowing.
    if (leftMs < timeoutMs * LEAST_OF_TIMEOUT) return { kind: 'notSent', reason: 'late' }
    const sending = this.#exchange({ ...request, timeoutMs: leftMs })
    this.#underWay.add(sending)
    try {
      return await sending
    } finally {
      this.#underWay.delete(sending)
    }
  }

  /** Waits for what is under way, which takes no longer than its timeout. */
  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.allSettled(this.#underWay)
    await this.#agent.destroy()
  }

  async #exchange({ method, url, headers, body, timeoutMs, maxAnswerBytes }: HttpRequest): Promise<HttpOutcome> {
    const exchange = new Exchange(maxAnswerBytes, url.protocol === 'https:')
    const timer = setTimeout(() => exchange.stop(), timeoutMs)
    try {
      const path = url.pathname + url.search
      this.#agent.dispatch({ origin: url.origin, path, method, headers, ...(body !== undefined && { body }) }, exchange)
      return await exchange.outcome
    } finally {
      clearTimeout(timer)
    }
  }

  #probeInS(): number {
    return Math.max(0, Math.ceil((this.#openedAtMs + this.#probeAfterMs - performance.now()) / 1000))
  }
}

function saysNobodyIsThere(outcome: HttpOutcome | NotSent): boolean {
  if (outcome.kind === 'answer') return outcome.status >= 500 && outcome.status !== 501
  return outcome.kind === 'noAnswer'
}

function agentOptions(options: FmsClientOptions): Agent.Options {
  const { certificateAuthorities, clientCertificate } = options
  return {
    allowH2: false,
    connectTimeout: options.connectTimeoutMs ?? 3_000,
    // The timer of the exchange is the only one that counts.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: IDLE_CONNECTION_MS,
    keepAliveMaxTimeout: IDLE_CONNECTION_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
    connect: {
      rejectUnauthorized: true, // even under NODE_TLS_REJECT_UNAUTHORIZED=0
      ...(certificateAuthorities && { ca: [...certificateAuthorities] }),
      ...(clientCertificate && { cert: clientCertificate.certificate, key: clientCertificate.key })
    }
  }
}
