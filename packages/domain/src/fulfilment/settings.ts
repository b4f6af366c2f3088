const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS

/** How patient we are with an FMS. All in milliseconds. */
export interface FulfilmentSettings {
  /** How long after we lost an answer the FMS may still take the order in: only then is it looked up. */
  readonly settleTimeMs: number
  /** How long a call takes at most: what was sent before that, and of which nothing was recorded, has lost its answer. */
  readonly callTimeoutMs: number
  readonly retry: RetryPace
  readonly poll: PollPace
  /** How often in a row an answer may make no sense before somebody has to look at it. */
  readonly maxPuzzles: number
  /** How often the FMS is asked to cancel something, before somebody has to. */
  readonly maxCancelTries: number
}

export interface RetryPace {
  readonly firstMs: number
  readonly maxMs: number
  /** A wait is made longer, never shorter, by up to this part of it. */
  readonly jitter: number
  /** After failing for so long somebody has to look at it. */
  readonly giveUpAfterMs: number
}

export interface PollPace {
  /** Right after something was told. */
  readonly minMs: number
  /** After a long silence. */
  readonly maxMs: number
  /** The part of the silence so far that the next one may last. */
  readonly ofSilence: number
  /** Callbacks that ask for a look make it no more often than this. */
  readonly earlyMs: number
}

export const defaultFulfilmentSettings: FulfilmentSettings = {
  settleTimeMs: 30 * SECOND_MS,
  callTimeoutMs: 15 * SECOND_MS,
  retry: { firstMs: SECOND_MS, maxMs: 5 * MINUTE_MS, jitter: 0.2, giveUpAfterMs: 4 * HOUR_MS },
  poll: { minMs: 10 * SECOND_MS, maxMs: 10 * MINUTE_MS, ofSilence: 0.5, earlyMs: SECOND_MS },
  maxPuzzles: 3,
  maxCancelTries: 5
}
