/** What stands in slots: it notes where. One that stands nowhere has none. */
export interface Slotted {
  slot: number | undefined
}

/**
 * Holds what comes and goes by the thousands in a second, in no order.
 *
 * A `Set` replaces its table again and again then, and each table leads to the next one: of an old one that was moved to where garbage is
 * seldom collected, all that follow are kept, with everything that ever stood in them. That made up a fifth of the cost of a delivery.
 */
export class Slots<T extends Slotted> implements Iterable<T> {
  readonly #items: (T | undefined)[] = []
  readonly #free: number[] = []

  get size(): number {
    return this.#items.length - this.#free.length
  }

  add(item: T): void {
    const slot = this.#free.pop() ?? this.#items.length
    this.#items[slot] = item
    item.slot = slot
  }

  /** Nothing happens when it stands in none. */
  delete(item: T): void {
    const { slot } = item
    if (slot === undefined) return
    this.#items[slot] = undefined
    this.#free.push(slot)
    item.slot = undefined
  }

  *[Symbol.iterator](): Generator<T> {
    for (const item of this.#items) if (item !== undefined) yield item
  }
}
