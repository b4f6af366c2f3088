import { performance } from 'node:perf_hooks'
import type { WorkerLog } from './delivery-options.ts'

/** Longer than a quick FMS takes to call back, and too short for anybody to notice. */
const PATIENCE_MS = 1_000
/** Those whose time has come within so long are stored together. */
const TOGETHER_MS = 50

interface Waiting {
  readonly id: string
  readonly untilMs: number
  /** Absent: it need not be stored any more. */
  store: (() => Promise<unknown>) | undefined
}

/**
 * Keeps answers back for a moment that the FMS has taken a service order, and lets callbacks go ahead: of one that is over by then the answer
 * need not be stored any more. Who is killed meanwhile has lost no more than with an answer that was lost, which is looked up.
 */
export class PatientAnswers {
  readonly #log: WorkerLog
  readonly #patienceMs: number
  readonly #waiting = new Map<string, Waiting>()
  /** The oldest first: all wait as long. */
  #queue: Waiting[] = []
  #timer: NodeJS.Timeout | undefined
  #isStopping = false
  #storing = 0
  #onStored: () => void = () => {}

  constructor(log: WorkerLog, patienceMs = PATIENCE_MS) {
    this.#log = log
    this.#patienceMs = patienceMs
  }

  /** @param id of the service order, as we call it */
  readonly storeLater = (id: string, store: () => Promise<unknown>): void => {
    if (this.#isStopping) return void this.#store(store)
    this.overtaken(id)
    const waiting = { id, untilMs: performance.now() + this.#patienceMs, store }
    this.#waiting.set(id, waiting)
    this.#queue.push(waiting)
    this.#timer ??= setTimeout(() => this.#look(), this.#patienceMs)
  }

  /** What has come in another way is more than the answer that waits would tell. */
  readonly overtaken = (id: string): void => {
    const waiting = this.#waiting.get(id)
    if (!waiting) return
    this.#waiting.delete(id)
    waiting.store = undefined
  }

  /** Stores what waits without waiting any longer. */
  async stop(): Promise<void> {
    this.#isStopping = true
    clearTimeout(this.#timer)
    this.#storeAll(this.#queue.splice(0))
    if (this.#storing > 0) await new Promise<void>(resolve => (this.#onStored = resolve))
  }

  #look(): void {
    const now = performance.now()
    const firstLater = this.#queue.findIndex(({ untilMs }) => untilMs > now)
    const due = this.#queue.splice(0, firstLater < 0 ? this.#queue.length : firstLater)
    const [next] = this.#queue
    this.#timer = next && setTimeout(() => this.#look(), Math.max(TOGETHER_MS, Math.ceil(next.untilMs - now)))
    this.#storeAll(due)
  }

  #storeAll(due: readonly Waiting[]): void {
    for (const { id, store } of due) {
      if (!store) continue
      this.#waiting.delete(id)
      void this.#store(store)
    }
  }

  async #store(store: () => Promise<unknown>): Promise<void> {
    this.#storing++
    try {
      await store()
    } catch (err) {
      this.#log.warn({ err }, 'what the FMS has answered could not be stored: it will be looked up')
    } finally {
      this.#storing--
      if (this.#storing === 0) this.#onStored()
    }
  }
}
