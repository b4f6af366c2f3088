import { performance } from 'node:perf_hooks'
import type { ClaimedWork, Clock, DoWork, WorkKind, WorkQueue, WorkSignal } from '@crm-lite/domain'
import type { WorkerLog } from './delivery-options.ts'
import { Pace } from './pace.ts'
import { Pump } from './pump.ts'
import type { WorkMetrics } from './work-metrics.ts'

export interface DueWorkerOptions {
  readonly queue: WorkQueue
  readonly signal: WorkSignal
  /** What is due when. */
  readonly clock: Clock
  readonly handlers: Readonly<Record<WorkKind, DoWork>>
  readonly metrics: WorkMetrics
  readonly log: WorkerLog
  readonly leaseMs: number
  /** How often to look whether there is something to do when nothing has said so. */
  readonly pollMs?: number
  /** In milliseconds, and not turned back or forth by anybody: `performance.now()`. */
  readonly monotonicMs?: () => number
}

/** Done at the same time: the database commits them together. */
const BATCH = 64
const PAUSE_AFTER_FAILURE_MS = 1_000
const POLL_MS = 5_000
/** While changes are written one after the other somebody looks at what is due this often. */
const LOOK_EVERY_MS = { least: 20, most: 160 }
/** What fails is tried again after twice as long each time. */
const FIRST_RETRY_MS = 1_000
const LAST_RETRY_MS = 3_600_000

/**
 * Does work when it is due. Everything that matters is in the queue's rows, so that a worker may end at any moment and several may work
 * side by side.
 */
export class DueWorker {
  readonly #options: Required<DueWorkerOptions>
  readonly #kinds: readonly WorkKind[]
  readonly #pump: Pump
  readonly #pace: Pace
  #isStarted = false
  #poll: NodeJS.Timeout | undefined
  #next: NodeJS.Timeout | undefined
  #stopListening: () => void = () => {}

  constructor(options: DueWorkerOptions) {
    this.#options = { pollMs: POLL_MS, monotonicMs: () => performance.now(), ...options }
    this.#kinds = Object.keys(options.handlers) as WorkKind[]
    this.#pace = new Pace(LOOK_EVERY_MS, this.#options.monotonicMs)
    this.#pump = new Pump({
      work: () => this.#work(),
      pauseAfterFailureMs: PAUSE_AFTER_FAILURE_MS,
      onFailing: err => options.log.warn({ err }, 'what is due waits for the database'),
      onRecovered: () => options.log.info({}, 'what is due is done again')
    })
  }

  /** Works until it is stopped. */
  start(): void {
    this.#isStarted = true
    this.#stopListening = this.#options.signal.listen(() => this.#wake())
    this.#poll = setInterval(() => this.#wake(), this.#options.pollMs)
    this.#wake()
  }

  /**
   * Begins nothing more and waits for what is under way, but no longer than this: whatever is cut off is claimed by somebody else when its
   * lease is over.
   */
  async stop(patienceMs: number): Promise<void> {
    this.#isStarted = false
    this.#stopListening()
    clearInterval(this.#poll)
    clearTimeout(this.#next)
    let cutOff: NodeJS.Timeout | undefined
    await Promise.race([
      this.#pump.stop(),
      new Promise<void>(resolve => {
        cutOff = setTimeout(resolve, patienceMs)
      })
    ])
    clearTimeout(cutOff)
  }

  /** Does everything that is due now and returns how much that was. For tests, on a worker that was not started. */
  async processAll(): Promise<number> {
    let processed = 0
    for (let claimed = await this.#doBatch(); claimed > 0; claimed = await this.#doBatch()) processed += claimed
    return processed
  }

  #wake(): void {
    if (!this.#isStarted) return
    const waitMs = this.#pace.take()
    if (waitMs > 0) this.#wakeAfter(waitMs)
    else this.#pump.wake()
  }

  /** Looking is cheaper than claiming, and most of the time there is nothing. */
  async #work(): Promise<boolean> {
    const { queue, clock, pollMs } = this.#options
    const due = await queue.nextDueAt(this.#kinds)
    const delayMs = due === undefined ? Number.POSITIVE_INFINITY : due.getTime() - clock.now().getTime()
    if (delayMs > 0) {
      if (delayMs < pollMs) this.#wakeAfter(delayMs)
      return false
    }
    const isWorthIt = (await this.#doBatch()) > 0
    if (isWorthIt) this.#pace.reset()
    return isWorthIt
  }

  #wakeAfter(delayMs: number): void {
    if (!this.#isStarted) return
    clearTimeout(this.#next)
    this.#next = setTimeout(() => this.#pump.wake(), Math.max(1, delayMs))
  }

  async #doBatch(): Promise<number> {
    const { queue, clock, leaseMs } = this.#options
    const claimed = await queue.claim({ kinds: this.#kinds, limit: BATCH, leaseMs, now: clock.now() })
    const ended = await Promise.allSettled(claimed.map(each => this.#do(each)))
    for (const each of ended) if (each.status === 'rejected') throw each.reason
    return claimed.length
  }

  async #do(work: ClaimedWork): Promise<void> {
    const { queue, clock, handlers, metrics, log } = this.#options
    try {
      const dueAgainAt = await handlers[work.kind](work)
      metrics.done(work, clock.now())
      await queue.done(work, dueAgainAt)
    } catch (err) {
      metrics.failed(work)
      const { kind, id, attempts } = work
      log.warn({ err, kind, id, attempts: attempts + 1 }, 'what was due has failed and is tried again')
      await queue.giveBack(work, new Date(clock.now().getTime() + retryDelayMs(attempts)))
    }
  }
}

function retryDelayMs(attempts: number): number {
  return Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempts, 20))
}
