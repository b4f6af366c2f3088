/** How often something is done that may turn out to be for nothing: at once after a pause, and no more often than that while it is asked for. */
export class Pace {
  readonly #everyMs: number
  readonly #monotonicMs: () => number
  #nextMs = Number.NEGATIVE_INFINITY

  constructor(everyMs: number, monotonicMs: () => number) {
    this.#everyMs = everyMs
    this.#monotonicMs = monotonicMs
  }

  /** How long to wait before it is done: 0 for at once, which is then taken as being done. */
  take(): number {
    const now = this.#monotonicMs()
    if (now < this.#nextMs) return this.#nextMs - now
    this.#nextMs = now + this.#everyMs
    return 0
  }

  /** It was worth it: there may be more. */
  reset(): void {
    this.#nextMs = Number.NEGATIVE_INFINITY
  }
}
