import { Pool } from 'undici'
import type { CallbackGuard } from './callback-guard.ts'
import { signatureHeaders } from './signature.ts'
import { UnderWay } from './under-way.ts'
import { WebhookAnswer } from './webhook-answer.ts'
import type { WebhookResult } from './webhook-result.ts'

export interface WebhookRequest {
  readonly url: string
  /** Of the event: the same on every attempt. */
  readonly id: string
  /** Of the attempt. */
  readonly timestamp: Date
  /** JSON. */
  readonly body: string
  /** Plain `whsec_...`, newest first: one signature each. */
  readonly secrets: readonly string[]
  /** W3C trace context to pass on. */
  readonly traceparent?: string
  /** Sends of one lane, such as a subscription, share its room; the origin of the callback by default. */
  readonly lane?: string
  /**
   * `performance.now()` after which the request may not be written any more. It is looked at when the connection is there, so that a
   * process that was stopped while it connected sends nothing when it wakes.
   */
  readonly sendBeforeMs?: number
  readonly signal?: AbortSignal
}

export interface WebhookSenderOptions {
  readonly guard: CallbackGuard
  /** For everything together: name, connection, request, headers and body of the answer. 15 s by default. */
  readonly timeoutMs?: number
  /** For name and connection, TLS included. 5 s by default. */
  readonly connectTimeoutMs?: number
  /** What is read of an answer's body before it is cut off. 64 KiB by default. */
  readonly maxAnswerBytes?: number
  /** Sends at the same time in one lane; one more is `busy`. 64 by default. */
  readonly maxPerLane?: number
  /** A connection is replaced after this time even when it is busy, so that a name that moves is followed. A minute by default. */
  readonly connectionTtlMs?: number
  /** Certificate authorities (PEM) to trust in place of Node's own. */
  readonly certificateAuthorities?: readonly string[]
}

/** Shorter than what servers usually allow an idle connection: one that is closed under our hands costs an attempt. */
const IDLE_CONNECTION_MS = 2_000
const MAX_HEADER_BYTES = 16_384
const MAX_TARGETS = 1_000

/** Where a callback leads. */
interface Target {
  readonly origin: string
  readonly path: string
  /** The connections to the origin. An agent in front of them, which finds them by it, was felt in every send. */
  readonly pool: Pool
  readonly secure: boolean
}

/**
 * Sends signed webhooks and says what came of it; it decides nothing about what follows, and knows neither queue nor subscription. Room
 * and time are kept by ourselves: with a library's policies around it, a send cost a tenth more.
 */
export class WebhookSender {
  readonly #guard: CallbackGuard
  readonly #poolOptions: Pool.Options
  readonly #pools = new Map<string, Pool>()
  readonly #underWay: UnderWay<WebhookAnswer>
  /** How many sends each lane has under way. */
  readonly #lanes = new Map<string, number>()
  readonly #targets = new Map<string, Target>()
  #onIdle: (() => void)[] = []
  #isClosed = false
  readonly #maxPerLane: number
  readonly #maxAnswerBytes: number

  constructor(options: WebhookSenderOptions) {
    const timeoutMs = options.timeoutMs ?? 15_000
    this.#guard = options.guard
    this.#maxPerLane = options.maxPerLane ?? 64
    this.#maxAnswerBytes = options.maxAnswerBytes ?? 65_536
    this.#underWay = new UnderWay(timeoutMs)
    this.#poolOptions = {
      allowH2: false,
      connectTimeout: options.connectTimeoutMs ?? 5_000,
      // Both are within our own time for everything.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: IDLE_CONNECTION_MS,
      keepAliveMaxTimeout: IDLE_CONNECTION_MS,
      clientTtl: options.connectionTtlMs ?? 60_000,
      maxHeaderSize: MAX_HEADER_BYTES,
      connect: {
        lookup: options.guard.lookup,
        rejectUnauthorized: true, // even under NODE_TLS_REJECT_UNAUTHORIZED=0
        ...(options.certificateAuthorities && { ca: [...options.certificateAuthorities] })
      }
    }
  }

  /**
   * Not an async function: each promise more between an answer and who waits for it is felt in every delivery.
   *
   * @throws {Error} when the request can't be sent as it is, to anyone: no usable secret, a character that no header may have
   */
  send(request: WebhookRequest): Promise<WebhookResult> {
    if (this.#guard.checkUrl(request.url) !== undefined)
      return Promise.resolve({ kind: 'unreachable', reason: 'forbiddenAddress' })
    if (this.#isClosed || request.signal?.aborted) return Promise.resolve({ kind: 'withdrawn', reason: 'aborted' })
    const target = this.#targetOf(request.url)
    const lane = request.lane ?? target.origin
    if ((this.#lanes.get(lane) ?? 0) >= this.#maxPerLane) return Promise.resolve({ kind: 'withdrawn', reason: 'busy' })
    try {
      // Encoded once: it is signed and sent.
      const body = Buffer.from(request.body)
      return this.#exchange(target, request, { body, headers: headersOf(request, body) }, lane)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /** Waits for what is under way, which takes no longer than the timeout; what comes after is withdrawn. */
  async close(): Promise<void> {
    this.#isClosed = true
    if (this.#lanes.size > 0) await new Promise<void>(resolve => this.#onIdle.push(resolve))
    await Promise.all([...this.#pools.values()].map(pool => pool.destroy()))
  }

  #exchange(
    { origin, path, pool, secure }: Target,
    { signal, sendBeforeMs }: WebhookRequest,
    { body, headers }: { readonly body: Buffer; readonly headers: Record<string, string> },
    lane: string
  ): Promise<WebhookResult> {
    const answer = new WebhookAnswer({
      maxBytes: this.#maxAnswerBytes,
      secure,
      signal,
      mayStillSend: () => sendBeforeMs === undefined || performance.now() < sendBeforeMs,
      onEnd: ended => {
        this.#underWay.remove(ended)
        this.#leave(lane)
      }
    })
    this.#lanes.set(lane, (this.#lanes.get(lane) ?? 0) + 1)
    this.#underWay.add(answer)
    try {
      pool.dispatch({ origin, path, method: 'POST', headers, body }, answer)
    } catch (error) {
      answer.fail(error as Error)
    }
    return answer.result
  }

  #leave(lane: string): void {
    const underWay = this.#lanes.get(lane)! - 1
    if (underWay > 0) this.#lanes.set(lane, underWay)
    else this.#lanes.delete(lane)
    if (this.#lanes.size === 0) for (const resolve of this.#onIdle.splice(0)) resolve()
  }

  #targetOf(url: string): Target {
    const known = this.#targets.get(url)
    if (known) return known
    const { origin, pathname, search, protocol } = new URL(url)
    if (this.#targets.size >= MAX_TARGETS) this.#forgetTargets()
    const pool = this.#pools.get(origin) ?? new Pool(origin, this.#poolOptions)
    this.#pools.set(origin, pool)
    const target = { origin, path: pathname + search, pool, secure: protocol === 'https:' }
    this.#targets.set(url, target)
    return target
  }

  /** What is under way on their connections goes on. */
  #forgetTargets(): void {
    this.#targets.clear()
    for (const pool of this.#pools.values()) void pool.close()
    this.#pools.clear()
  }
}

function headersOf({ id, timestamp, secrets, traceparent }: WebhookRequest, body: Buffer): Record<string, string> {
  return {
    'content-type': 'application/json',
    'user-agent': 'crm-lite',
    ...signatureHeaders({ id, timestamp, body }, secrets),
    ...(traceparent !== undefined && { traceparent })
  }
}
