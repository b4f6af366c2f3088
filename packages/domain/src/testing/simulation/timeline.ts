import type { Random } from './random.ts'

interface Entry {
  readonly atMs: number
  /** What is due at the same time comes in an order that the seed decides. */
  readonly tie: number
  readonly act: () => void
}

/** Virtual time, and the agenda of what happens next. Time passes only from one entry to the next. */
export class Timeline {
  readonly #random: Random
  /** A heap. */
  readonly #agenda: Entry[] = []
  #nowMs: number

  constructor(startMs: number, random: Random) {
    this.#nowMs = startMs
    this.#random = random
  }

  get nowMs(): number {
    return this.#nowMs
  }

  get now(): Date {
    return new Date(this.#nowMs)
  }

  after(delayMs: number, act: () => void): void {
    const agenda = this.#agenda
    agenda.push({ atMs: this.#nowMs + Math.max(0, delayMs), tie: this.#random.next(), act })
    let at = agenda.length - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isBefore(agenda[at]!, agenda[parent]!)) return
      swap(agenda, at, parent)
      at = parent
    }
  }

  /** Does what comes next. False when nothing does any more. */
  next(): boolean {
    const agenda = this.#agenda
    const [first] = agenda
    if (!first) return false
    const last = agenda.pop()!
    if (agenda.length > 0) {
      agenda[0] = last
      sink(agenda)
    }
    this.#nowMs = first.atMs
    first.act()
    return true
  }
}

function sink(agenda: Entry[]): void {
  let at = 0
  for (;;) {
    const left = 2 * at + 1
    const right = left + 1
    let least = at
    if (left < agenda.length && isBefore(agenda[left]!, agenda[least]!)) least = left
    if (right < agenda.length && isBefore(agenda[right]!, agenda[least]!)) least = right
    if (least === at) return
    swap(agenda, at, least)
    at = least
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.tie < b.tie)
}

function swap(agenda: Entry[], a: number, b: number): void {
  const entry = agenda[a]!
  agenda[a] = agenda[b]!
  agenda[b] = entry
}
