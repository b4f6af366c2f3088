import { Slots, type Slotted } from '@crm-lite/domain'

/** Something that ends by itself, or is ended. */
export interface Endable extends Slotted {
  /** `performance.now()` by which it must have ended. */
  endMs: number
  /** What calls it off. */
  readonly signal: AbortSignal | undefined
  callOff(): void
  stopLate(): void
}

/**
 * Ends what takes too long and what is called off. Everything gets the same time, and many have the same signal, so that one timer and one
 * listener do for all: those of its own would cost more than what is ended by them.
 */
export class UnderWay<T extends Endable> {
  readonly #timeoutMs: number
  readonly #items = new Slots<T>()
  readonly #heard = new WeakSet<AbortSignal>()
  #timer: NodeJS.Timeout | undefined

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs
  }

  add(item: T): void {
    item.endMs = performance.now() + this.#timeoutMs
    this.#items.add(item)
    this.#timer ??= setTimeout(() => this.#look(), this.#timeoutMs)
    if (item.signal) this.#listenTo(item.signal)
  }

  remove(item: T): void {
    this.#items.delete(item)
    if (this.#items.size > 0) return
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #listenTo(signal: AbortSignal): void {
    if (this.#heard.has(signal)) return
    this.#heard.add(signal)
    signal.addEventListener('abort', () => {
      for (const item of [...this.#items]) if (item.signal === signal) item.callOff()
    })
  }

  /** All that is late, and when the next may be: what has come since the last look has more time left than what was there. */
  #look(): void {
    this.#timer = undefined
    let nextMs = Number.POSITIVE_INFINITY
    const now = performance.now()
    for (const item of [...this.#items]) {
      if (item.endMs <= now) item.stopLate()
      else nextMs = Math.min(nextMs, item.endMs - now)
    }
    if (nextMs < Number.POSITIVE_INFINITY) this.#timer ??= setTimeout(() => this.#look(), Math.ceil(nextMs))
  }
}
