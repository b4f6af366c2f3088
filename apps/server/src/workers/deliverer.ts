import { setTimeout as pause } from 'node:timers/promises'
import type { WebhookResult } from '@crm-lite/adapters-http'
import { type AttemptResult, type BreakerKey, type DeliveryFailure, decideAfterAttempt } from '@crm-lite/domain'
import { BreakerBook } from './breaker-book.ts'
import type { Claim, Claims } from './claims.ts'
import type { DeliveryWorkerOptions } from './delivery-options.ts'
import { Lanes } from './lanes.ts'

const MARK_AGAIN_MS = 250

interface Attempted {
  readonly result: AttemptResult
  /** A word for the row and the log. */
  readonly code: string
  /** A word from a short list, for the metrics. */
  readonly outcome: string
}

/** Who wants to know how it goes. */
interface Follower {
  /** One of a subscription has been sent, whatever came of it. */
  onSent(subscriptionId: string): void
  /** What came of a claim has been stored. */
  onConcluded(isDelivered: boolean): void
}

/** Sends what was claimed, through lanes, and stores what came of it. */
export class Deliverer {
  readonly lanes: Lanes<Claim>
  readonly #options: Required<DeliveryWorkerOptions>
  readonly #claims: Claims
  readonly #breakers: BreakerBook
  readonly #follower: Follower
  readonly #cutOff = new AbortController()
  #concluding = 0
  #onConcluded: (() => void)[] = []

  constructor(options: Required<DeliveryWorkerOptions>, claims: Claims, follower: Follower) {
    const { queue, clock, monotonicMs, limits } = options
    this.#options = options
    this.#claims = claims
    this.#follower = follower
    this.#breakers = new BreakerBook({ queue, clock, monotonicMs, onTurn: (key, isOpen) => this.#breakerTurned(key, isOpen) })
    this.lanes = new Lanes({ inAll: limits.concurrency, perLane: limits.concurrencyPerSubscription }, claim =>
      this.#attempt(claim)
    )
  }

  /** Gives back what waits in the lanes. */
  giveBackWaiting(): void {
    for (const claim of this.lanes.withdraw(() => true)) this.#giveBack(claim, this.#options.clock.now())
  }

  /** Ends what is being sent. */
  cutOff(): void {
    this.#cutOff.abort()
  }

  /** Resolves when nothing is claimed any more, and all that followed has been stored. */
  async settled(): Promise<void> {
    while (this.#claims.size > 0 || this.#concluding > 0) {
      await this.#claims.emptied()
      if (this.#concluding > 0) await new Promise<void>(resolve => this.#onConcluded.push(resolve))
    }
  }

  /**
   * Resolves when the lane has its slot back. Storing a success does not keep it; storing a failure does, so that nothing more is sent
   * before the breakers know.
   */
  async #attempt(claim: Claim): Promise<void> {
    const held = this.#heldUntil(claim)
    if (held) return this.#giveBack(claim, held)
    if (this.#claims.isOver(claim)) return this.#leave(claim)
    const attempted = await this.#send(claim)
    this.#follower.onSent(claim.delivery.subscription.id)
    const isDelivered = attempted.result.kind === 'delivered'
    const concluding = this.#conclude(() => this.#follow(claim, attempted), isDelivered)
    if (!isDelivered) await concluding
  }

  async #send(claim: Claim): Promise<Attempted> {
    const { clock, notificationOf, send, log } = this.#options
    const { subscription, event } = claim.delivery
    const timestamp = clock.now()
    try {
      const result = await send({
        ...notificationOf(subscription, event, timestamp),
        url: subscription.callback,
        id: event.id,
        timestamp,
        lane: subscription.id,
        sendBeforeMs: this.#claims.sendBeforeMs(claim),
        signal: this.#cutOff.signal
      })
      return attemptedOf(result)
    } catch (err) {
      log.warn({ err, subscriptionId: subscription.id, eventId: event.id }, 'an event cannot be sent to a subscriber as it is')
      return { result: { kind: 'refused' }, code: 'unsendable', outcome: 'unsendable' }
    }
  }

