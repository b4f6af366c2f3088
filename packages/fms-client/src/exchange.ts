import type { Dispatcher } from 'undici'
import { noAnswerOf } from './no-answer.ts'

export type HeaderFields = Readonly<Record<string, string | readonly string[] | undefined>>

export interface HttpAnswer {
  readonly kind: 'answer'
  readonly status: number
  readonly headers: HeaderFields
  readonly text: string
  /** The body is longer than what is read of one; `text` is what came before that. */
  readonly isTooLong: boolean
}

/** @see {@link noAnswerOf} for the reasons */
export interface NoAnswer {
  readonly kind: 'noAnswer'
  readonly reason: 'connection' | 'tls' | 'timeout' | 'brokenOff'
  /** Whether the request was written, in part at least. */
  readonly wasSent: boolean
  /** Of an answer that broke off. */
  readonly status?: number
}

export type HttpOutcome = HttpAnswer | NoAnswer

/** Follows one exchange to its end. Redirects are answers as others are. */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly outcome: Promise<HttpOutcome>
  readonly #maxBytes: number
  readonly #isSecure: boolean
  #resolve!: (outcome: HttpOutcome) => void
  #reject!: (error: Error) => void
  #controller: Dispatcher.DispatchController | undefined
  #status: number | undefined
  #headers: HeaderFields = {}
  readonly #chunks: Buffer[] = []
  #bytes = 0
  #isSettled = false

  constructor(maxBytes: number, isSecure: boolean) {
    this.#maxBytes = maxBytes
    this.#isSecure = isSecure
    this.outcome = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  /** The time is over. What was connecting isn't used, what is under way is cut off. */
  stop(): void {
    if (this.#controller) this.#breakOff('timeout')
    else this.#settle({ kind: 'noAnswer', reason: 'connection', wasSent: false })
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#isSettled) controller.abort(new Error('given up'))
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: HeaderFields): void {
    if (status < 200) return
    this.#status = status
    this.#headers = headers
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const room = this.#maxBytes - this.#bytes
    this.#bytes += chunk.length
    this.#chunks.push(chunk.subarray(0, Math.max(room, 0)))
    if (chunk.length <= room || this.#status === undefined) return
    this.#settle(this.#answer(this.#status, true))
    this.#controller?.abort(new Error('the answer is too long'))
  }

  onResponseEnd(): void {
    if (this.#status !== undefined) this.#settle(this.#answer(this.#status, false))
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    const reason = noAnswerOf(error, this.#controller !== undefined, this.#isSecure)
    if (reason === undefined) this.#reject(error)
    else if (reason === 'timeout' || reason === 'brokenOff') this.#breakOff(reason)
    else this.#settle({ kind: 'noAnswer', reason, wasSent: false })
  }

  /** Who refuses has done so with the status; the rest of such an answer is not waited for. */
  #breakOff(reason: 'timeout' | 'brokenOff'): void {
    const status = this.#status
    if (status !== undefined && status >= 300) this.#settle(this.#answer(status, false))
    else this.#settle({ kind: 'noAnswer', reason, wasSent: true, ...(status !== undefined && { status }) })
    this.#controller?.abort(new Error('given up'))
  }

  #answer(status: number, isTooLong: boolean): HttpAnswer {
    return { kind: 'answer', status, headers: this.#headers, text: Buffer.concat(this.#chunks).toString('utf8'), isTooLong }
  }

  /** The first word counts. */
  #settle(outcome: HttpOutcome): void {
    this.#isSettled = true
    this.#resolve(outcome)
  }
}
