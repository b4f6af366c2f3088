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

/** A list that changes whenever it is read can't be relied upon: whether to try again later is up to the caller. */
const MAX_PASSES = 3

/**
 * Looks through the list. That it isn't there is certain only when all of the list was seen: real systems ignore `offset`, give fewer
 * than they are asked for, or change while they are read. Where something was missed, as far as anybody can tell, it starts over.
 */
export async function findByListing(
  getPage: GetPage,
  externalId: string,
  strategy: Extract<LookUpStrategy, { readonly by: 'listing' }>
): Promise<Found> {
  let found = await readThrough(getPage, externalId, strategy)
  for (let pass = 1; pass < MAX_PASSES && isWorthAnotherPass(found); pass++) {
    found = await readThrough(getPage, externalId, strategy)
  }
  return found
}

/** Insertions in front may make a list look as if `offset` were ignored. */
function isWorthAnotherPass(found: Found): boolean {
  return found.kind === 'unreadable' && (found.code === 'listChanged' || found.code === 'pagingIgnored')
}

/** From the first page to the last. Pages overlap by one, so that they hold two at least. */
async function readThrough(
  getPage: GetPage,
  externalId: string,
  { pageSize = 100, maxPages = 100, query = {} }: Extract<LookUpStrategy, { readonly by: 'listing' }>
): Promise<Found> {
  const limit = String(Math.max(2, pageSize))
  const pass = new Pass()
  let last: RawPage | undefined
  for (let number = 0; number < maxPages || pass.isOver; number++) {
    const page = await getPage({ ...query, offset: String(pass.offset), limit })
    if (page.kind !== 'ok') return page
    last = page.value
    const { elements, totalCount, failure } = page.value
    const called = elements.filter(element => isCalled(element, externalId))
    if (called.length > 0) return readAll(page.value, called)
    const ids = elements.map(idOf).filter(id => id !== undefined)
    if (ids.length < elements.length) return failure('invalidAnswer')
    const verdict = pass.take(ids, totalCount)
    if (verdict === 'allSeen') return none
    if (verdict !== 'goOn') return failure(verdict)
  }
  if (!last) throw new Error('maxPages: there must be one at least')
  return last.failure('tooManyOrders')
}

type Verdict = 'goOn' | 'allSeen' | 'listChanged' | 'pagingIgnored'

/**
 * What the pages say about the list. Each starts at the last order that was seen: when one was taken away before that, the page starts
 * behind it, and one that nobody has seen may have slipped to where nobody looks any more. Insertions in front only show again what was
 * seen.
 */
class Pass {
  /** Of the page that is to be read. */
  offset = 0
  /** The last page held only what it shares with the one before: behind it there must be nothing. */
  isOver = false
  readonly #seen = new Set<string>()
  /** How many there were at first, where that is told: what has come in since need not be seen. */
  #countAtFirst = 0
  /** The last page held nothing new: once may be due to insertions. */
  #isStuck = false

  take(ids: readonly string[], totalCount: number | undefined): Verdict {
    const before = this.#seen.size
    if (before === 0) this.#countAtFirst = totalCount ?? 0
    const [first] = ids
    if (first === undefined) return this.#atEnd(before === 0 || this.isOver, totalCount)
    if (before > 0 && !this.isOver && !this.#seen.has(first)) return 'listChanged'
    for (const id of ids) this.#seen.add(id)
    const isNothingNew = this.#seen.size === before
    if (this.isOver && !isNothingNew) return 'listChanged'
    if (totalCount !== undefined && this.#seen.size >= totalCount) return 'allSeen'
    const isLastAlone = isNothingNew && ids.length === 1
    if (this.isOver || (this.#isStuck && isNothingNew && !isLastAlone)) return 'pagingIgnored'
    this.isOver = isLastAlone
    this.#isStuck = isNothingNew
    this.offset += this.isOver ? 1 : ids.length - 1
    return 'goOn'
  }

  #atEnd(isExpected: boolean, totalCount = Number.POSITIVE_INFINITY): Verdict {
    return isExpected && this.#seen.size >= Math.min(this.#countAtFirst, totalCount) ? 'allSeen' : 'listChanged'
  }
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
