import { type BreakerEffect, breakerEffects, settleBreaker } from '../../events/breaker.ts'
import type { EventSubscription } from '../../events/event-subscription.ts'
import { type AttemptResult, decideAfterAttempt } from '../../events/retry.ts'
import type { BreakerKey, ClaimedDelivery, DeliveryQueue } from '../../ports/delivery-queue.ts'
import type { StoredEvent } from '../../ports/event-log.ts'
import { Bell } from './bell.ts'
import type { SimulatedProcess } from './simulated-process.ts'

export interface DeliveryDriverOptions {
  readonly process: SimulatedProcess
  readonly queue: DeliveryQueue
  readonly wants: (subscription: EventSubscription, event: StoredEvent) => boolean
  readonly send: (subscription: EventSubscription, event: StoredEvent) => Promise<AttemptResult>
  readonly disable: (subscriptionId: string) => Promise<void>
  readonly leaseMs: number
  readonly pollMs: () => number
}

interface Claim {
  readonly delivery: ClaimedDelivery
  leaseEndsMs: number
  isOver: boolean
}

const CLAIMED_AT_ONCE = 24
const MOST_AT_HAND = 64
const REPAIR_EVERY_MS = 60_000
const PAUSE_AFTER_FAILURE_MS = 1_000
const MARK_AGAIN_MS = 250
/** As the worker of the server has it: of a lease, what counts as its end, and how often it is looked at. */
const MARGIN = 0.15
const RENEW_BELOW = 0.6
const LOOKS_PER_LEASE = 5

/** Turns events into deliveries and delivers them, as the worker of the server does, by the same decisions. */
export class DeliveryDriver {
  readonly bell: Bell
  readonly #options: DeliveryDriverOptions
  #atHand = 0

  constructor(options: DeliveryDriverOptions) {
    this.#options = options
    this.bell = new Bell(options.process)
  }

  /** Until the process is killed. */
  async run(): Promise<never> {
    this.#options.process.spawn(() => this.#repair())
    for (;;) {
      try {
        if (!(await this.#step())) await this.bell.rest(await this.#idleMs())
      } catch {
        await this.#options.process.pause(PAUSE_AFTER_FAILURE_MS)
      }
    }
  }

  async #repair(): Promise<never> {
    const { process, queue, pollMs } = this.#options
    for (;;) {
      await queue.repair(process.clock.now()).catch(() => 0)
      await process.pause(Math.max(REPAIR_EVERY_MS, pollMs()))
    }
  }

  async #step(): Promise<boolean> {
    const { process, queue, wants, leaseMs } = this.#options
    const { seen } = await queue.fanOut(wants, 50)
    const limit = Math.min(CLAIMED_AT_ONCE, MOST_AT_HAND - this.#atHand)
    if (limit <= 0) return false
    const askedAtMs = process.timeline.nowMs
    const claimed = await queue.claim({ limit, leaseMs, now: process.clock.now() })
    for (const delivery of claimed) {
      this.#atHand++
      const claim: Claim = { delivery, leaseEndsMs: askedAtMs + leaseMs, isOver: false }
      process.spawn(() => this.#attempt(claim).finally(() => this.#ended(claim)))
      process.timeline.after(leaseMs / LOOKS_PER_LEASE, () => this.#keep(claim))
    }
    return seen > 0 || claimed.length > 0
  }

  #ended(claim: Claim): void {
    claim.isOver = true
    this.#atHand--
    this.bell.ring()
  }

  async #idleMs(): Promise<number> {
    const { process, queue, pollMs } = this.#options
    const due = await queue.nextDueAt()
    if (!due) return pollMs()
    const waitMs = due.getTime() - process.clock.now().getTime()
    // What was due already and was not given is held back: whatever ends that wakes us, or the poll does.
    return waitMs <= 0 ? Math.min(pollMs(), 5_000) : Math.min(pollMs(), waitMs)
  }

  /** Does not fail: what could not be stored is claimed again when the lease is over. */
  async #attempt(claim: Claim): Promise<void> {
    const { process, send, leaseMs } = this.#options
    const { subscription, event } = claim.delivery
    await process.pause(0, 5)
    if (process.timeline.nowMs >= claim.leaseEndsMs - leaseMs * MARGIN) return
    const result = await process.outside(send(subscription, event))
    await this.#conclude(claim, result).catch(() => undefined)
  }

  async #conclude(claim: Claim, result: AttemptResult): Promise<void> {
    const { process, queue, disable } = this.#options
    const { delivery } = claim
    const now = process.clock.now()
    const failure = { code: result.kind, at: now }
    const step = decideAfterAttempt(result, delivery.attempts + 1, now, () => process.random.next())
    switch (step.kind) {
      case 'done':
        await this.#mark(claim, () => queue.delivered(delivery, now))
        break
      case 'retry':
        await this.#mark(claim, () => queue.retry(delivery, step.at, failure))
        break
      case 'park':
        await this.#mark(claim, () => queue.park(delivery, failure))
        break
      case 'giveBack':
        await this.#mark(claim, () => queue.giveBack(delivery, now))
        break
      case 'disableSubscription':
        await disable(delivery.subscription.id)
        await this.#mark(claim, () => queue.park(delivery, failure))
        await queue.parkAll(delivery.tenant, delivery.subscription.id, failure)
        break
      default:
        step satisfies never
    }
    const { id, host } = delivery.subscription
    const effects = breakerEffects(result)
    await this.#settle({ subscription: id }, effects.subscription)
    await this.#settle({ host }, effects.host)
  }

  async #mark(claim: Claim, store: () => Promise<boolean>): Promise<boolean> {
    const { process } = this.#options
    for (;;) {
      try {
        return await store()
      } catch (error) {
        if (process.timeline.nowMs + MARK_AGAIN_MS >= claim.leaseEndsMs) throw error
        await process.pause(MARK_AGAIN_MS)
      }
    }
  }

  async #settle(key: BreakerKey, effect: BreakerEffect): Promise<void> {
    if (effect === 'none') return
    const { process, queue } = this.#options
    const before = await queue.breaker(key)
    if (effect === 'success' && before.state === 'closed' && before.failures === 0) return
    const now = process.clock.now()
    const next = settleBreaker(before, effect, now)
    if (next !== before) await queue.setBreaker(key, next, now)
  }

  #keep(claim: Claim): void {
    const { process, leaseMs } = this.#options
    if (claim.isOver || !process.isAlive) return
    process.spawn(() => this.#renew(claim).catch(() => undefined))
    process.timeline.after(leaseMs / LOOKS_PER_LEASE, () => this.#keep(claim))
  }

  async #renew(claim: Claim): Promise<void> {
    const { process, queue, leaseMs } = this.#options
    const nowMs = process.timeline.nowMs
    const isDue = claim.leaseEndsMs - nowMs < leaseMs * RENEW_BELOW && nowMs < claim.leaseEndsMs - leaseMs * MARGIN
    if (!isDue) return
    const isRenewed = await queue.renew(claim.delivery, leaseMs)
    claim.leaseEndsMs = isRenewed ? nowMs + leaseMs : Number.NEGATIVE_INFINITY
  }
}
