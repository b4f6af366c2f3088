import { DomainError } from '@crm-lite/domain'
import { ApiError, type ApiFault } from './api-error.ts'
import { type ErrorCode, errorCodes } from './error-codes.ts'

/** An error as HTTP tells it. */
export interface Failure {
  readonly status: number
  readonly faults: readonly [ApiFault, ...ApiFault[]]
  readonly headers: Readonly<Record<string, string>>
  /** What can be done instead, where that is known. */
  readonly allowed?: readonly string[]
}

/** The faults of one answer: more do not help whoever repairs the request. */
const MAX_FAULTS = 50
const DEFAULT_RETRY_AFTER_S = 1

/** What Fastify refuses by itself. Its own messages are not passed on: some of them quote the request. */
const frameworkCodes: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_BAD_URL: 'malformedUrl',
  FST_ERR_MAX_PARAM_LENGTH: 'unknownPath',
  FST_ERR_CTP_BODY_TOO_LARGE: 'bodyTooLarge',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupportedMediaType',
  FST_ERR_ROUTE_MISSING_CONTENT_TYPE: 'unsupportedMediaType',
  FST_ERR_NOT_FOUND: 'unknownPath'
}

const codesOfStatus: Readonly<Record<number, ErrorCode>> = {
  404: 'unknownPath',
  405: 'methodNotAllowed',
  408: 'requestTimeout',
  412: 'staleRevision',
  413: 'bodyTooLarge',
  415: 'unsupportedMediaType',
  417: 'expectationFailed',
  431: 'headersTooLarge'
}

/** One of our own refusals, with the table's status. */
export function refusal(code: ErrorCode, message: string = errorCodes[code].reason, headers?: Record<string, string>): ApiError {
  return new ApiError(errorCodes[code].status, { code, message }, headers)
}

/** @throws {ApiError} 400 when there are faults */
export function refuseFaults([first, ...more]: readonly ApiFault[]): void {
  if (first) throw new ApiError(400, [first, ...more])
}

/** Translates whatever was thrown. What nobody expected becomes a 500 that says nothing about it. */
export function toFailure(error: unknown): Failure {
  if (error instanceof ApiError) return { status: error.statusCode, faults: limited(error.faults), headers: error.headers }
  if (error instanceof DomainError) return ofDomain(error)
  return { ...failureOf(codeOf(error)), headers: {} }
}

export function failureOf(code: ErrorCode): Failure {
  const { status, reason } = errorCodes[code]
  return { status, faults: [{ code, message: reason }], headers: {} }
}

function ofDomain(error: DomainError): Failure {
  const { status } = errorCodes[error.code]
  const { faults = [], attributes = [], retryAfterS = DEFAULT_RETRY_AFTER_S, allowed } = error.details
  const { code, message } = error
  const all: readonly ApiFault[] = faults.length > 0 ? faults : attributes.map(parameter => ({ code, message, parameter }))
  const [first = { code, message }, ...more] = all
  const headers = status === 503 ? { 'retry-after': String(retryAfterS) } : {}
  return { status, faults: limited([first, ...more]), headers, ...(allowed && { allowed }) }
}

/** The domain and the schemas may both notice the same fault. */
function limited(faults: readonly [ApiFault, ...ApiFault[]]): readonly [ApiFault, ...ApiFault[]] {
  const [first, ...others] = faults
  const seen = new Set([placeOf(first)])
  const more = others.filter(fault => !seen.has(placeOf(fault)) && seen.add(placeOf(fault)))
  return [first, ...more.slice(0, MAX_FAULTS - 1)]
}

function placeOf({ code, message, pointer, parameter }: ApiFault): string {
  return JSON.stringify([code, pointer ?? parameter ?? message])
}

function codeOf(error: unknown): ErrorCode {
  if (typeof error !== 'object' || error === null) return 'internalError'
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown }
  const known = typeof code === 'string' ? frameworkCodes[code] : undefined
  if (known) return known
  if (typeof statusCode !== 'number' || statusCode < 400 || statusCode > 499) return 'internalError'
  return codesOfStatus[statusCode] ?? 'malformedRequest'
}
