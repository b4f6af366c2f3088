import { performance } from 'node:perf_hooks'
import type { ClaimedWork, Clock, DoWork, WorkKind, WorkQueue, WorkSignal } from '@crm-lite/domain'
import type { WorkerLog } from './delivery-options.ts'
import { Pace } from './pace.ts'
import { Pump } from './pump.ts'
import { within } from './within.ts'
import type { WorkMetrics } from './work-metrics.ts'

export interface DueWorkerOptions {
  readonly queue: WorkQueue
  readonly signal: WorkSignal
  /** What is due when. */
  readonly clock: Clock
  /** Of the kinds that this worker does. */
  readonly handlers: Readonly<Partial<Record<WorkKind, DoWork>>>
  readonly metrics: WorkMetrics
  readonly log: WorkerLog
  readonly leaseMs: number
  /** How much is done at the same time at most: 64 by default, which the database commits together. */
  readonly concurrency?: number
  /** How much of that may be under way now, where it isn't always all of it: nothing, say, while somebody doesn't answer. */
  readonly room?: () => number
  /** Whether requests wait: what becomes due by itself lets them go first then. */
  readonly isBusy?: () => boolean
  /** While requests wait, a rest is so many times as long as the work before it: 99 by default, so that a hundredth of the time is work. */
  readonly rest?: number
  /** How often to look whether there is something to do when nothing has said so. */
  readonly pollMs?: number
  /** In milliseconds, and not turned back or forth by anybody: `performance.now()`. */
  readonly monotonicMs?: () => number
}

