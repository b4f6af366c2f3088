import { performance } from 'node:perf_hooks'
import type { ClaimedDelivery, FannedOut } from '@crm-lite/domain'
import { Claims } from './claims.ts'
import { Deliverer } from './deliverer.ts'
import type { DeliveryWorkerOptions } from './delivery-options.ts'
import { FanOutRest } from './fan-out-rest.ts'
import { Pace } from './pace.ts'
import { Pump } from './pump.ts'

type TimerName = 'poll' | 'repair' | 'due' | 'again' | 'fanOut' | 'claim'

interface FannedOutOnce extends Pick<FannedOut, 'seen' | 'isMore'> {
  readonly isWanted: boolean
  readonly given: readonly string[]
  readonly taken: number
}

/** Claimed for each slot of a subscription, so that no slot waits for the database; more when so many are left. */
const CLAIMED_PER_SLOT = 32
const LEFT_PER_SLOT = 28
/** So much may be at hand for each slot when more is taken with what is made of events. */
const TAKEN_PER_SLOT = 64
const MAX_CLAIMED = 4_096
const REPAIR_EVERY_MS = 60_000
const PAUSE_AFTER_FAILURE_MS = 1_000
/** While changes are written one after the other, and are for nobody, somebody looks at them this often. */
const LOOK_EVERY_MS = { least: 20, most: 80 }
/** Who subscribes then may wait this much longer for the first event. */
const LOOK_WHERE_NOBODY_LISTENS_EVERY_MS = { least: 250, most: 250 }
/** What is made of events is claimed at once; this is for what becomes due in other ways while changes are written. */
const CLAIM_EVERY_MS = { least: 20, most: 320 }
/**
 * An event may become readable a moment after it was announced, when a transaction that began before its own is still under way:
 * after a wake-up that found nothing it is looked for again, ever less often.
 */
const LOOK_AGAIN_MS: readonly number[] = [5, 10, 20, 40, 80, 160, 320, 640]

/** So many of these looks are left out while nobody listens to anything. */
const LOOKS_FOR_LISTENERS = 4

/**
 * Turns events into deliveries and delivers them: as many at once as the bulkheads allow, each as often as the schedule says.
 *
 * Everything that matters is in the queue's rows, so that a worker may end at any moment and several may work side by side.
 */
export class DeliveryWorker {
  readonly #options: Required<DeliveryWorkerOptions>
  readonly #claims: Claims
  readonly #deliverer: Deliverer
  readonly #fanOut = this.#pump(() => this.#fanOutPaced())
  readonly #claim = this.#pump(() => this.#claimOnce())
  readonly #repair = this.#pump(() => this.#repairOnce())
  readonly #timers = new Map<TimerName, NodeJS.Timeout>()
  readonly #fanOutPace: Pace
  readonly #unheardPace: Pace
  readonly #claimPace: Pace
  #isStarted = false
  /** Whether anybody could have wanted the last events. */
  #isListenedTo = true
  /** Whether the last claim found nothing, so far as we know: what is made of events then is the oldest that there is. */
  #hasCaughtUp = true
  readonly #rest: FanOutRest
  #lookedAgain = LOOK_AGAIN_MS.length
  /** What the last claim left out because enough of it was at hand: these subscriptions, or everything. */
  #leftOut: readonly string[] | 'everything' = []
  #stopListening: () => void = () => {}
  #stopKeeping: () => void = () => {}

