import type { FmsFailure, FmsResult, JsonValue, ServiceOrderReport } from '@crm-lite/domain'
import type { LookUpStrategy } from './fms-client-options.ts'
import { isObject } from './json.ts'
import { readOrder } from './read-order.ts'

/** A page as it came: what is in it is read when it matters. */
export interface RawPage {
  readonly elements: readonly JsonValue[]
  readonly totalCount?: number
  /** Why it can't be relied upon. */
  failure(code: string): FmsFailure
}

export type GetPage = (query: Readonly<Record<string, string>>) => Promise<FmsResult<RawPage>>

type Found = FmsResult<readonly ServiceOrderReport[]>

/** Asks for it. An answer with anything else in it says that the filter was not followed, and so nothing at all. */
export async function findByFilter(
  getPage: GetPage,
  externalId: string,
  strategy: Extract<LookUpStrategy, { readonly by: 'externalId' }>
): Promise<Found> {
  const page = await getPage({ [strategy.parameter ?? 'externalId']: externalId })
  if (page.kind !== 'ok') return strategy.notFoundMeansNone && page.code === 'notFound' ? none : page
  const { elements, totalCount, failure } = page.value
  if (!elements.every(element => isCalled(element, externalId))) return failure('filterIgnored')
  if (elements.length === 0 && (totalCount ?? 0) > 0) return failure('invalidAnswer')
  return readAll(page.value, elements)
}

/**
 * Looks through the list. That it isn't there is certain only when all of the list was seen: real systems ignore `offset`, give fewer
 * than they are asked for, or change while they are read.
 */
export async function findByListing(
  getPage: GetPage,
  externalId: string,
  strategy: Extract<LookUpStrategy, { readonly by: 'listing' }>
): Promise<Found> {
  const { pageSize = 100, maxPages = 100, query = {} } = strategy
  const seen = new Set<string>()
  let offset = 0
  let last: RawPage | undefined
  for (let number = 0; number < maxPages; number++) {
    const page = await getPage({ ...query, offset: String(offset), limit: String(pageSize) })
    if (page.kind !== 'ok') return page
    last = page.value
    const { elements, totalCount, failure } = page.value
    const called = elements.filter(element => isCalled(element, externalId))
    if (called.length > 0) return readAll(page.value, called)
    const before = seen.size
    for (const element of elements) {
      const id = idOf(element)
      if (id === undefined) return failure('invalidAnswer')
      seen.add(id)
    }
    if (totalCount !== undefined && seen.size >= totalCount) return none
    if (elements.length === 0) return totalCount === undefined ? none : failure('listChanged')
    if (seen.size === before) return failure('pagingIgnored')
    offset += elements.length
  }
  if (!last) throw new Error('maxPages: there must be one at least')
  return last.failure('tooManyOrders')
}

const none: Found = { kind: 'ok', value: [] }

function readAll(page: RawPage, elements: readonly JsonValue[]): Found {
  const orders: ServiceOrderReport[] = []
  for (const element of elements) {
    const read = readOrder(element)
    if (read.kind !== 'ok') return page.failure(read.code)
    orders.push(read.value)
  }
  return { kind: 'ok', value: orders }
}

function isCalled(element: JsonValue, externalId: string): boolean {
  return isObject(element) && element['externalId'] === externalId
}

function idOf(element: JsonValue): string | undefined {
  const id = isObject(element) ? element['id'] : undefined
  return typeof id === 'string' || typeof id === 'number' ? String(id) : undefined
}
