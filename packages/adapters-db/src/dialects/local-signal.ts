import type { EngineSignal } from './dialect.ts'

/** Wakes those who listen in this process, once for everything that happens in one turn of the event loop. */
export class LocalSignal implements EngineSignal {
  readonly #listeners = new Set<() => void>()
  #isWaking = false

  listen(wake: () => void): () => void {
    // A listener of its own, should the same function be given twice.
    const listener = () => wake()
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  announce(): void {
    this.wake()
  }

  isBusyElsewhere(): boolean {
    return false
  }

  wake(): void {
    if (this.#isWaking || this.#listeners.size === 0) return
    this.#isWaking = true
    setImmediate(() => {
      this.#isWaking = false
      for (const listener of this.#listeners) listener()
    })
  }
}
