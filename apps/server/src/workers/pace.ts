/**
 * How often something is done that may turn out to be for nothing: at once after a pause, and ever less often while it is asked for all
 * the time and was not worth it.
 */
export class Pace {
  readonly #leastMs: number
  readonly #mostMs: number
  readonly #monotonicMs: () => number
  #everyMs: number
  #nextMs = Number.NEGATIVE_INFINITY

  constructor(everyMs: { readonly least: number; readonly most: number }, monotonicMs: () => number) {
    this.#leastMs = everyMs.least
    this.#mostMs = everyMs.most
    this.#monotonicMs = monotonicMs
    this.#everyMs = everyMs.least
  }

  /** How long to wait before it is done: 0 for at once, which is then taken as being done. */
  take(): number {
    const now = this.#monotonicMs()
    if (now < this.#nextMs) return this.#nextMs - now
    const wasPaused = now >= this.#nextMs + this.#everyMs
    this.#everyMs = wasPaused ? this.#leastMs : Math.min(this.#mostMs, this.#everyMs * 2)
    this.#nextMs = now + this.#everyMs
    return 0
  }

  /** It was worth it: there may be more. */
  reset(): void {
    this.#everyMs = this.#leastMs
    this.#nextMs = Number.NEGATIVE_INFINITY
  }
}
