interface Waiting<Item, Result> {
  readonly item: Item
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}

const MAX_BATCH = 500
/**
 * After a batch of so many there are many more to come: waiting a little makes fewer transactions of them. Waiting longer costs more than
 * it saves, as all that waits is moved about when garbage is collected.
 */
const MANY = 8
const GATHER_MS = 12

/** Does together what is asked for in one turn of the event loop, and while the batch before is under way. */
export class DeliveryBatcher<Item extends { readonly id: string }, Result> {
  readonly #run: (items: readonly Item[]) => Promise<ReadonlyMap<string, Result>>
  readonly #otherwise: Result
  #waiting: Waiting<Item, Result>[] = []
  #isRunning = false

  /** @param otherwise what is answered for an item whose id is not in the result */
  constructor(run: (items: readonly Item[]) => Promise<ReadonlyMap<string, Result>>, otherwise: Result) {
    this.#run = run
    this.#otherwise = otherwise
  }

  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject })
      if (this.#isRunning) return
      this.#isRunning = true
      setImmediate(() => void this.#runAll())
    })
  }

  async #runAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#nextBatch()
      await this.#runBatch(batch)
      if (batch.length >= MANY) await new Promise(resolve => setTimeout(resolve, GATHER_MS))
    }
    this.#isRunning = false
  }

  /** Each id once. */
  #nextBatch(): Waiting<Item, Result>[] {
    const batch = new Map<string, Waiting<Item, Result>>()
    const later: Waiting<Item, Result>[] = []
    for (const waiting of this.#waiting) {
      if (batch.size < MAX_BATCH && !batch.has(waiting.item.id)) batch.set(waiting.item.id, waiting)
      else later.push(waiting)
    }
    this.#waiting = later
    return [...batch.values()]
  }

  async #runBatch(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#run(batch.map(({ item }) => item))
      for (const { item, resolve } of batch) resolve(results.get(item.id) ?? this.#otherwise)
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }
}
