import type { WorkKind } from '@crm-lite/domain'
import type { EngineSignal } from './dialect.ts'
import { WorkNews } from './work-news.ts'

/** Wakes those who listen in this process, once for everything that happens in one turn of the event loop. */
export class LocalSignal implements EngineSignal {
  readonly #listeners = new Set<(due?: readonly WorkKind[]) => void>()
  readonly #news = new WorkNews()
  #isWaking = false

  listen(wake: (due?: readonly WorkKind[]) => void): () => void {
    // A listener of its own, should the same function be given twice.
    const listener = (due?: readonly WorkKind[]) => wake(due)
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  announce(due?: readonly WorkKind[]): void {
    this.wake(due)
  }

  isBusyElsewhere(): boolean {
    return false
  }

  wake(due?: readonly WorkKind[]): void {
    if (this.#listeners.size === 0) return
    this.#news.add(due)
    if (this.#isWaking) return
    this.#isWaking = true
    setImmediate(() => {
      this.#isWaking = false
      const news = this.#news.take()
      for (const listener of this.#listeners) listener(news)
    })
  }
}
