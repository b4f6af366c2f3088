import type { DomainErrorCode } from '@crm-lite/domain'

/** What an error code means over HTTP. */
export interface ErrorCodeMeaning {
  readonly status: number
  /** The `reason` of the answer: the same for every error with this code. */
  readonly reason: string
}

/**
 * Every error code that the API answers, published in `docs/errors.md`. A code keeps its name and its status for good: clients
 * decide by it.
 */
export const errorCodes = {
  invalidValue: { status: 400, reason: 'A value is not allowed here' },
  missingAttribute: { status: 400, reason: 'A mandatory attribute is missing or blank' },
  unknownAttribute: { status: 400, reason: 'There is no such attribute' },
  serverOwned: { status: 400, reason: 'Only the server sets this attribute' },
  unknownParameter: { status: 400, reason: 'There is no such query parameter' },
  invalidCursor: { status: 400, reason: 'The cursor does not belong to this query' },
  missingBody: { status: 400, reason: 'The request needs a body' },
  invalidJson: { status: 400, reason: 'The body is not JSON in UTF-8' },
  limitExceeded: { status: 400, reason: 'The body is larger or deeper than a resource may be' },
  invalidPatch: { status: 400, reason: 'The body is not a patch' },
  patchNotApplicable: { status: 400, reason: 'The patch cannot be applied to what is stored' },
  malformedUrl: { status: 400, reason: 'The URL cannot be decoded' },
  malformedRequest: { status: 400, reason: 'The request is not correct HTTP' },
  notFound: { status: 404, reason: 'There is no such resource' },
  unknownPath: { status: 404, reason: 'Nothing is served under this path' },
  methodNotAllowed: { status: 405, reason: 'The path does not support this method' },
  requestTimeout: { status: 408, reason: 'The request did not arrive in time' },
  idempotencyKeyInUse: { status: 409, reason: 'A request with this idempotency key is under way' },
  illegalMove: { status: 409, reason: 'The state cannot be reached from here' },
  itemsDisagree: { status: 409, reason: 'The items of the order are not in states that go with it' },
  notChangeable: { status: 409, reason: 'The attribute is settled in the state that the resource is in' },
  notDeletable: { status: 409, reason: 'The resource cannot be deleted in the state that it is in' },
  notCancellable: { status: 409, reason: 'The order cannot be cancelled' },
  requirementsOpen: { status: 409, reason: 'Something that must come first has not happened' },
  staleRevision: { status: 412, reason: 'The resource has changed since it was read' },
  bodyTooLarge: { status: 413, reason: 'The body is too large' },
  unsupportedMediaType: { status: 415, reason: 'The path does not take this media type' },
  expectationFailed: { status: 417, reason: 'The Expect header cannot be met' },
  idempotencyKeyReused: { status: 422, reason: 'The idempotency key was used for another request' },
  headersTooLarge: { status: 431, reason: 'The headers are too large' },
  internalError: { status: 500, reason: 'The server failed' },
  filterTooCostly: { status: 503, reason: 'No index serves the query and it took too long' },
  tooManyScans: { status: 503, reason: 'Too many queries that no index serves are running' },
  unavailable: { status: 503, reason: 'The store cannot take the request now' },
  notReady: { status: 503, reason: 'The server is not ready for requests' }
} as const satisfies Readonly<Record<string, ErrorCodeMeaning>> & Readonly<Record<DomainErrorCode, ErrorCodeMeaning>>

export type ErrorCode = keyof typeof errorCodes

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCodes, code)
}
