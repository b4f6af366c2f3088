/**
 * Ends what takes too long. Everything gets the same time, so that one timer, for the oldest, does for all: a timer for each would cost
 * more than what is ended by it.
 */
export class Deadlines<T extends object> {
  readonly #timeoutMs: number
  readonly #onLate: (item: T) => void
  /** By when, in the order in which they were added: so the oldest comes first. */
  readonly #ends = new Map<T, number>()
  #timer: NodeJS.Timeout | undefined

  constructor(timeoutMs: number, onLate: (item: T) => void) {
    this.#timeoutMs = timeoutMs
    this.#onLate = onLate
  }

  add(item: T): void {
    this.#ends.set(item, performance.now() + this.#timeoutMs)
    this.#timer ??= setTimeout(() => this.#look(), this.#timeoutMs)
  }

  remove(item: T): void {
    this.#ends.delete(item)
    if (this.#ends.size > 0) return
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #look(): void {
    this.#timer = undefined
    for (const [item, endMs] of this.#ends) {
      const leftMs = endMs - performance.now()
      if (leftMs > 0) {
        this.#timer = setTimeout(() => this.#look(), Math.ceil(leftMs))
        return
      }
      this.#ends.delete(item)
      this.#onLate(item)
    }
  }
}
