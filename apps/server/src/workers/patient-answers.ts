import { setTimeout as pause } from 'node:timers/promises'
import type { WorkerLog } from './delivery-options.ts'

/** Longer than a quick FMS takes to call back, and too short for anybody to notice. */
const PATIENCE_MS = 1_000

/**
 * Keeps answers back for a moment that the FMS has taken a service order, and lets callbacks go ahead: of one that is done by then the answer
 * need not be stored any more. Who is killed meanwhile has lost no more than with an answer that was lost, which is looked up.
 */
export class PatientAnswers {
  readonly #log: WorkerLog
  readonly #patienceMs: number
  readonly #stopping = new AbortController()
  readonly #waiting = new Set<Promise<void>>()

  constructor(log: WorkerLog, patienceMs = PATIENCE_MS) {
    this.#log = log
    this.#patienceMs = patienceMs
  }

  readonly storeLater = (store: () => Promise<unknown>): void => {
    const stored = this.#store(store).finally(() => this.#waiting.delete(stored))
    this.#waiting.add(stored)
  }

  /** Stores what waits without waiting any longer. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await Promise.all(this.#waiting)
  }

  async #store(store: () => Promise<unknown>): Promise<void> {
    await pause(this.#patienceMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined)
    try {
      await store()
    } catch (err) {
      this.#log.warn({ err }, 'what the FMS has answered could not be stored: it will be looked up')
    }
  }
}
