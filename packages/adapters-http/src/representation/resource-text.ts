import { type FieldSelection, type StoredResource, selectFields } from '@crm-lite/domain'

/**
 * A resource as it is answered: the stored text with `href` spliced in, neither parsed nor printed again unless only some fields
 * are wanted.
 *
 * @param hrefBase the address of the collection, with a slash at the end
 */
export function resourceText(hrefBase: string, stored: StoredResource, fields: FieldSelection): string {
  const text = `{"href":"${hrefBase}${stored.id}",${stored.document.slice(1)}`
  return fields === undefined ? text : JSON.stringify(selectFields(JSON.parse(text) as Record<string, unknown>, fields))
}

export function listText(hrefBase: string, items: readonly StoredResource[], fields: FieldSelection): string {
  return `[${items.map(each => resourceText(hrefBase, each, fields)).join(',')}]`
}
