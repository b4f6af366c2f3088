/** Over shorter times a few requests that happen to come together would look like many. */
const WINDOW_MS = 100
/** So many requests under way at the same time, on average, are more than are answered as they come. */
const BUSY = 8

/** Tells whether requests wait in this process, by how many of them were under way lately. */
export class LoadWatch {
  readonly #monotonicMs: () => number
  #servedMs = () => 0
  #lastServedMs = 0
  #lastMs = 0
  #isBusy = false

  /** @param monotonicMs `performance.now()` */
  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs
  }

  /** @param servedMs how long all requests have taken so far, together */
  watch(servedMs: () => number): void {
    this.#servedMs = servedMs
  }

  /** By the last tenth of a second, or since it was last asked when that is longer ago. */
  isBusy(): boolean {
    const now = this.#monotonicMs()
    if (now - this.#lastMs < WINDOW_MS) return this.#isBusy
    const servedMs = this.#servedMs()
    this.#isBusy = servedMs - this.#lastServedMs >= BUSY * (now - this.#lastMs)
    this.#lastServedMs = servedMs
    this.#lastMs = now
    return this.#isBusy
  }
}