  constructor(options: DeliveryWorkerOptions) {
    this.#options = { random: Math.random, monotonicMs: () => performance.now(), ...options }
    const { queue, limits, monotonicMs } = this.#options
    this.#fanOutPace = new Pace(LOOK_EVERY_MS, monotonicMs)
    this.#unheardPace = new Pace(LOOK_WHERE_NOBODY_LISTENS_EVERY_MS, monotonicMs)
    this.#claimPace = new Pace(CLAIM_EVERY_MS, monotonicMs)
    const enough = limits.concurrencyPerSubscription * LEFT_PER_SLOT
    this.#rest = new FanOutRest(id => this.#deliverer.lanes.sizeOf(id), enough)
    this.#claims = new Claims({ queue, leaseMs: limits.leaseMs, monotonicMs })
    this.#deliverer = new Deliverer(this.#options, this.#claims, {
      onSent: subscriptionId => this.#fanOutIfRoom(subscriptionId),
      onConcluded: isDelivered => {
        if (isDelivered) this.#claimIfRoom()
        else this.#claimSoon() // to learn when it is due again
      }
    })
  }

  /** Works until it is stopped. */
  start(): void {
    this.#isStarted = true
    this.#stopListening = this.#options.signal.listen(() => this.#wake())
    this.#stopKeeping = this.#claims.keep()
    this.#wakeEvery('poll', () => this.#wake(), this.#options.limits.pollMs)
    this.#wakeEvery('repair', () => this.#repair.wake(), REPAIR_EVERY_MS)
  }

  /**
   * Takes nothing more, gives back what it has not begun to send, waits for what it has, and cuts that off when it takes too long.
   *
   * @param patienceMs how long sends under way may still take
   */
  async stop(patienceMs: number): Promise<void> {
    this.#isStarted = false
    this.#stopListening()
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#deliverer.lanes.close()
    await Promise.all([this.#fanOut.stop(), this.#claim.stop(), this.#repair.stop()])
    this.#deliverer.giveBackWaiting()
    const cutOff = setTimeout(() => this.#deliverer.cutOff(), patienceMs)
    await this.#deliverer.settled()
    clearTimeout(cutOff)
    this.#stopKeeping()
  }

  /** Does everything that is due now and returns how many deliveries it claimed. For tests, on a worker that was not started. */
  async processAll(): Promise<number> {
    const { queue, clock } = this.#options
    let claimed = 0
    for (;;) {
      const before = claimed
      const { seen, taken } = await this.#fanOutOnce()
      claimed += taken
      await this.#deliverer.settled()
      while (await this.#claimOnce()) {
        claimed += this.#claims.size
        await this.#deliverer.settled()
      }
      const isIdle = seen === 0 && claimed === before
      if (isIdle && (await queue.figures(clock.now())).unseenEvents === 0) return claimed
    }
  }

  #wake(): void {
    this.#lookedAgain = 0
    if (!this.#rest.isOn) this.#wakeFanOut()
    this.#wakeInTime('claim', this.#claim, this.#claimPace)
  }

  /** Where nobody subscribed to anything nobody is kept waiting. */
  #wakeFanOut(): void {
    this.#wakeInTime('fanOut', this.#fanOut, this.#isListenedTo ? this.#fanOutPace : this.#unheardPace)
  }

  /** Most of what wakes is a change, often one that is for nobody: that shall not cost a look at the log and a claim each time. */
  #wakeInTime(name: 'fanOut' | 'claim', pump: Pump, pace: Pace): void {
    const waitMs = pace.take()
    if (waitMs > 0) this.#wakeAfter(name, pump, waitMs)
    else pump.wake()
  }

  #wakeEvery(name: 'poll' | 'repair', wake: () => void, intervalMs: number): void {
    this.#timers.set(name, setInterval(wake, intervalMs))
    wake()
  }

  async #fanOutPaced(): Promise<boolean> {
    // Woken while it was looking at the log, and found out that there is enough.
    if (this.#rest.isOn) return false
    const { seen, isMore, isWanted, given } = await this.#fanOutOnce()
    const isAtEnd = seen === 0 && this.#isListenedTo
    if (isWanted || isAtEnd || isMore) this.#fanOutPace.reset()
    const restMs = isMore ? this.#rest.begin(given, this.#hasCaughtUp) : undefined
    if (restMs !== undefined) this.#restFor(restMs)
    else if (seen > 0) this.#wakeFanOut()
    else this.#lookAgainSoon()
    return false
  }

  #restFor(restMs: number): void {
    const wake = () => {
      const moreMs = this.#rest.goOnResting()
      if (moreMs === undefined) this.#goOn()
      else this.#restFor(moreMs)
    }
    this.#wakeAfter('fanOut', { wake }, restMs)
  }

  /** Returns the subscriptions that were given something, and how much of it this worker has taken. */
  async #fanOutOnce(): Promise<FannedOutOnce> {
    const { queue, wants, limits, clock, monotonicMs } = this.#options
    const { lanes } = this.#deliverer
    const mayTake = Math.min(4 * limits.claimBatch - lanes.waiting, MAX_CLAIMED - this.#claims.size)
    const left = this.#leftOut === 'everything' ? [] : this.#leftOut
    const isFirst = this.#hasCaughtUp && this.#leftOut !== 'everything'
    const except = [...left, ...lanes.fullerThan(limits.concurrencyPerSubscription * TAKEN_PER_SLOT)]
    const claim = { limit: mayTake, leaseMs: limits.leaseMs, now: clock.now(), except }
    const askedAtMs = monotonicMs()
    let isWanted = false
    let isListenedTo = false
    const wanted: typeof wants = (subscription, event) => {
      isListenedTo = true
      const isWantedNow = wants(subscription, event)
      isWanted ||= isWantedNow
      return isWantedNow
    }
    const { seen, isMore, claimed, unclaimed } = await queue.fanOut(
      wanted,
      limits.fanOutBatch,
      isFirst && mayTake > 0 ? claim : undefined
    )
    if (seen > 0) this.#isListenedTo = isListenedTo
    if (unclaimed.length > 0) {
      this.#hasCaughtUp = false
      this.#claimSoon()
    }
    this.#send(claimed, askedAtMs)
    const given = new Set([...claimed.map(({ subscription }) => subscription.id), ...unclaimed])
    return { seen, isMore, isWanted, given: [...given], taken: claimed.length }
  }

  /** What is older comes first: then a claim fills the room. */
  #fanOutIfRoom(subscriptionId: string): void {
    if (!this.#isStarted || !this.#rest.mayEndFor(subscriptionId)) return
    if (!this.#hasCaughtUp || this.#leftOut.includes(subscriptionId)) this.#claimSoon()
    else this.#goOn()
  }

  #goOn(): void {
    this.#rest.end()
    this.#fanOut.wake()
  }

  #send(deliveries: readonly ClaimedDelivery[], askedAtMs: number): void {
    for (const delivery of deliveries) this.#deliverer.lanes.add(delivery.subscription.id, this.#claims.add(delivery, askedAtMs))
  }

  #lookAgainSoon(): void {
    if (!this.#isListenedTo) this.#lookedAgain = Math.max(this.#lookedAgain, LOOKS_FOR_LISTENERS)
    const delayMs = LOOK_AGAIN_MS[this.#lookedAgain++]
    if (delayMs !== undefined) this.#wakeAfter('again', this.#fanOut, delayMs)
  }

  async #repairOnce(): Promise<boolean> {
    const repaired = await this.#options.queue.repair(this.#options.clock.now())
    if (repaired > 0) this.#claimSoon()
    return false
  }

  #claimSoon(): void {
    if (this.#isStarted) this.#claim.wake()
  }

  /** After a delivery: there is only more to have if something was left out, and it is worth asking when there is room for some. */
  #claimIfRoom(): void {
    const { lanes } = this.#deliverer
    const { claimBatch, concurrencyPerSubscription } = this.#options.limits
    const left = this.#leftOut
    if (left === 'everything') {
      if (lanes.waiting < claimBatch && this.#claims.size < MAX_CLAIMED) this.#claimSoon()
    } else if (left.some(each => lanes.sizeOf(each) <= concurrencyPerSubscription * LEFT_PER_SLOT)) this.#claimSoon()
  }

  async #claimOnce(): Promise<boolean> {
    const { queue, clock, limits, monotonicMs } = this.#options
    const { lanes } = this.#deliverer
    const limit = Math.min(limits.claimBatch, MAX_CLAIMED - this.#claims.size)
    this.#leftOut = 'everything'
    if (limit <= 0 || lanes.waiting >= 4 * limits.claimBatch) return false
    const except = lanes.fullerThan(limits.concurrencyPerSubscription * CLAIMED_PER_SLOT)
    this.#leftOut = except
    const now = clock.now()
    const askedAtMs = monotonicMs()
    const deliveries = await queue.claim({ limit, leaseMs: limits.leaseMs, now, except })
    this.#send(deliveries, askedAtMs)
    this.#hasCaughtUp = deliveries.length === 0
    if (deliveries.length > 0) {
      this.#claimPace.reset() // what ends may let more follow
      return true
    }
    for (const each of [...this.#rest.subscriptions]) this.#fanOutIfRoom(each)
    await this.#wakeWhenDue(now)
    return false
  }

  /** What was due already and was not given is held back, and whatever ends that wakes us, or the poll does. */
  async #wakeWhenDue(lookedAt: Date): Promise<void> {
    if (!this.#isStarted) return
    const { queue, clock, limits } = this.#options
    const due = await queue.nextDueAt()
    if (!due || due <= lookedAt) return
    const delayMs = due.getTime() - clock.now().getTime()
    if (delayMs < limits.pollMs) this.#wakeAfter('due', this.#claim, Math.max(1, delayMs))
  }

  #wakeAfter(name: Exclude<TimerName, 'poll' | 'repair'>, pump: Pick<Pump, 'wake'>, delayMs: number): void {
    if (!this.#isStarted) return
    clearTimeout(this.#timers.get(name))
    this.#timers.set(
      name,
      setTimeout(() => pump.wake(), delayMs)
    )
  }

  #pump(work: () => Promise<boolean>): Pump {
    return new Pump({
      work,
      pauseAfterFailureMs: PAUSE_AFTER_FAILURE_MS,
      onFailing: err => this.#options.log.warn({ err }, 'deliveries wait for the database'),
      onRecovered: () => this.#options.log.info({}, 'deliveries go on')
    })
  }
}
