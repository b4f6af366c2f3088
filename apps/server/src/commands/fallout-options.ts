import type { FalloutKind, FalloutStatus } from '@crm-lite/domain'

/** Which fallout records are meant: those for which all of it holds. */
export interface FalloutChoice {
  readonly kind?: FalloutKind
  readonly status?: FalloutStatus
  /** The id of the order. */
  readonly order?: string
  readonly owner?: string
}

/** What `crm fallout list` was asked. */
export interface FalloutListOptions extends FalloutChoice {
  readonly limit: number
  readonly json?: true
}

/** What a decision was asked with. */
export interface DecisionOptions extends Omit<FalloutChoice, 'owner'> {
  readonly reason?: string
  readonly actor: string
  /** Of `assign`: to whom. */
  readonly to?: string
  /** Of `retry-with-changes`: a JSON file. */
  readonly changes?: string
  /** Of `complete-by-hand`: a JSON file. */
  readonly result?: string
}
