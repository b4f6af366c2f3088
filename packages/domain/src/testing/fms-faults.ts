import type { FmsFailure, ServiceOrderReport } from '../ports/fms-gateway.ts'

/**
 * What can go wrong with one call.
 *
 * | fault | is it done? | what comes back |
 * |---|---|---|
 * | `refuses` | no | a refusal (400) |
 * | `isBusy` | no | a refusal for `BUSY_FOR_S` (429) |
 * | `breaks` | no | a failure of its own (500), from which nobody can tell |
 * | `breaksAfter` | yes | the same |
 * | `isDown` | no | no connection |
 * | `isSilent` | no | nothing |
 * | `isLate` | at `settle` | nothing |
 * | `losesAnswer` | yes | nothing |
 * | `garbles` | yes | what is no JSON |
 * | `forgetsId` | yes | an answer without an id |
 * | `mistakesType` | yes | an answer about something else |
 * | `redirects` | no | the wish to ask elsewhere (307), where it would be done |
 * | `sendsOn` | yes | where to read what became of it (303) |
 * | `floods` | yes | an answer of more than 1 MiB |
 * | `drips` | yes | an answer that comes drop by drop, for longer than anybody waits |
 * | `breaksOff` | yes | an answer without its end |
 */
export type FmsFault =
  | 'refuses'
  | 'isBusy'
  | 'breaks'
  | 'breaksAfter'
  | 'isDown'
  | 'isSilent'
  | 'isLate'
  | 'losesAnswer'
  | 'garbles'
  | 'forgetsId'
  | 'mistakesType'
  | 'redirects'
  | 'sendsOn'
  | 'floods'
  | 'drips'
  | 'breaksOff'

export type FmsOperation = 'create' | 'get' | 'list' | 'cancel' | 'cancellation' | 'subscribe' | 'unsubscribe'

/** How long an FMS that `isBusy` asks to be left alone. */
export const BUSY_FOR_S = 7

export const fmsFaults: Readonly<Record<FmsFault, { readonly isDone: 'no' | 'yes' | 'later'; readonly failure: FmsFailure }>> = {
  refuses: { isDone: 'no', failure: failure('refused', 'badRequest', 'no', 'known', 400) },
  isBusy: {
    isDone: 'no',
    failure: { ...failure('refused', 'tooManyRequests', 'retryable', 'known', 429), retryAfterS: BUSY_FOR_S }
  },
  breaks: { isDone: 'no', failure: failure('refused', 'serverError', 'retryable', 'unknown', 500) },
  breaksAfter: { isDone: 'yes', failure: failure('refused', 'serverError', 'retryable', 'unknown', 500) },
  isDown: { isDone: 'no', failure: failure('unreachable', 'connection', 'retryable', 'known') },
  isSilent: { isDone: 'no', failure: failure('unreachable', 'timeout', 'retryable', 'unknown') },
  isLate: { isDone: 'later', failure: failure('unreachable', 'timeout', 'retryable', 'unknown') },
  losesAnswer: { isDone: 'yes', failure: failure('unreachable', 'brokenOff', 'retryable', 'unknown') },
  garbles: { isDone: 'yes', failure: failure('unreadable', 'notJson', 'retryable', 'unknown', 200) },
  forgetsId: { isDone: 'yes', failure: failure('unreadable', 'invalidAnswer', 'retryable', 'unknown', 201) },
  mistakesType: { isDone: 'yes', failure: failure('unreadable', 'wrongType', 'retryable', 'unknown', 201) },
  redirects: { isDone: 'no', failure: failure('refused', 'redirected', 'no', 'known', 307) },
  sendsOn: { isDone: 'yes', failure: failure('refused', 'redirected', 'no', 'unknown', 303) },
  floods: { isDone: 'yes', failure: failure('unreadable', 'tooLong', 'retryable', 'unknown', 201) },
  drips: { isDone: 'yes', failure: failure('unreachable', 'timeout', 'retryable', 'unknown', 201) },
  breaksOff: { isDone: 'yes', failure: failure('unreachable', 'brokenOff', 'retryable', 'unknown', 201) }
}

/** An FMS that does as it is told, so that what becomes of a call is known. */
export interface ScriptedFms {
  /** The next calls of that kind find it so, one after another. */
  failNext(operation: FmsOperation, ...faults: readonly FmsFault[]): void
  /** What was taken silently is done now. */
  settle(): void
  /** Everything that was placed, in that order. */
  orders(): readonly ServiceOrderReport[]
  /** The order becomes what `change` makes of it. */
  move(id: string, change: (order: ServiceOrderReport) => ServiceOrderReport): void
  /** Where it would send callbacks to. */
  callbacks(): readonly string[]
}

function failure(
  kind: FmsFailure['kind'],
  code: string,
  retry: 'retryable' | 'no',
  outcome: 'known' | 'unknown',
  status?: number
): FmsFailure {
  const evidence = status === undefined ? {} : { evidence: { status } }
  const isOutcomeUnknown = outcome === 'unknown'
  return { kind, code, message: `The FMS said so (${code}).`, retryable: retry === 'retryable', isOutcomeUnknown, ...evidence }
}
