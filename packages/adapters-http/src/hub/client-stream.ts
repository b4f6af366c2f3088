import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'

/** What is sent to a client bit by bit, for as long as it reads. */
export class ClientStream {
  /** The body of the answer. */
  readonly body: Readable
  /** Resolves when nothing more will be sent. */
  readonly closed: Promise<void>
  readonly #response: ServerResponse
  readonly #maxBufferedBytes: number
  #isOpen = true
  #close = () => {}
  #resume = () => {}

  /** @param maxBufferedBytes what may wait for the client; with more it is cut off */
  constructor(response: ServerResponse, maxBufferedBytes: number) {
    this.#response = response
    this.#maxBufferedBytes = maxBufferedBytes
    this.closed = new Promise(resolve => {
      this.#close = resolve
    })
    this.body = new Readable({ read: () => this.#resume() })
    // A client that goes away is nothing to be told of.
    this.body.on('error', () => {}).once('close', () => this.#closeNow())
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  send(text: string): void {
    if (!this.#isOpen) return
    this.body.push(text)
    if (this.body.readableLength + this.#response.writableLength > this.#maxBufferedBytes) this.cut()
  }

  /** Resolves when the client has read what was sent, but for a little; or won't any more. */
  async drained(): Promise<void> {
    if (!this.#isOpen || this.body.readableLength < this.body.readableHighWaterMark) return
    await new Promise<void>(resolve => {
      this.#resume = resolve
      this.closed.then(resolve)
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

  #closeNow(): void {
    this.#isOpen = false
    this.#close()
  }
}
