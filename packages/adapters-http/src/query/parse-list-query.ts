import type { FieldSelection, ListQuery } from '@crm-lite/domain'
import type { ResourceBinding } from '../binding.ts'
import { type Extensions, withExtensions } from './attribute-lookup.ts'
import { decodeCursor, signatureOf } from './cursor.ts'
import { parseFilter } from './parse-filter.ts'
import type { QueryParameter } from './parse-query-string.ts'
import { parseSelection } from './parse-selection.ts'

export interface ListContext {
  readonly binding: Pick<ResourceBinding, 'definition' | 'attributes' | 'computed'>
  /** Where the collection is served, as clients reach it, with a slash at the end. */
  readonly hrefBase: string
  readonly tenant: string
  readonly extensions?: Extensions | undefined
  /** Whether the exact number of matches is wanted; true when not given. */
  readonly count?: boolean
}

/** A list as a client asked for it. */
export interface ParsedListQuery {
  readonly query: ListQuery
  readonly fields: FieldSelection
  /** Whether the client gave one of `offset`, `limit`, `cursor`. */
  readonly pageRequested: boolean
  /** How many matches are before this page. With a cursor it is the number when the cursor was made. */
  readonly offset: number
  /** What ties cursors to this list. */
  readonly signature: string
}

/**
 * Reads all the parameters of a list: see `parseFilter` and `parseSelection`.
 *
 * @throws {ApiError} 400 `unknownAttribute`, `unknownParameter`, `invalidValue`, `invalidCursor`
 */
export function parseListQuery(parameters: readonly QueryParameter[], context: ListContext): ParsedListQuery {
  const { binding, hrefBase, tenant, extensions, count = true } = context
  const attributes = withExtensions(binding.attributes, extensions)
  const { fields, sort, limit, offset, cursor, pageRequested } = parseSelection(
    parameters,
    attributes,
    withExtensions(attributes, binding.computed)
  )
  const filter = parseFilter(parameters, { attributes: binding.attributes, hrefBase, extensions })
  const signature = signatureOf({ resource: binding.definition.name, tenant, filter, sort })
  const query = { filter, sort, limit, offset, count }
  if (cursor === undefined) return { query, fields, pageRequested, offset, signature }
  const start = decodeCursor(cursor, signature, sort)
  return { query: { ...query, offset: start.offset, after: start.after }, fields, pageRequested, offset: start.offset, signature }
}
