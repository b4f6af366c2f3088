import { hash } from 'node:crypto'
import { canonicalInstant, type Filter, type FilterValue, type Position, type SortKey, type ValueType } from '@crm-lite/domain'
import { type ApiError, badParameter } from '../representation/api-error.ts'

/** Where a page starts, and which query it is a page of. */
export interface Cursor {
  readonly signature: string
  /** How many matches were before the page when the cursor was made. */
  readonly offset: number
  readonly after: Position
}

/** What makes two lists the same list, but for the page and the attributes shown. */
export interface ListIdentity {
  readonly resource: string
  readonly tenant: string
  readonly filter: Filter
  readonly sort: readonly SortKey[]
}

/** In characters. Cursors are passed in URLs, in headers that clients limit to 16 KiB. */
const MAX_CURSOR_LENGTH = 2048
const SIGNATURE_LENGTH = 16
/** Changes when cursors made before can't be read any more. */
const VERSION = 1

/** A digest of a list: a cursor of one list is no good for another. It keeps nobody from making cursors up, which would do no harm. */
export function signatureOf({ resource, tenant, filter, sort }: ListIdentity): string {
  return hash('sha256', JSON.stringify([resource, tenant, filter, sort]), 'base64url').slice(0, SIGNATURE_LENGTH)
}

/** A cursor as an opaque text of `A-Z a-z 0-9 - _`, or undefined when a sort value is too long for one. */
export function encodeCursor({ signature, offset, after }: Cursor): string | undefined {
  const text = Buffer.from(JSON.stringify([VERSION, signature, offset, after.id, ...after.values])).toString('base64url')
  return text.length > MAX_CURSOR_LENGTH ? undefined : text
}

/**
 * Reads a cursor of the list with this signature and order.
 *
 * @throws {ApiError} 400 `invalidCursor`
 */
export function decodeCursor(text: string, signature: string, sort: readonly SortKey[]): Cursor {
  const [version, signed, offset, id, ...values] = contents(text)
  if (version !== VERSION || typeof signed !== 'string') throw invalidCursor('this is no cursor of ours')
  if (signed !== signature) throw invalidCursor('the cursor belongs to another list: filter and order must stay the same')
  if (!isOffset(offset) || !isText(id) || values.length !== sort.length) throw invalidCursor('this is no cursor of ours')
  const after = { id, values: values.map((value, index) => sortValue(value, sort[index]!.path.type)) }
  const cursor = { signature, offset, after }
  // Base64 and JSON have many spellings of the same; ours has one.
  if (encodeCursor(cursor) !== text) throw invalidCursor('this is no cursor of ours')
  return cursor
}

function contents(text: string): unknown[] {
  if (text.length > MAX_CURSOR_LENGTH || !/^[\w-]+$/.test(text)) throw invalidCursor('this is no cursor of ours')
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString())
    return Array.isArray(value) ? value : []
  } catch {
    throw invalidCursor('this is no cursor of ours')
  }
}

function sortValue(value: unknown, type: ValueType): FilterValue | null {
  if (value === null) return null
  if (type === 'number' && typeof value === 'number') return value
  if (type === 'boolean' && typeof value === 'boolean') return value
  if (type === 'string' && isText(value)) return value
  if (type === 'dateTime' && isText(value) && canonicalInstant(value) === value) return value
  throw invalidCursor('this is no cursor of ours')
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && !/[\0\p{Surrogate}]/u.test(value)
}

function isOffset(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

function invalidCursor(message: string): ApiError {
  return badParameter('cursor', 'invalidCursor', message)
}
