import type { Fulfilment } from './fulfilment.ts'
import type { FulfilmentSettings, RetryPace } from './settings.ts'

/**
 * How long to wait after failures.
 *
 * @param failures in a row, from 1
 * @param random uniform in [0, 1)
 * @returns milliseconds: the first wait, doubled with each failure, at most the longest, plus jitter; never less than the FMS asks for
 */
export function retryDelayMs(
  { firstMs, maxMs, jitter }: RetryPace,
  failures: number,
  random: () => number,
  retryAfterS = 0
): number {
  const doubled = Math.min(maxMs, firstMs * 2 ** Math.min(30, Math.max(0, failures - 1)))
  const asked = Math.min(Math.max(0, retryAfterS) * 1_000, MAX_RETRY_AFTER_MS)
  return Math.round(Math.max(doubled, asked) * (1 + jitter * random()))
}

/** An FMS may put us off by this much at most. */
const MAX_RETRY_AFTER_MS = 60 * 60 * 1_000

/**
 * When to ask the FMS next: soon after something was told, and ever later the longer it is silent, so that what is lost of its callbacks
 * costs minutes and what takes days costs few calls.
 */
export function nextPoll(
  { newsAt }: Pick<Fulfilment, 'newsAt'>,
  { poll }: FulfilmentSettings,
  now: Date,
  random: () => number
): Date {
  const silenceMs = Math.max(0, now.getTime() - Date.parse(newsAt))
  const waitMs = Math.min(poll.maxMs, Math.max(poll.minMs, silenceMs * poll.ofSilence))
  return new Date(now.getTime() + Math.round(waitMs * (1 + 0.1 * random())))
}

/**
 * When to ask because something came in that we don't act on by itself: at once, though not faster than the pace allows. What is due already
 * may be under way, with an answer that is older than what came in.
 */
export function earlyPoll(
  { polledAt, nextAt }: Pick<Fulfilment, 'polledAt' | 'nextAt'>,
  { poll }: FulfilmentSettings,
  now: Date
): Date {
  const soonest = polledAt === undefined ? 0 : Date.parse(polledAt) + poll.earlyMs
  const planned = nextAt === undefined ? Number.NEGATIVE_INFINITY : Date.parse(nextAt)
  const early = Math.max(now.getTime(), soonest)
  return new Date(planned > now.getTime() ? Math.min(planned, early) : early)
}
