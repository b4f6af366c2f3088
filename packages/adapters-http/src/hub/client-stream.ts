import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'

/** What is sent to a client bit by bit, for as long as it reads. */
export class ClientStream {
  /** The body of the answer. */
  readonly body: Readable
  readonly #response: ServerResponse
  readonly #maxBufferedBytes: number
  #isOpen = true
  // One waits at a time. Promises that are raced against one of closing would pile up for as long as the client stays.
  #onRead = () => {}
  #onClose = () => {}

  /** @param maxBufferedBytes a client for whom more than this waits is cut off when there is something new */
  constructor(response: ServerResponse, maxBufferedBytes: number) {
    this.#response = response
    this.#maxBufferedBytes = maxBufferedBytes
    this.body = new Readable({ read: () => this.#onRead() })
    // A client that goes away is nothing to be told of.
    this.body.on('error', () => {}).once('close', () => this.#closeNow())
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  send(text: string): void {
    if (!this.#isOpen) return
    // Before, not after: one text may be larger than all that may wait, and must get through all the same.
    if (this.body.readableLength + this.#response.writableLength > this.#maxBufferedBytes) this.cut()
    else this.body.push(text)
  }

  /**
   * Resolves when the client has read what was sent, but for a little; or won't any more.
   *
   * @param graceMs resolves after this time in any case
   */
  async drained(graceMs = Number.POSITIVE_INFINITY): Promise<void> {
    const endsAt = performance.now() + graceMs
    while (this.#isOpen && this.#isFull && performance.now() < endsAt) await this.#somethingRead(endsAt - performance.now())
  }

  /** Resolves when something has happened, or nothing more will be sent. */
  async openUntil(happened: Promise<void>): Promise<void> {
    if (!this.#isOpen) return
    await new Promise<void>(resolve => {
      this.#onClose = resolve
      void happened.then(resolve)
    })
  }

  /** Ends the answer as it should end: the client may come back. */
  end(): void {
    if (!this.#isOpen) return
    this.body.push(null)
    this.#closeNow()
  }

  /** Ends the connection. */
  cut(): void {
    this.#response.destroy()
    this.#closeNow()
  }

  async #somethingRead(graceMs: number): Promise<void> {
    let goOn = () => {}
    const read = new Promise<void>(resolve => {
      goOn = resolve
    })
    this.#onRead = goOn
    this.#onClose = goOn
    this.#response.once('drain', goOn)
    const timer = Number.isFinite(graceMs) ? setTimeout(goOn, graceMs) : undefined
    await read
    clearTimeout(timer)
    this.#response.off('drain', goOn)
  }

  get #isFull(): boolean {
    return this.#response.writableNeedDrain || this.body.readableLength >= this.body.readableHighWaterMark
  }

  #closeNow(): void {
    this.#isOpen = false
    this.#onClose()
  }
}
