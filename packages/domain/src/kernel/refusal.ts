import { type ConflictCode, DomainError, type DomainErrorCode, type Fault } from './errors.ts'

/** Why a decision says no. */
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

/**
 * A decision that says yes.
 *
 * @throws {DomainError} for one that says no, with its code and message
 */
export function insist<T>(decision: T | Refusal): T {
  if (!isRefusal(decision)) return decision
  const { refused, message, allowed, objections } = decision
  throw new DomainError(refused, message, { ...(allowed && { allowed }), ...(objections && { faults: objections }) })
}
