import type { AttributePath } from '@crm-lite/domain'
import { type RawBuilder, sql } from 'kysely'
import { followPath } from './compile-filter.ts'
import { indexFor, type QueryContext } from './indexes.ts'

/**
 * The scalar that a list is sorted by: the smallest through arrays, NULL when there is none of the attribute's type. It orders as the
 * domain's `sortValue` does, and compares with `context.json.bind(value, path.type)`.
 */
export function sortExpression(path: AttributePath, { json, indexed }: QueryContext): RawBuilder<unknown> {
  const index = indexFor(path, indexed)
  if (index && !index.many) return sql.ref(`r.${index.name}`)
  const { from, last } = followPath(path.segments, json, json.document, 0)
  return json.smallest(json.scalarOf(last, path.type), from, path.type)
}
