/**
 * Why the domain refuses something. Adapters translate a code; they never look at the message.
 *
 * | code | meaning |
 * |---|---|
 * | `invalidValue` | a value that the resource may not have |
 * | `missingAttribute` | a mandatory attribute is absent, blank or removed |
 * | `serverOwned` | the caller tried to change what only the server sets |
 * | `notFound` | no such resource |
 * | `staleRevision` | the resource is no longer what the caller thinks it is |
 * | `idempotencyKeyReused` | the same idempotency key came with another request |
 * | `filterTooCostly` | no index serves the query and it took too long |
 * | `tooManyScans` | too many queries that no index serves are running |
 * | `unavailable` | the store can't take the work now; trying again later will help |
 *
 * The codes of {@link ConflictCode} are among them.
 */
export type DomainErrorCode =
  | ConflictCode
  | 'invalidValue'
  | 'missingAttribute'
  | 'serverOwned'
  | 'notFound'
  | 'staleRevision'
  | 'idempotencyKeyReused'
  | 'filterTooCostly'
  | 'tooManyScans'
  | 'unavailable'

/**
 * Why something cannot be done with a resource as it is, though nothing is wrong with the request.
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

/** One thing that is wrong with a resource. `pointer` is a JSON Pointer (RFC 6901) into it. Neither part ever holds a value. */
export interface Fault {
  readonly code: DomainErrorCode
  readonly pointer: string
  readonly message: string
}

export interface DomainErrorDetails {
  readonly faults?: readonly Fault[]
  /** The states that may follow instead, for `illegalMove` and `itemsDisagree`. */
  readonly allowed?: readonly string[]
  /** The attributes that an index would have to serve, for `filterTooCostly`. */
  readonly attributes?: readonly string[]
  /** How long to wait before trying again, in seconds. */
  readonly retryAfterS?: number
  readonly cause?: unknown
}

/** An expected refusal. The message is for people, names what is wrong and never contains personal data. */
export class DomainError extends Error {
  override readonly name = 'DomainError'
  readonly code: DomainErrorCode
  readonly details: DomainErrorDetails

  constructor(code: DomainErrorCode, message: string, details: DomainErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.details = details
  }

  /** One error for several faults; it carries the first one's code and message. */
  static ofFaults(faults: readonly [Fault, ...Fault[]]): DomainError {
    return new DomainError(faults[0].code, faults[0].message, { faults })
  }
}
