import { setTimeout as pause } from 'node:timers/promises'
import type { WebhookResult } from '@crm-lite/adapters-http'
import { type AttemptResult, type BreakerKey, type DeliveryFailure, decideAfterAttempt } from '@crm-lite/domain'
import { BreakerBook } from './breaker-book.ts'
import type { Claim, Claims } from './claims.ts'
import type { DeliveryWorkerOptions } from './delivery-options.ts'
import { Lanes } from './lanes.ts'

const MARK_AGAIN_MS = 250
const DONE = Promise.resolve()

interface Attempted {
  readonly result: AttemptResult
  /** A word for the row and the log. */
  readonly code: string
  /** A word from a short list, for the metrics. */
  readonly outcome: string
}

type FailureStep = Exclude<ReturnType<typeof decideAfterAttempt>, { readonly kind: 'done' }>

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
   * before the breakers know. No async function, as what follows it: each promise more is felt in every delivery.
   */
  #attempt(claim: Claim): Promise<void> {
    const held = this.#heldUntil(claim)
    if (held) this.#giveBack(claim, held)
    else if (this.#claims.isOver(claim)) this.#leave(claim)
    else return this.#send(claim).then(attempted => this.#sent(claim, attempted))
    return DONE
  }

  #send(claim: Claim): Promise<Attempted> {
    const { clock, notificationOf, send, log } = this.#options
    const { subscription, event } = claim.delivery
    const timestamp = clock.now()
    const unsendable = (err: unknown): Attempted => {
      log.warn({ err, subscriptionId: subscription.id, eventId: event.id }, 'an event cannot be sent to a subscriber as it is')
      return { result: { kind: 'refused' }, code: 'unsendable', outcome: 'unsendable' }
    }
    try {
      const { body, secrets, traceparent } = notificationOf(subscription, event, timestamp)
      const sent = send({
        body,
        secrets,
        ...(traceparent !== undefined && { traceparent }),
        url: subscription.callback,
        id: event.id,
        timestamp,
        lane: subscription.id,
        sendBeforeMs: this.#claims.sendBeforeMs(claim),
        signal: this.#cutOff.signal
      })
      return sent.then(attemptedOf, unsendable)
    } catch (error) {
      return Promise.resolve(unsendable(error))
    }
  }

  #sent(claim: Claim, attempted: Attempted): Promise<void> | undefined {
    this.#follower.onSent(claim.delivery.subscription.id)
    const isDelivered = attempted.result.kind === 'delivered'
    const concluding = this.#conclude(() => this.#follow(claim, attempted), isDelivered)
    return isDelivered ? undefined : concluding
  }

  /** The lease was over before it was sent: whoever claims it next sends it, and need not wait for what else is in its bundle. */
  #leave(claim: Claim): void {
    this.#options.metrics.attempted('late')
    this.#giveBack(claim, this.#options.clock.now())
  }

  #follow(claim: Claim, attempted: Attempted): Promise<unknown> {
    const { clock, queue, random, metrics } = this.#options
    const { result, code, outcome } = attempted
    const { delivery } = claim
    const { subscription, event, attempts } = delivery
    const now = clock.now()
    const step = decideAfterAttempt(result, attempts + 1, now, random)
    metrics.attempted(outcome)
    if (step.kind !== 'done') return this.#followFailure(claim, step, { code, at: now }, result)
    return this.#mark(claim, () => queue.delivered(delivery, now)).then(isOurs => {
      if (isOurs) metrics.deliveredAfter(secondsBetween(event.at, now))
      return this.#breakers.settle(subscription, result)
    })
  }

  async #followFailure(claim: Claim, step: FailureStep, failure: DeliveryFailure, result: AttemptResult): Promise<void> {
    const { queue, log } = this.#options
    const { delivery } = claim
    const { subscription, event } = delivery
    switch (step.kind) {
      case 'retry':
        await this.#mark(claim, () => queue.retry(delivery, step.at, failure))
        break
      case 'park':
        if (await this.#mark(claim, () => queue.park(delivery, failure)))
          log.warn(
            { subscriptionId: subscription.id, eventId: event.id, attempts: delivery.attempts + 1, failure: failure.code },
            'a delivery was parked'
          )
        break
      case 'disableSubscription':
        await this.#disable(claim, failure)
        break
      case 'giveBack':
        await this.#mark(claim, () => queue.giveBack(delivery, failure.at))
        break
      default:
        step satisfies never
    }
    if (failure.code !== 'unsendable') await this.#breakers.settle(subscription, result)
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
    void this.#conclude(() => this.#mark(claim, () => this.#options.queue.giveBack(claim.delivery, dueAt)))
  }

  /** Stores an outcome, again and again while the database fails and the lease lasts. False when somebody else has it now. */
  #mark(claim: Claim, store: () => Promise<boolean>): Promise<boolean> {
    return store().then(
      isStored => {
        this.#claims.remove(claim)
        return isStored
      },
      error => this.#markAgain(claim, store, error)
    )
  }

  async #markAgain(claim: Claim, store: () => Promise<boolean>, error: unknown): Promise<boolean> {
    if (this.#options.monotonicMs() + MARK_AGAIN_MS >= claim.leaseEndsMs || this.#cutOff.signal.aborted) {
      this.#claims.remove(claim)
      throw error
    }
    await pause(MARK_AGAIN_MS)
    return this.#mark(claim, store)
  }

  /** Does not fail. */
  #conclude(work: () => Promise<unknown>, isDelivered = false): Promise<void> {
    this.#concluding++
    const end = () => {
      this.#concluding--
      this.#follower.onConcluded(isDelivered)
      if (this.#concluding === 0) for (const resolve of this.#onConcluded.splice(0)) resolve()
    }
    return work().then(end, err => {
      this.#options.log.warn({ err }, 'what came of a delivery could not be stored; it is tried again later')
      end()
    })
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