  /** The lease was over before it was sent: whoever claims it next sends it. */
  #leave(claim: Claim): void {
    this.#options.metrics.attempted('late')
    void this.#conclude(async () => this.#claims.remove(claim))
  }

  async #follow(claim: Claim, { result, code, outcome }: Attempted): Promise<void> {
    const { clock, queue, random, metrics, log } = this.#options
    const { delivery } = claim
    const { subscription, event } = delivery
    const attempts = delivery.attempts + 1
    const now = clock.now()
    const failure: DeliveryFailure = { code, at: now }
    const step = decideAfterAttempt(result, attempts, now, random)
    metrics.attempted(outcome)
    switch (step.kind) {
      case 'done':
        if (await this.#mark(claim, () => queue.delivered(delivery, now))) metrics.deliveredAfter(secondsBetween(event.at, now))
        break
      case 'retry':
        await this.#mark(claim, () => queue.retry(delivery, step.at, failure))
        break
      case 'park':
        if (await this.#mark(claim, () => queue.park(delivery, failure)))
          log.warn({ subscriptionId: subscription.id, eventId: event.id, attempts, failure: code }, 'a delivery was parked')
        break
      case 'disableSubscription':
        await this.#disable(claim, failure)
        break
      case 'giveBack':
        await this.#mark(claim, () => queue.giveBack(delivery, now))
        break
      default:
        step satisfies never
    }
    if (code !== 'unsendable') await this.#breakers.settle(subscription, result)
  }

  async #disable(claim: Claim, failure: DeliveryFailure): Promise<void> {
    const { queue, clock, disable, log } = this.#options
    const { tenant, subscription } = claim.delivery
    try {
      await disable(tenant, subscription.id)
    } catch (error) {
      // Kept, it would be renewed for ever: let go, it is tried again when its lease is over.
      this.#claims.remove(claim)
      throw error
    }
    const waiting = this.lanes.withdraw(each => each.delivery.subscription.id === subscription.id)
    const now = clock.now()
    await Promise.all(waiting.map(each => this.#mark(each, () => queue.giveBack(each.delivery, now))))
    await this.#mark(claim, () => queue.park(claim.delivery, failure))
    const parked = await queue.parkAll(tenant, subscription.id, failure)
    log.warn({ subscriptionId: subscription.id, parked }, 'a subscription was disabled: its receiver says that it is gone (410)')
  }

  #giveBack(claim: Claim, dueAt: Date): void {
    void this.#conclude(async () => void (await this.#mark(claim, () => this.#options.queue.giveBack(claim.delivery, dueAt))))
  }

  /** Stores an outcome, again and again while the database fails and the lease lasts. False when somebody else has it now. */
  async #mark(claim: Claim, store: () => Promise<boolean>): Promise<boolean> {
    try {
      for (;;) {
        try {
          return await store()
        } catch (error) {
          if (this.#options.monotonicMs() + MARK_AGAIN_MS >= claim.leaseEndsMs || this.#cutOff.signal.aborted) throw error
          await pause(MARK_AGAIN_MS)
        }
      }
    } finally {
      this.#claims.remove(claim)
    }
  }

  /** Does not fail. */
  async #conclude(work: () => Promise<void>, isDelivered = false): Promise<void> {
    this.#concluding++
    try {
      await work()
    } catch (err) {
      this.#options.log.warn({ err }, 'what came of a delivery could not be stored; it is tried again later')
    }
    this.#concluding--
    this.#follower.onConcluded(isDelivered)
    if (this.#concluding === 0) for (const resolve of this.#onConcluded.splice(0)) resolve()
  }

  #breakerTurned(key: BreakerKey, isOpen: boolean): void {
    const { log } = this.#options
    if (!isOpen) log.info({ breaker: key }, 'deliveries are no longer held back')
    else log.warn({ breaker: key }, 'deliveries are held back: too many failed in a row')
    for (const claim of this.lanes.withdraw(each => this.#heldUntil(each) !== undefined)) {
      this.#giveBack(claim, this.#heldUntil(claim) ?? this.#options.clock.now())
    }
  }

  #heldUntil({ delivery, askedAtMs }: Claim): Date | undefined {
    return this.#breakers.heldUntil(delivery.subscription, askedAtMs)
  }
}

function attemptedOf(result: WebhookResult): Attempted {
  switch (result.kind) {
    case 'delivered':
    case 'gone':
      return { result, code: result.kind, outcome: result.kind }
    case 'refused':
      return { result, code: `status${result.status}`, outcome: 'refused' }
    case 'unreachable':
    case 'withdrawn':
      return { result, code: result.reason, outcome: result.reason }
    default:
      return result satisfies never
  }
}

function secondsBetween(from: string, to: Date): number {
  return (to.getTime() - Date.parse(from)) / 1000
}
