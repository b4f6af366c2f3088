import { isDateTime, isObject } from '@crm-lite/domain'
import { ApiError, type ApiFault } from '../representation/api-error.ts'
import { eventInstant } from '../representation/event-instant.ts'
import { refusal } from '../representation/failure.ts'

export interface Registration {
  readonly callback: string
  readonly query?: string
}

export interface ReplayRequest {
  /** ISO instants to the millisecond, half open. */
  readonly from: string
  readonly to: string
  readonly query?: string
}

const MAX_CALLBACK_LENGTH = 2_048
const MAX_DELIVERIES = 1_000

/** @throws {ApiError} 400 with a pointer */
export function registrationIn(body: unknown): Registration {
  const { callback, query } = objectIn(body)
  if (callback === undefined) throw fault('missingAttribute', '/callback', 'callback is mandatory')
  if (typeof callback !== 'string') throw fault('invalidValue', '/callback', 'must be a text')
  if (callback.trim() === '') throw fault('missingAttribute', '/callback', 'must not be blank')
  if (callback.length > MAX_CALLBACK_LENGTH)
    throw fault('invalidValue', '/callback', `must not be longer than ${MAX_CALLBACK_LENGTH} characters`)
  return { callback, ...queryIn(query) }
}

/**
 * @param now the end of the time when none is given
 * @throws {ApiError} 400 with a pointer
 */
export function replayIn(body: unknown, now: Date): ReplayRequest {
  const { from, to = now.toISOString(), query } = objectIn(body)
  if (from === undefined) throw fault('missingAttribute', '/from', 'from is mandatory')
  const range = { from: instantIn(from, '/from'), to: instantIn(to, '/to') }
  if (range.to <= range.from) throw fault('invalidValue', '/to', 'must be after from')
  return { ...range, ...queryIn(query) }
}

/**
 * The ids of deliveries; undefined for all of them.
 *
 * @throws {ApiError} 400 with a pointer
 */
export function deliveriesIn(body: unknown): readonly string[] | undefined {
  if (body === undefined) return undefined
  const { delivery } = objectIn(body)
  if (delivery === undefined) return undefined
  if (!Array.isArray(delivery)) throw fault('invalidValue', '/delivery', 'must be an array')
  if (delivery.length > MAX_DELIVERIES)
    throw fault('invalidValue', '/delivery', `must not have more than ${MAX_DELIVERIES} elements`)
  return delivery.map((id: unknown, index) => {
    if (typeof id !== 'string') throw fault('invalidValue', `/delivery/${index}`, 'must be a text')
    return id
  })
}

/**
 * Reads a query out of a body.
 *
 * @throws {ApiError} 400 with a pointer to it, and the name of the condition that is wrong
 */
export function inQuery<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    const [first, ...more] = error.faults.map(each => ({ ...each, pointer: '/query' }))
    throw first ? new ApiError(400, [first, ...more]) : error
  }
}

/** @throws {ApiError} 400 when the body is none */
export function objectIn(body: unknown): Record<string, unknown> {
  if (body === undefined) throw refusal('missingBody')
  if (!isObject(body)) throw fault('invalidValue', '', 'must be an object')
  return body
}

function queryIn(query: unknown): { query?: string } {
  if (query === undefined) return {}
  if (typeof query !== 'string') throw fault('invalidValue', '/query', 'must be a text')
  return { query }
}

/** @throws {ApiError} 400 with the pointer */
export function instantIn(value: unknown, pointer: string): string {
  const instant = typeof value === 'string' && isDateTime(value) ? eventInstant(value) : undefined
  if (instant === undefined)
    throw fault('invalidValue', pointer, 'must be a date and time with an offset, such as 2026-01-31T09:00:00Z')
  return instant
}

/** 400 for something in the body. */
export function fault(code: ApiFault['code'], pointer: string, message: string): ApiError {
  return new ApiError(400, { code, pointer, message })
}
