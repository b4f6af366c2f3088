import type { Breaker } from '../events/breaker.ts'
import type { EventSubscription } from '../events/event-subscription.ts'
import type { StoredEvent } from './event-log.ts'
import type { WorkKind } from './work-queue.ts'

/** An event on its way to one subscriber, claimed by a worker. */
export interface ClaimedDelivery {
  readonly id: string
  readonly tenant: string
  readonly subscription: EventSubscription
  readonly event: StoredEvent
  /** How often it was tried before. */
  readonly attempts: number
  /** Grows with every claim: who marks a delivery must hold the newest one. */
  readonly fencingToken: number
  /**
   * It is claimed before its time, as the probe of a breaker: a failure is no attempt of it. `retry`, `park` and `giveBack` all leave it
   * with the attempts and the time that it had.
   */
  readonly isEarly?: true
}

/** What a subscriber or the way to it did wrong. Never what it answered. */
export interface DeliveryFailure {
  /** A word: `status503`, `timeout`, `connection`, `forbiddenAddress`, `gone` ... */
  readonly code: string
  readonly at: Date
}

export interface ParkedDelivery {
  readonly id: string
  readonly eventId: string
  readonly resource: string
  readonly resourceId: string
  readonly attempts: number
  readonly failureCode: string
  readonly parkedAt: string
}

export interface ClaimOptions {
  readonly limit: number
  /** How long nobody else gets them, on the database's clock. */
  readonly leaseMs: number
  /** Of the clock port: what is due by then. */
  readonly now: Date
  /** Ids of subscriptions that the worker has its hands full with: none of theirs, so that a slow one is not in the way of others. */
  readonly except?: readonly string[]
}

/** What came of looking at events. */
export interface FannedOut {
  /** How many events were looked at. */
  readonly seen: number
  /** Whether there may be more of them. */
  readonly isMore: boolean
  /** What the caller has claimed with it. */
  readonly claimed: readonly ClaimedDelivery[]
  /** Ids of subscriptions that deliveries were made of which somebody may claim now. */
  readonly unclaimed: readonly string[]
}

export interface QueueFigures {
  /** Events that were not yet turned into deliveries. */
  readonly unseenEvents: number
  readonly pending: number
  readonly parked: number
  /** How long the oldest pending delivery's event waits, in seconds. */
  readonly oldestPendingAgeS: number
}

/** Whose sends a breaker holds back: a subscription's, or those to a host. */
export type BreakerKey = { readonly subscription: string } | { readonly host: string }

/**
 * Deliveries: which events each subscriber still gets. All of it rows, shared by every worker of every process.
 *
 * Order: per subscription and resource only the oldest undelivered event can be claimed; the next one follows when that is delivered or
 * parked. Marking a delivery needs the newest fencing token and answers false when somebody else has claimed it since.
 */
export interface DeliveryQueue {
  /**
   * Turns events that nobody has looked at yet into deliveries, each exactly once, for the active and paused subscriptions that existed
   * before them.
   *
   * @param wants decides, without effects, whether a subscription gets an event of its tenant
   * @param limit how many events are looked at, at most
   * @param claim what the caller takes of it at once: no more events are looked at than that may be enough for, but one. For who has
   *   nothing older to claim: otherwise the longest due come first
   */
  fanOut(
    wants: (subscription: EventSubscription, event: StoredEvent) => boolean,
    limit: number,
    claim?: ClaimOptions
  ): Promise<FannedOut>
  /**
   * Deliveries that are due, of active subscriptions, some of each. Nothing of those that a breaker holds back, but one probe once it
   * has been open for long enough: due or not, and the breaker is half open then.
   */
  claim(options: ClaimOptions): Promise<readonly ClaimedDelivery[]>
  /** Keeps a claim for longer. */
  renew(delivery: ClaimedDelivery, leaseMs: number): Promise<boolean>
  delivered(delivery: ClaimedDelivery, at: Date): Promise<boolean>
  retry(delivery: ClaimedDelivery, dueAt: Date, failure: DeliveryFailure): Promise<boolean>
  park(delivery: ClaimedDelivery, failure: DeliveryFailure): Promise<boolean>
  /** Gives a claim back without an attempt: held by a breaker until then, or given up because the worker stops. */
  giveBack(delivery: ClaimedDelivery, dueAt: Date): Promise<boolean>
  /** Parks everything that a subscription still waits for. Returns how many. */
  parkAll(tenant: string, subscriptionId: string, failure: DeliveryFailure): Promise<number>
  parked(
    tenant: string,
    subscriptionId: string,
    page: { readonly limit: number; readonly offset: number }
  ): Promise<readonly ParkedDelivery[]>
  /** Makes parked deliveries due again, all of them when no ids are given: late and out of order. Returns how many. */
  release(tenant: string, subscriptionId: string, deliveryIds: readonly string[] | undefined, now: Date): Promise<number>
  /** Delivers stored events of a time again to one subscription. Returns how many. */
  replay(
    subscription: EventSubscription & { readonly tenant: string },
    range: { readonly from: string; readonly to: string },
    wants: (event: StoredEvent) => boolean,
    now: Date
  ): Promise<number>
  /** Removes every delivery of a subscription. */
  drop(tenant: string, subscriptionId: string): Promise<void>
  breaker(key: BreakerKey): Promise<Breaker>
  /** Stores a breaker's next state. When one that was not closed closes, all that waits for it is due at once. */
  setBreaker(key: BreakerKey, breaker: Breaker, now: Date): Promise<void>
  /** When the next delivery can be claimed, should nothing happen before; undefined when there is none. */
  nextDueAt(): Promise<Date | undefined>
  figures(now: Date): Promise<QueueFigures>
  /**
   * Lets go on what waits for something that is over, parks what was left to wait for subscriptions that are disabled, and forgets what is
   * left of removed ones. Returns how much there was.
   */
  repair(now: Date): Promise<number>
  /** Forgets delivered deliveries of before an instant. */
  purgeDelivered(before: Date): Promise<number>
}

/** Tells workers that there may be something to do: at once inside a process, over the database between processes. */
export interface WorkSignal {
  /**
   * @param wake gets the kinds of the work that is due now or in a few seconds, which may be none; nothing where that isn't known
   * @returns what stops listening
   */
  listen(wake: (due?: readonly WorkKind[]) => void): () => void
}