const CONCURRENCY = 64
/** Before more is claimed this part of all places is free, or so long was waited for that. */
const CLAIMED_AT_LEAST = 0.25
const GATHER_MS = 20
const PAUSE_AFTER_FAILURE_MS = 1_000
const POLL_MS = 5_000
/** While changes are written one after the other somebody looks at what is due this often. */
const LOOK_EVERY_MS = { least: 20, most: 160 }
const REST = 99
/** While it rests it looks this often whether requests still wait. */
const STILL_BUSY_MS = 100
/** What takes longer than this doesn't work, but waits itself: for an answer, say. */
const MAX_WORK_MS = 500
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
  readonly #underWay = new Set<Promise<void>>()
  /** Let go who waits for a place. */
  readonly #waiting = new Set<() => void>()
  /** Whether something waits to be claimed until somebody makes room. */
  #isShortOfRoom = false
  #onRoomMade: () => void = () => {}
  /** What is done of what was claimed here: its lease may end meanwhile, and it is claimed once more. */
  readonly #atHand = new Set<string>()
  #failure: { readonly error: unknown } | undefined
  #restUntilMs = Number.NEGATIVE_INFINITY
  /** Whether something was due when it last claimed: then more is, as a rule, and looking first would cost as much again. */
  #isFlowing = false

  constructor(options: DueWorkerOptions) {
    this.#options = {
      pollMs: POLL_MS,
      monotonicMs: () => performance.now(),
      concurrency: CONCURRENCY,
      room: () => Number.POSITIVE_INFINITY,
      isBusy: () => false,
      rest: REST,
      ...options
    }
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
    this.#stopListening = this.#options.signal.listen(due => this.#hear(due))
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
    for (const letGo of this.#waiting) letGo()
    await within(patienceMs, this.#end())
  }

  async #end(): Promise<void> {
    await this.#pump.stop()
    await Promise.all(this.#underWay)
  }

  /** Does everything that is due now and returns how much that was. For tests, on a worker that was not started. */
  async processAll(): Promise<number> {
    const { queue, clock, leaseMs, concurrency } = this.#options
    let processed = 0
    for (;;) {
      const claimed = await queue.claim({ kinds: this.#kinds, limit: concurrency, leaseMs, now: clock.now() })
      if (claimed.length === 0) return processed
      await Promise.all(claimed.map(each => this.#do(each)))
      processed += claimed.length
    }
  }

  /**
   * Takes a place for something that was not claimed here, if there is one.
   *
   * @returns what gives it back
   */
  takePlace(): (() => void) | undefined {
    if (!this.#isStarted || this.#freePlaces() <= 0) return undefined
    let release = () => {}
    this.#follow(
      new Promise<void>(resolve => {
        release = resolve
      })
    )
    return release
  }

  /** The same, but waits for a place when all are taken. Those who wait are let go together, so that what they do is committed together. */
  async waitForPlace(patienceMs: number): Promise<(() => void) | undefined> {
    const { monotonicMs } = this.#options
    const deadlineMs = monotonicMs() + patienceMs
    for (;;) {
      const place = this.#waiting.size > 0 && !this.#isRoomy() ? undefined : this.takePlace()
      const leftMs = deadlineMs - monotonicMs()
      if (place || leftMs <= 0 || !this.#isStarted) return place
      await this.#waitUntilRoomy(leftMs)
    }
  }

  /** Says that there is more room than before. */
  roomMade(): void {
    this.#letGo()
    if (!this.#isShortOfRoom || !this.#isRoomy()) return
    this.#isShortOfRoom = false
    this.#onRoomMade()
    this.#wake()
  }

  #letGo(): void {
    if (this.#waiting.size > 0 && this.#isRoomy()) for (const letGo of this.#waiting) letGo()
  }

  async #waitUntilRoomy(patienceMs: number): Promise<void> {
    let letGo = () => {}
    const roomy = new Promise<void>(resolve => {
      letGo = resolve
    })
    this.#waiting.add(letGo)
    await within(patienceMs, roomy)
    this.#waiting.delete(letGo)
  }

  #hear(due: readonly WorkKind[] | undefined): void {
    if (!due || due.some(kind => this.#kinds.includes(kind))) this.#wake()
  }

  #wake(): void {
    if (!this.#isStarted) return
    const waitMs = this.#pace.take()
    if (waitMs > 0) this.#wakeAfter(waitMs)
    else this.#pump.wake()
  }

  /** Looking is cheaper than claiming, and most of the time there is nothing. */
  async #work(): Promise<boolean> {
    this.#throwFailure()
    const { pollMs, isBusy, monotonicMs } = this.#options
    const isPolite = isBusy()
    const restMs = isPolite ? this.#restUntilMs - monotonicMs() : 0
    if (restMs > 0) {
      // Nobody tells when requests no longer wait.
      this.#wakeAfter(Math.min(restMs, STILL_BUSY_MS))
      return false
    }
    const delayMs = this.#isFlowing ? 0 : await this.#dueInMs()
    if (delayMs > 0) {
      if (delayMs < pollMs) this.#wakeAfter(delayMs)
      return false
    }
    // When nothing is due any more it still has to find out when something will be.
    const isToLookAgain = this.#isFlowing
    this.#isFlowing = isPolite ? await this.#workPolitely() : (await this.#begin()).isFlowing
    if (this.#isFlowing) this.#pace.reset()
    return this.#isFlowing || isToLookAgain
  }

  async #dueInMs(): Promise<number> {
    const { queue, clock } = this.#options
    const due = await queue.nextDueAt(this.#kinds)
    return due === undefined ? Number.POSITIVE_INFINITY : due.getTime() - clock.now().getTime()
  }

  #wakeAfter(delayMs: number): void {
    if (!this.#isStarted) return
    clearTimeout(this.#next)
    this.#next = setTimeout(() => this.#pump.wake(), Math.max(1, delayMs))
  }

  /** Begins what is due, as much as there is room for, and doesn't wait for what takes long. */
  async #begin(): Promise<Beginning> {
    const { queue, clock, leaseMs, monotonicMs } = this.#options
    if (this.#freePlaces() <= 0) return { isFlowing: await this.#waitForRoom() }
    await this.#gatherRoom()
    const limit = this.#freePlaces()
    if (limit <= 0) return { isFlowing: true }
    const sinceMs = monotonicMs()
    const claimed = await queue.claim({ kinds: this.#kinds, limit, leaseMs, now: clock.now() })
    const begun = claimed.map(each => this.#follow(this.#doOnce(each)))
    return { isFlowing: claimed.length > 0, work: { sinceMs, begun } }
  }

  /** Rests when it has done some of it, for longer than that took. To wait for a place is no work. */
  async #workPolitely(): Promise<boolean> {
    const { monotonicMs, rest } = this.#options
    const { isFlowing, work } = await this.#begin()
    if (!work) return isFlowing
    await within(MAX_WORK_MS, Promise.all(work.begun))
    const endedMs = monotonicMs()
    this.#restUntilMs = endedMs + (endedMs - work.sinceMs) * rest
    return isFlowing
  }

  #freePlaces(): number {
    const { concurrency, room } = this.#options
    return Math.min(concurrency, room()) - this.#underWay.size
  }

  #isRoomy(): boolean {
    const free = this.#freePlaces()
    return free > 0 && free >= (free + this.#underWay.size) * CLAIMED_AT_LEAST
  }

  /** Claiming one by one as places become free would cost a claim for each. What takes long is not waited for. */
  async #gatherRoom(): Promise<void> {
    let isOver = false
    const isEnough = () => isOver || this.#isRoomy()
    const gather = async () => {
      while (!isEnough()) await Promise.race(this.#underWay)
    }
    if (!isEnough()) await within(GATHER_MS, gather())
    isOver = true
  }

  /** What ends makes room, or somebody else says that there is some. */
  async #waitForRoom(): Promise<boolean> {
    this.#isShortOfRoom = true
    if (this.#underWay.size === 0) return false
    const roomMade = new Promise<void>(resolve => {
      this.#onRoomMade = resolve
    })
    await Promise.race([roomMade, ...this.#underWay])
    return true
  }

  #follow(doing: Promise<void>): Promise<void> {
    const followed = doing
      .catch(error => {
        this.#failure ??= { error }
      })
      .finally(() => {
        this.#underWay.delete(followed)
        this.#letGo()
      })
    this.#underWay.add(followed)
    return followed
  }

  /** The database has failed what was done, so that it is claimed again later: no reason to begin more now. */
  #throwFailure(): void {
    const failure = this.#failure
    this.#failure = undefined
    if (failure) throw failure.error
  }

  /** What takes longer than its lease is not begun a second time beside itself. */
  async #doOnce(work: ClaimedWork): Promise<void> {
    const { queue, clock, leaseMs } = this.#options
    const key = JSON.stringify([work.tenant, work.kind, work.id])
    if (this.#atHand.has(key)) {
      await queue.giveBack(work, new Date(clock.now().getTime() + leaseMs))
      return
    }
    this.#atHand.add(key)
    try {
      await this.#do(work)
    } finally {
      this.#atHand.delete(key)
    }
  }

  async #do(work: ClaimedWork): Promise<void> {
    const { queue, clock, handlers, metrics, log } = this.#options
    try {
      const dueAgainAt = await handlers[work.kind]?.(work)
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

/** What has come of claiming. */
interface Beginning {
  /** Whether more is due, as far as is known. */
  readonly isFlowing: boolean
  /** Absent: there was no room for any. */
  readonly work?: { readonly sinceMs: number; readonly begun: readonly Promise<void>[] }
}

function retryDelayMs(attempts: number): number {
  return Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempts, 20))
}
