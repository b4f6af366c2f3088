import type { ClaimedWork, WorkKind, WorkQueue } from '../../ports/work-queue.ts'
import { Bell } from './bell.ts'
import type { SimulatedProcess } from './simulated-process.ts'

/** When the work is due again, if at all. */
export type DoWork = (work: ClaimedWork) => Promise<Date | undefined>

export interface DueDriverOptions {
  readonly process: SimulatedProcess
  readonly queue: Pick<WorkQueue, 'claim' | 'done' | 'giveBack' | 'nextDueAt'>
  readonly handlers: Readonly<Partial<Record<WorkKind, DoWork>>>
  readonly batch: number
  readonly leaseMs: number
  readonly pollMs: () => number
}

const PAUSE_AFTER_FAILURE_MS = 1_000
const FIRST_RETRY_MS = 1_000
const LAST_RETRY_MS = 3_600_000

/** Does what is due, as the worker of the server does: it claims, does, and says what came of it. */
export class DueDriver {
  readonly bell: Bell
  readonly #options: DueDriverOptions
  readonly #kinds: readonly WorkKind[]

  constructor(options: DueDriverOptions) {
    this.#options = options
    this.#kinds = Object.keys(options.handlers) as WorkKind[]
    this.bell = new Bell(options.process)
  }

  /** Until the process is killed. */
  async run(): Promise<never> {
    for (;;) {
      try {
        if (!(await this.#step())) await this.bell.rest(await this.#idleMs())
      } catch {
        await this.#options.process.pause(PAUSE_AFTER_FAILURE_MS)
      }
    }
  }

  async #step(): Promise<boolean> {
    const { process, queue, batch, leaseMs } = this.#options
    const claimed = await queue.claim({ kinds: this.#kinds, limit: batch, leaseMs, now: process.clock.now() })
    const ended = await Promise.allSettled(claimed.map(each => this.#do(each)))
    for (const each of ended) if (each.status === 'rejected') throw each.reason
    return claimed.length > 0
  }

  async #idleMs(): Promise<number> {
    const { process, queue, pollMs } = this.#options
    const due = await queue.nextDueAt(this.#kinds)
    if (!due) return pollMs()
    return Math.min(pollMs(), Math.max(1, due.getTime() - process.clock.now().getTime()))
  }

  async #do(work: ClaimedWork): Promise<void> {
    const { process, queue, handlers } = this.#options
    try {
      const dueAgainAt = await handlers[work.kind]!(work)
      await queue.done(work, dueAgainAt)
    } catch (error) {
      this.onFailed(error, work)
      await queue.giveBack(work, new Date(process.clock.now().getTime() + retryDelayMs(work.attempts)))
    }
  }

  /** To be watched. */
  onFailed: (error: unknown, work: ClaimedWork) => void = () => {}
}

function retryDelayMs(attempts: number): number {
  return Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempts, 20))
}
