import { type ClaimedDelivery, type DeliveryQueue, Slots, type Slotted } from '@crm-lite/domain'

/** A delivery that this worker has, until its lease is over. */
export interface Claim extends Slotted {
  readonly delivery: ClaimedDelivery
  /** When it was asked for, on the monotonic clock. */
  readonly askedAtMs: number
  /** On the monotonic clock: afterwards somebody else may have it. Counted from before it was asked for. */
  leaseEndsMs: number
}

export interface ClaimsOptions {
  readonly queue: Pick<DeliveryQueue, 'renew'>
  readonly leaseMs: number
  readonly monotonicMs: () => number
}

/** A lease that is nearly over counts as over: between a look at the clock and what follows time passes, and clocks differ a little. */
const MARGIN = 0.15
/** Renewed when less than this part of it is left, which is looked at so often within a lease. */
const RENEW_BELOW = 0.6
const LOOKS_PER_LEASE = 5

/** What this worker has claimed and not yet dealt with. */
export class Claims {
  readonly #options: ClaimsOptions
  readonly #held = new Slots<Claim>()
  #onEmpty: (() => void)[] = []

  constructor(options: ClaimsOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#held.size
  }

  /** @param askedAtMs when the claim was sent to the database, on the monotonic clock */
  add(delivery: ClaimedDelivery, askedAtMs: number): Claim {
    const claim: Claim = { delivery, askedAtMs, leaseEndsMs: askedAtMs + this.#options.leaseMs, slot: undefined }
    this.#held.add(claim)
    return claim
  }

  remove(claim: Claim): void {
    this.#held.delete(claim)
    if (this.#held.size === 0) for (const resolve of this.#onEmpty.splice(0)) resolve()
  }

  /** Resolves when there are none. */
  async emptied(): Promise<void> {
    if (this.#held.size > 0) await new Promise<void>(resolve => this.#onEmpty.push(resolve))
  }

  /** Until when, on the monotonic clock, something may be sent under this claim. */
  sendBeforeMs(claim: Claim): number {
    return claim.leaseEndsMs - this.#options.leaseMs * MARGIN
  }

  isOver(claim: Claim): boolean {
    return this.#options.monotonicMs() >= this.sendBeforeMs(claim)
  }

  /** Keeps the leases of slow sends and of what waits behind them. Returns what ends that. */
  keep(): () => void {
    const timer = setInterval(() => void this.#renew(), this.#options.leaseMs / LOOKS_PER_LEASE)
    return () => clearInterval(timer)
  }

  /** A lease that is over stays over: others may have acted on that. */
  async #renew(): Promise<void> {
    const { leaseMs, monotonicMs } = this.#options
    const isDue = (claim: Claim) => claim.leaseEndsMs - monotonicMs() < leaseMs * RENEW_BELOW && !this.isOver(claim)
    await Promise.all([...this.#held].filter(isDue).map(claim => this.#renewOne(claim)))
  }

  async #renewOne(claim: Claim): Promise<void> {
    const { queue, leaseMs, monotonicMs } = this.#options
    const askedAtMs = monotonicMs()
    const isRenewed = await queue.renew(claim.delivery, leaseMs).catch(() => undefined)
    if (isRenewed) claim.leaseEndsMs = askedAtMs + leaseMs
    else if (isRenewed === false) claim.leaseEndsMs = Number.NEGATIVE_INFINITY
  }
}
