import type { AttemptResult } from './retry.ts'

/**
 * A circuit breaker, as all workers share it. It holds sends back from who has failed too often in a row, but for a probe now and then.
 *
 * | state | meaning | `openUntil` |
 * |---|---|---|
 * | `closed` | sends go out | absent |
 * | `open` | held back | when a probe may go out |
 * | `halfOpen` | a probe is under way | when another one may, should nothing be heard of this one |
 */
export interface Breaker {
  readonly state: 'closed' | 'open' | 'halfOpen'
  /** Failures in a row. */
  readonly failures: number
  readonly openUntil?: Date
}

export const closedBreaker: Breaker = { state: 'closed', failures: 0 }

export interface BreakerLimits {
  /** Opens at this many failures in a row. */
  readonly failures: number
  /** From a failure to the next probe, in milliseconds. */
  readonly probeAfterMs: number
}

export const defaultBreakerLimits: BreakerLimits = { failures: 5, probeAfterMs: 30_000 }

export type Permission =
  | { readonly kind: 'send' }
  /** One send may go out, once `next` is stored in place of the breaker that was looked at; whoever comes too late is held. */
  | { readonly kind: 'probe'; readonly next: Breaker }
  | { readonly kind: 'held'; readonly until: Date }

/** Whether a send may go out now. */
export function askBreaker(breaker: Breaker, now: Date, limits: BreakerLimits = defaultBreakerLimits): Permission {
  if (breaker.state === 'closed') return { kind: 'send' }
  if (breaker.openUntil !== undefined && now < breaker.openUntil) return { kind: 'held', until: breaker.openUntil }
  return { kind: 'probe', next: { ...breaker, state: 'halfOpen', openUntil: probeTime(now, limits) } }
}

/** The breaker after a send, which need not have been the probe: what was under way when it opened counts as well. */
export function settleBreaker(
  breaker: Breaker,
  effect: BreakerEffect,
  now: Date,
  limits: BreakerLimits = defaultBreakerLimits
): Breaker {
  if (effect === 'none') return breaker
  if (effect === 'success') return closedBreaker
  const failures = breaker.failures + 1
  if (breaker.state === 'closed' && failures < limits.failures) return { state: 'closed', failures }
  // Stragglers don't put the probe off: a breaker that is open stays open until the time it was opened for.
  if (breaker.state === 'open' && breaker.openUntil !== undefined && now < breaker.openUntil) return { ...breaker, failures }
  return { state: 'open', failures, openUntil: probeTime(now, limits) }
}

export type BreakerEffect = 'success' | 'failure' | 'none'

/**
 * What an attempt says about the subscription and about the host of its callback. A failure counts for one of the two: for the host
 * when no connection came about, which is the same for everyone who is called there, for the subscription otherwise. Otherwise a host
 * that is back would have its subscriptions wait for a probe each.
 */
export function breakerEffects(result: AttemptResult): { readonly subscription: BreakerEffect; readonly host: BreakerEffect } {
  switch (result.kind) {
    case 'delivered':
      return { subscription: 'success', host: 'success' }
    case 'gone':
      return { subscription: 'none', host: 'success' }
    case 'refused':
      return { subscription: 'failure', host: 'success' }
    case 'withdrawn':
      return { subscription: 'none', host: 'none' }
    case 'unreachable':
      if (result.reason === 'connection') return { subscription: 'none', host: 'failure' }
      return { subscription: 'failure', host: result.reason === 'forbiddenAddress' ? 'none' : 'success' }
    default:
      return result satisfies never
  }
}

function probeTime(now: Date, limits: BreakerLimits): Date {
  return new Date(now.getTime() + limits.probeAfterMs)
}
