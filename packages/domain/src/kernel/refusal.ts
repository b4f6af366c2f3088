import type { DomainErrorCode, Fault } from './errors.ts'

/**
 * Why a decision says no, where it isn't the input that is wrong.
 *
 * | code | meaning |
 * |---|---|
 * | `illegalMove` | the state cannot be reached from here; `allowed` says which can |
 * | `itemsDisagree` | the items of the order are not in states that go with it |
 * | `notChangeable` | the attribute is settled in the state that the resource is in |
 * | `notDeletable` | not in this state |
 * | `notCancellable` | it is too late, or being cancelled already |
 * | `requirementsOpen` | something that must come first hasn't happened |
 */
export type ConflictCode =
  | 'illegalMove'
  | 'itemsDisagree'
  | 'notChangeable'
  | 'notDeletable'
  | 'notCancellable'
  | 'requirementsOpen'

export type RefusalCode =
  | ConflictCode
  | Extract<DomainErrorCode, 'invalidValue' | 'missingAttribute' | 'serverOwned' | 'notFound'>

/** One thing that stands in the way. `pointer` is a JSON Pointer into what was sent or, for states, into what is stored. */
export interface Objection extends Omit<Fault, 'code'> {
  readonly code: RefusalCode
}

/** A decision that says no. A value: whoever asked for the decision makes an error of it, or not. The message repeats no value sent. */
export interface Refusal {
  readonly refused: RefusalCode
  readonly message: string
  /** The states that may follow instead, for `illegalMove`. */
  readonly allowed?: readonly string[]
  readonly objections?: readonly Objection[]
}

export function isRefusal(decision: unknown): decision is Refusal {
  return typeof decision === 'object' && decision !== null && 'refused' in decision
}

export function refusal(refused: RefusalCode, message: string, more: Pick<Refusal, 'allowed' | 'objections'> = {}): Refusal {
  return { refused, message, ...more }
}

/** One refusal for several objections; it carries the first one's code and message. */
export function refusalOf(objections: readonly Objection[]): Refusal | undefined {
  const first = objections[0]
  return first && { refused: first.code, message: first.message, objections }
}
