import { qualityOf } from './accepts.ts'
import type { ApiFault } from './api-error.ts'
import { errorCodes, isErrorCode } from './error-codes.ts'
import type { Failure } from './failure.ts'

export const JSON_TYPE = 'application/json; charset=utf-8'
export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8'

/** A pointer consists of the client's own names, which may be of any length. */
const MAX_POINTER_LENGTH = 512

/**
 * The TMF `Error` of a failure, with our extension attributes `pointer`, `parameter`, `errors`, `allowed` and `requestId`.
 *
 * @source TMF630 v4, Error: `code` and `reason` are mandatory, `status` is the HTTP status as text
 */
export function tmfError({ status, faults, allowed }: Failure, requestId: string): Record<string, unknown> {
  const [first] = faults
  const reason = reasonOf(first)
  return {
    '@type': 'Error',
    code: first.code,
    reason,
    status: String(status),
    ...details(faults),
    ...(allowed && { allowed }),
    requestId
  }
}

/** The same failure as problem details. @source RFC 9457 */
export function problem({ status, faults, allowed }: Failure, requestId: string): Record<string, unknown> {
  const [first] = faults
  const { message, ...places } = details(faults)
  const type = `urn:crm-lite:error:${first.code}`
  return {
    type,
    title: reasonOf(first),
    status,
    detail: message,
    code: first.code,
    ...places,
    ...(allowed && { allowed }),
    requestId
  }
}

function details(faults: Failure['faults']): Record<string, unknown> {
  const [first] = faults
  const { code: _code, ...firstDetails } = rendered(first)
  return { ...firstDetails, ...(faults.length > 1 && { errors: faults.map(rendered) }) }
}

function rendered({ code, message, pointer, parameter }: ApiFault) {
  return {
    code,
    message,
    ...(pointer !== undefined && { pointer: shortened(pointer) }),
    ...(parameter !== undefined && { parameter })
  }
}

function shortened(pointer: string): string {
  if (pointer.length <= MAX_POINTER_LENGTH) return pointer
  return pointer.slice(0, pointer.lastIndexOf('/', MAX_POINTER_LENGTH))
}

function reasonOf({ code, message }: ApiFault): string {
  return isErrorCode(code) ? errorCodes[code].reason : message
}

/** Whether an Accept header ranks `application/problem+json`, by name, above `application/json`. @source RFC 9110, 12.5.1 */
export function prefersProblem(accept: string | undefined): boolean {
  if (!accept?.includes('problem+json')) return false
  const quality = new Map(accept.split(',').map(qualityOf))
  const json = quality.get('application/json') ?? quality.get('application/*') ?? quality.get('*/*') ?? 0
  const ofProblem = quality.get('application/problem+json') ?? 0
  return ofProblem > 0 && (ofProblem > json || !quality.has('application/json'))
}
