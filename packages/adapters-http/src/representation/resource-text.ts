import { type FieldSelection, type StoredResource, selectFields } from '@crm-lite/domain'
import { bytesOf } from './bytes.ts'
import { segmentOf } from './path-segment.ts'

/**
 * A resource as it is answered: the stored text with `href` spliced in, neither parsed nor printed again unless only some fields
 * are wanted.
 *
 * @param hrefBase the address of the collection, with a slash at the end
 */
export function resourceText(hrefBase: string, stored: StoredResource, fields: FieldSelection): string {
  const text = `{"href":"${hrefBase}${segmentOf(stored.id)}",${stored.document.slice(1)}`
  return fields === undefined ? text : JSON.stringify(selectFields(JSON.parse(text) as Record<string, unknown>, fields))
}

/** A list of them, as UTF-8. */
export function listBytes(hrefBase: string, items: readonly StoredResource[], fields: FieldSelection): Buffer {
  const parts = ['[']
  for (const each of items) {
    if (parts.length > 1) parts.push(',')
    if (fields === undefined) parts.push(`{"href":"${hrefBase}${segmentOf(each.id)}",`, each.document.slice(1))
    else parts.push(resourceText(hrefBase, each, fields))
  }
  parts.push(']')
  return bytesOf(parts)
}
