import type { Dispatcher } from 'undici'
import { retryAfterMs } from './retry-after.ts'
import type { Endable } from './under-way.ts'
import { resultOfError, resultOfStatus, type WebhookResult } from './webhook-result.ts'

export interface AnswerLimits {
  readonly maxBytes: number
  readonly secure: boolean
  /** What calls it off. */
  readonly signal: AbortSignal | undefined
  /** Asked at the last moment before the request is written. */
  readonly mayStillSend: () => boolean
  /** What came of it is known: told once. */
  readonly onEnd: (answer: WebhookAnswer) => void
}

/**
 * Follows one exchange and keeps nothing of the answer but its status and `Retry-After`. The body is read, up to the limit, only so
 * that the connection can be used again; but an answer that breaks off is no success, whatever its status.
 */
export class WebhookAnswer implements Dispatcher.DispatchHandler, Endable {
  readonly result: Promise<WebhookResult>
  readonly signal: AbortSignal | undefined
  slot: number | undefined
  endMs = Number.POSITIVE_INFINITY
  readonly #limits: AnswerLimits
  #resolve!: (result: WebhookResult) => void
  #reject!: (error: Error) => void
  #controller: Dispatcher.DispatchController | undefined
  #received: WebhookResult | undefined
  #bytes = 0
  #settled = false

  constructor(limits: AnswerLimits) {
    this.#limits = limits
    this.signal = limits.signal
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  /** Gives up. What was connecting isn't used, what was under way is cut off. */
  stop(result: WebhookResult): void {
    this.#settle(this.#received && this.#received.kind !== 'delivered' ? this.#received : result)
    this.#controller?.abort(new Error('given up'))
  }

  callOff(): void {
    this.stop({ kind: 'withdrawn', reason: 'aborted' })
  }

  /** The time is over: before there was a connection that means something else than after. */
  stopLate(): void {
    this.stop({ kind: 'unreachable', reason: this.#controller ? 'timeout' : 'connection' })
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#settled) controller.abort(new Error('given up'))
    else if (!this.#limits.mayStillSend()) this.stop({ kind: 'withdrawn', reason: 'late' })
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>
  ): void {
    if (status < 200) return
    this.#received = resultOfStatus(status, retryAfterMs(headers['retry-after'], new Date()))
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length
    if (this.#bytes > this.#limits.maxBytes && this.#received) {
      this.#settle(this.#received)
      this.#controller?.abort(new Error('the answer is too long'))
    }
  }

  onResponseEnd(): void {
    if (this.#received) this.#settle(this.#received)
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.fail(error)
  }

  fail(error: Error): void {
    const failed = resultOfError(error, this.#controller !== undefined, this.#limits.secure)
    if (this.#received && this.#received.kind !== 'delivered') this.#settle(this.#received)
    else if (failed) this.#settle(failed)
    else {
      this.#reject(error)
      this.#end()
    }
  }

  /** The first word counts. */
  #settle(result: WebhookResult): void {
    this.#resolve(result)
    this.#end()
  }

  #end(): void {
    if (this.#settled) return
    this.#settled = true
    this.#limits.onEnd(this)
  }
}
