/** Lets those who want the same things have them one after the other, in the order in which they came, and all others side by side. */
export class Turns {
  /** The last one who came for each thing. */
  readonly #last = new Map<string, Promise<unknown>>()

  /** @param things what `action` may not share: nobody else's action for any of them runs meanwhile */
  async take<T>(things: readonly string[], action: () => Promise<T>): Promise<T> {
    const before = things.map(thing => this.#last.get(thing))
    const result = Promise.allSettled(before).then(action)
    for (const thing of things) this.#last.set(thing, result)
    try {
      return await result
    } finally {
      for (const thing of things) if (this.#last.get(thing) === result) this.#last.delete(thing)
    }
  }
}
