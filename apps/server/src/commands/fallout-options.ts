import type { FalloutKind, FalloutStatus, FalloutStep } from '@crm-lite/domain'

/** Which fallout records are meant: those for which all of it holds. */
export interface FalloutChoice {
  readonly kind?: FalloutKind
  readonly status?: FalloutStatus
  /** What was about to be done. */
  readonly step?: FalloutStep
  /** The id of the order. */
  readonly order?: string
  readonly owner?: string
  /** In milliseconds: raised longer ago. */
  readonly olderThan?: number
  /** ISO 8601. */
  readonly raisedBefore?: string
}

/** What `crm fallout list` was asked. */
export interface FalloutListOptions extends FalloutChoice {
  readonly limit: number
  readonly json?: true
}

/** What a decision was asked with. */
export interface DecisionOptions extends FalloutChoice {
  readonly reason?: string
  readonly actor: string
  /** Of `assign`: to whom. */
  readonly to?: string
  /** Of `assign`: nobody takes care of it any more. */
  readonly toNobody?: true
  /** Of `retry-with-changes`: a JSON file. */
  readonly changes?: string
  /** Of `complete-by-hand`: a JSON file. */
  readonly result?: string
}
