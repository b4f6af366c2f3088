import type { ClaimedWork, DoWork, WorkKind, WorkQueue } from '../../ports/work-queue.ts'
import { Bell } from './bell.ts'
import type { SimulatedProcess } from './simulated-process.ts'

export interface DueDriverOptions {
  readonly process: SimulatedProcess
  readonly queue: Pick<WorkQueue, 'claim' | 'done' | 'giveBack' | 'nextDueAt'>
  readonly handlers: Readonly<Partial<Record<WorkKind, DoWork>>>
  readonly concurrency: number
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
  #underWay = 0

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

  /** Begins what is due, and doesn't wait for what takes long. */
  async #step(): Promise<boolean> {
    const { process, queue, concurrency, leaseMs } = this.#options
    const limit = concurrency - this.#underWay
    if (limit <= 0) return false
    const claimed = await queue.claim({ kinds: this.#kinds, limit, leaseMs, now: process.clock.now() })
    for (const each of claimed) {
      this.#underWay++
      process.spawn(() => this.#do(each).finally(() => this.#ended()))
    }
    return claimed.length > 0
  }

  #ended(): void {
    this.#underWay--
    this.bell.ring()
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
      const again = new Date(process.clock.now().getTime() + retryDelayMs(work.attempts))
      // What cannot be given back either is claimed again when the lease is over.
      await queue.giveBack(work, again).catch(() => false)
    }
  }

  /** To be watched. */
  onFailed: (error: unknown, work: ClaimedWork) => void = () => {}
}

function retryDelayMs(attempts: number): number {
  return Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempts, 20))
}
