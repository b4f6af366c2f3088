/** What came of one attempt to deliver an event to a subscriber. */
export type AttemptResult =
  | { readonly kind: 'delivered' }
  /** The receiver says that it is no longer there and never will be (410). */
  | { readonly kind: 'gone' }
  /** The receiver answered, and did not take the event. */
  | { readonly kind: 'refused'; readonly retryAfterMs?: number }
  | { readonly kind: 'unreachable'; readonly reason: UnreachableReason }
  /** Nothing was learnt about the receiver: the attempt was held back or called off on our side. */
  | { readonly kind: 'withdrawn' }

/**
 * | reason | meaning |
 * |---|---|
 * | `connection` | no connection: the name isn't known, nobody listens, nobody answers |
 * | `timeout` | connected, but no complete answer in time |
 * | `forbiddenAddress` | the callback leads to an address that we don't send to; nothing was connected |
 * | `tls` | connected, but no secure connection: a bad certificate, another protocol |
 * | `badAnswer` | connected, but the answer broke off or was no HTTP |
 */
export type UnreachableReason = 'connection' | 'timeout' | 'forbiddenAddress' | 'tls' | 'badAnswer'

export type NextStep =
  | { readonly kind: 'done' }
  | { readonly kind: 'retry'; readonly at: Date }
  /** It stays visible, and somebody may release it. */
  | { readonly kind: 'park' }
  /** Disable the subscription and park everything that waits for it, this event included. */
  | { readonly kind: 'disableSubscription' }
  /** As if nothing had been tried: the attempt doesn't count. */
  | { readonly kind: 'giveBack' }

const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS

/**
 * How long to wait at least before each attempt, in milliseconds after the one before it: ten attempts over 75 hours.
 *
 * @source Standard Webhooks specification, "Deliverability and reliability"
 */
export const RETRY_DELAYS_MS: readonly number[] = [
  0,
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS
]

/** A wait is made longer, never shorter, by up to this part of it, so that what failed together isn't tried together. */
export const RETRY_JITTER = 0.1

/** A receiver may put the next attempt off by this much at most, so that it can't keep a delivery waiting for ever. */
export const MAX_RETRY_AFTER_MS = 24 * HOUR_MS

/**
 * What becomes of a delivery after an attempt.
 *
 * A receiver's `Retry-After` makes the wait longer than the schedule has it, never shorter: an eager one would otherwise use up all
 * attempts within seconds of a failure that lasts an hour.
 *
 * @param attempt attempts made, this one included, from 1
 * @param random uniform in [0, 1)
 */
export function decideAfterAttempt(result: AttemptResult, attempt: number, now: Date, random: () => number): NextStep {
  switch (result.kind) {
    case 'delivered':
      return { kind: 'done' }
    case 'gone':
      return { kind: 'disableSubscription' }
    case 'withdrawn':
      return { kind: 'giveBack' }
    case 'refused':
      return afterFailure(attempt, now, random, result.retryAfterMs)
    case 'unreachable':
      return afterFailure(attempt, now, random)
    default:
      return result satisfies never
  }
}

function afterFailure(attempt: number, now: Date, random: () => number, retryAfterMs = 0): NextStep {
  const delayMs = RETRY_DELAYS_MS[attempt]
  if (delayMs === undefined) return { kind: 'park' }
  const waitMs = Math.max(delayMs, Math.min(retryAfterMs, MAX_RETRY_AFTER_MS))
  return { kind: 'retry', at: new Date(now.getTime() + Math.round(waitMs * (1 + RETRY_JITTER * random()))) }
}
