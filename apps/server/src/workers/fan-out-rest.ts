/** While there is enough to send, more of the log is looked at no later than this: some of it may be for others. */
const REST_MS = { usually: 60, toCatchUp: 150, forSlow: 20 }
/** Who was sent less than this meanwhile is slow. */
const LEAST_SENT = 200
const MAX_SLOW = 1_000

/**
 * Says when looking at more of the log can wait, as what was made of it would only have to be put by. Not for long: a subscriber who is
 * slow shall not keep others from what comes behind it in the log.
 */
export class FanOutRest {
  readonly #sizeOf: (subscriptionId: string) => number
  readonly #enough: number
  /** How much was at hand for those that it is waited for when that began. */
  #sizes: ReadonlyMap<string, number> = new Map()
  /** Those that were waited for in vain. */
  readonly #slow = new Set<string>()

  /**
   * @param sizeOf how much is at hand for a subscription
   * @param enough more than this need not be at hand
   */
  constructor(sizeOf: (subscriptionId: string) => number, enough: number) {
    this.#sizeOf = sizeOf
    this.#enough = enough
  }

  get isOn(): boolean {
    return this.#sizes.size > 0
  }

  /** Those that it is waited for. */
  get subscriptions(): Iterable<string> {
    return this.#sizes.keys()
  }

  /**
   * Begins, unless there is too little at hand for one of those that something was made for.
   *
   * @param hasCaughtUp whether nothing else waits to be claimed: otherwise it is time to catch up
   * @returns how long it may last, or undefined
   */
  begin(given: readonly string[], hasCaughtUp: boolean): number | undefined {
    if (given.length === 0 || !given.every(id => this.#sizeOf(id) > this.#enough)) return undefined
    this.#sizes = new Map(given.map(id => [id, this.#sizeOf(id)]))
    if (given.every(id => this.#slow.has(id))) return REST_MS.forSlow
    return hasCaughtUp ? REST_MS.usually : REST_MS.toCatchUp
  }

  /**
   * When its time is over: nobody is in the way of others while all that it is waited for are quick and have enough.
   *
   * @returns how much longer it may last, or undefined
   */
  goOnResting(): number | undefined {
    for (const [id, size] of this.#sizes) {
      const left = this.#sizeOf(id)
      if (left <= this.#enough || size - left < LEAST_SENT) return undefined
    }
    this.#sizes = new Map([...this.#sizes.keys()].map(id => [id, this.#sizeOf(id)]))
    return REST_MS.usually
  }

  /** Whether it is waited for this one, and there is room for more. */
  mayEndFor(subscriptionId: string): boolean {
    return this.#sizes.has(subscriptionId) && this.#sizeOf(subscriptionId) <= this.#enough
  }

  end(): void {
    if (this.#slow.size > MAX_SLOW) this.#slow.clear()
    for (const [id, size] of this.#sizes) {
      if (this.#sizeOf(id) > Math.max(this.#enough, size - LEAST_SENT)) this.#slow.add(id)
      else this.#slow.delete(id)
    }
    this.#sizes = new Map()
  }
}
