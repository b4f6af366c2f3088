/** So many go together at most. */
const MAX_TOGETHER = 32

interface Waiting<Item> {
  readonly things: readonly string[]
  readonly item: Item
}

interface Party<Item> {
  readonly things: Set<string>
  readonly items: Item[]
}

/**
 * Lets those who want the same things have them one after the other, in the order in which they came, and all others side by side. Those who
 * wait for the same things go together when their turn comes.
 */
export class Turns<Item> {
  readonly #go: (items: readonly Item[]) => Promise<void>
  /** What those have whose turn it is. */
  readonly #taken = new Set<string>()
  #waiting: Waiting<Item>[] = []
  #isScheduled = false

  /** @param go called with those whose turn it is, in the order in which they came; never fails. Nobody else has any of their things meanwhile */
  constructor(go: (items: readonly Item[]) => Promise<void>) {
    this.#go = go
  }

  /** @param things what the item may not share with others that go at the same time */
  take(things: readonly string[], item: Item): void {
    this.#waiting.push({ things, item })
    this.#schedule()
  }

  /** A turn of the event loop later, so that those who come in this one go together. */
  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      for (const party of this.#gather()) void this.#letGo(party)
    })
  }

  async #letGo({ things, items }: Party<Item>): Promise<void> {
    for (const thing of things) this.#taken.add(thing)
    await this.#go(items)
    for (const thing of things) this.#taken.delete(thing)
    if (this.#waiting.length > 0) this.#schedule()
  }

  /** Those who can go now. Nobody goes before somebody who came earlier and wants one of the same things. */
  #gather(): Iterable<Party<Item>> {
    const parties = new Set<Party<Item>>()
    const partyOf = new Map<string, Party<Item>>()
    const blocked = new Set(this.#taken)
    const left: Waiting<Item>[] = []
    for (const each of this.#waiting) {
      const party = partyFor(each, partyOf, blocked)
      if (!party) {
        left.push(each)
        for (const thing of each.things) blocked.add(thing)
        continue
      }
      parties.add(party)
      party.items.push(each.item)
      for (const thing of each.things) {
        party.things.add(thing)
        partyOf.set(thing, party)
      }
    }
    this.#waiting = left
    return parties
  }
}

/** Undefined where it has to wait. */
function partyFor<Item>(
  { things }: Waiting<Item>,
  partyOf: ReadonlyMap<string, Party<Item>>,
  blocked: ReadonlySet<string>
): Party<Item> | undefined {
  if (things.some(thing => blocked.has(thing))) return undefined
  const [party, ...others] = new Set(things.flatMap(thing => partyOf.get(thing) ?? []))
  if (!party) return { things: new Set(), items: [] }
  return others.length > 0 || party.items.length === MAX_TOGETHER ? undefined : party
}
