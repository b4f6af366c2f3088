interface Lane<T> {
  readonly name: string
  readonly waiting: T[]
  running: number
  isInTurn: boolean
}

export interface LaneLimits {
  /** At the same time in all lanes together. */
  readonly inAll: number
  /** At the same time in one lane. */
  readonly perLane: number
}

/** Bulkheads: work stands in lanes, which take turns, and a lane that is slow fills only itself. */
export class Lanes<T> {
  readonly #limits: LaneLimits
  readonly #run: (item: T) => Promise<void>
  readonly #lanes = new Map<string, Lane<T>>()
  #turns: Lane<T>[] = []
  #running = 0
  #isClosed = false

  /** @param run must not throw */
  constructor(limits: LaneLimits, run: (item: T) => Promise<void>) {
    this.#limits = limits
    this.#run = run
  }

  /** How many items stand in lanes without having been started. */
  get waiting(): number {
    let waiting = 0
    for (const lane of this.#lanes.values()) waiting += lane.waiting.length
    return waiting
  }

  add(name: string, item: T): void {
    const lane = this.#lanes.get(name) ?? { name, waiting: [], running: 0, isInTurn: false }
    this.#lanes.set(name, lane)
    lane.waiting.push(item)
    this.#lineUp(lane)
    this.#start()
  }

  /** Starts nothing any more. */
  close(): void {
    this.#isClosed = true
  }

  /** How many items wait or run in a lane. */
  sizeOf(name: string): number {
    const lane = this.#lanes.get(name)
    return lane ? lane.waiting.length + lane.running : 0
  }

  /** Lanes in which at least so many items wait or run. */
  fullerThan(count: number): string[] {
    return [...this.#lanes].flatMap(([name, lane]) => (lane.waiting.length + lane.running >= count ? [name] : []))
  }

  /** Takes those out that wait and for which this holds. */
  withdraw(condition: (item: T) => boolean): T[] {
    const withdrawn: T[] = []
    for (const lane of this.#lanes.values()) {
      const kept = lane.waiting.filter(item => {
        if (!condition(item)) return true
        withdrawn.push(item)
        return false
      })
      lane.waiting.splice(0, lane.waiting.length, ...kept)
      this.#forgetIfEmpty(lane)
    }
    return withdrawn
  }

  #lineUp(lane: Lane<T>): void {
    if (lane.isInTurn || lane.waiting.length === 0 || lane.running >= this.#limits.perLane) return
    lane.isInTurn = true
    this.#turns.push(lane)
  }

  #start(): void {
    while (!this.#isClosed && this.#running < this.#limits.inAll) {
      const lane = this.#turns.shift()
      if (!lane) return
      lane.isInTurn = false
      const item = lane.waiting.shift()
      if (item === undefined) continue
      lane.running += 1
      this.#running += 1
      this.#lineUp(lane)
      void this.#run(item).then(() => this.#ended(lane))
    }
  }

  #ended(lane: Lane<T>): void {
    lane.running -= 1
    this.#running -= 1
    this.#lineUp(lane)
    this.#forgetIfEmpty(lane)
    this.#start()
  }

  #forgetIfEmpty({ name, running, waiting }: Lane<T>): void {
    if (running === 0 && waiting.length === 0) this.#lanes.delete(name)
  }
}
