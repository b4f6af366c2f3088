import type { Page } from '@crm-lite/domain'
import { encodeCursor } from './cursor.ts'
import type { ParsedListQuery } from './parse-list-query.ts'
import { percentEncodedByte, type QueryParameter } from './parse-query-string.ts'

/** A page of a list, and what it is a page of. */
export interface PageContext {
  readonly parameters: readonly QueryParameter[]
  readonly list: ParsedListQuery
  /** Where the collection is served, as clients reach it, with a slash at the end. */
  readonly hrefBase: string
}

const PAGE_PARAMETERS: ReadonlySet<string> = new Set(['offset', 'limit', 'cursor'])
/** Four links with the parameters in each must stay within the 16 KiB of headers that clients take. */
const MAX_REPEATED_LENGTH = 2048

/**
 * The headers that say which part of a list an answer is.
 *
 * - `X-Result-Count`, and `X-Total-Count` when the matches were counted.
 * - `Link` with the other parameters as they were sent. `next` carries a cursor (an offset where a sort value is too long for one), the
 *   others offsets, `last` only when the total is known. Behind long parameters only `next` is given.
 */
export function pageHeaders(
  page: Omit<Page, 'items'> & { readonly items: readonly unknown[] },
  context: PageContext
): Record<string, string> {
  const headers: Record<string, string> = { 'X-Result-Count': String(page.items.length) }
  if (page.total !== undefined) headers['X-Total-Count'] = String(page.total)
  const links = linksOf(page, context)
  if (links.length > 0) headers['Link'] = links.join(', ')
  return headers
}

function linksOf(
  { items, total, next }: Omit<Page, 'items'> & { readonly items: readonly unknown[] },
  context: PageContext
): string[] {
  const { parameters, hrefBase, list } = context
  const { limit } = list.query
  const others = otherParameters(parameters)
  const collection = hrefBase.endsWith('/') ? hrefBase.slice(0, -1) : hrefBase
  const link = (rel: string, place: string) => `<${collection}?${others}${place}&limit=${limit}>; rel="${rel}"`
  const links: string[] = []
  const isShort = others.length <= MAX_REPEATED_LENGTH
  if (isShort) links.push(link('first', 'offset=0'))
  if (isShort && list.offset > 0) links.push(link('prev', `offset=${Math.max(0, list.offset - limit)}`))
  if (next) {
    const offset = list.offset + items.length
    const cursor = encodeCursor({ signature: list.signature, offset, after: next })
    links.push(link('next', cursor === undefined ? `offset=${offset}` : `cursor=${cursor}`))
  }
  if (isShort && total !== undefined) links.push(link('last', `offset=${Math.max(0, Math.floor((total - 1) / limit) * limit)}`))
  return links
}

/** With an ampersand at the end, fit for a URL in angle brackets. */
function otherParameters(parameters: readonly QueryParameter[]): string {
  if (parameters.length === 0) return ''
  let text = ''
  for (const { name, raw } of parameters) if (!PAGE_PARAMETERS.has(name)) text += `${raw}&`
  return text.replace(/[\x80-\xff]/g, percentEncodedByte).replace(/[^\x21-\x7e]|[<>"\\^`{|}]/gu, encodeURIComponent)
}
