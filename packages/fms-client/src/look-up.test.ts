import type { FmsFailure, FmsResult, ServiceOrderReport } from '@crm-lite/domain'
import * as fc from 'fast-check'
import t from 'tap'
import { findByListing, type GetPage } from './look-up.ts'

const MINE = 'mine'
const MAX_PAGES = 20
const none: FmsResult<readonly ServiceOrderReport[]> = { kind: 'ok', value: [] }

interface Listing {
  readonly orders: readonly string[]
  readonly isCounted: boolean
  readonly pageSize?: number
  /** What becomes of the list once so many pages were read. */
  readonly change?: (orders: readonly string[], pagesRead: number) => readonly string[]
  /** Where a page begins that is asked for at `offset`: there, where it is not ignored. */
  readonly startOf?: (offset: number) => number
}

/** Looks for `mine` in a list that changes between the pages. */
async function look({ orders, isCounted, pageSize = 3, change = same, startOf = offset => offset }: Listing) {
  let list = orders
  let pagesRead = 0
  const getPage: GetPage = async ({ offset, limit }) => {
    const start = startOf(Number(offset))
    const elements = list.slice(start, start + Number(limit)).map(id => ({ id, externalId: id, state: 'held' }))
    const page = { elements, ...(isCounted && { totalCount: list.length }), failure }
    list = change(list, ++pagesRead)
    return { kind: 'ok', value: page }
  }
  const result = await findByListing(getPage, MINE, { by: 'listing', pageSize, maxPages: MAX_PAGES })
  const found = result.kind === 'ok' ? result.value.map(({ id }) => id).join() : result.code
  return { result, found, pagesRead, left: list }
}

const same = (orders: readonly string[]) => orders

const failure = (code: string): FmsFailure => ({
  kind: 'unreadable',
  code,
  retryable: true,
  isOutcomeUnknown: false,
  message: code
})

for (const isCounted of [true, false]) {
  const counted = isCounted ? 'counted' : 'not counted'

  t.test(`in a list that shrinks while it is read nothing is missed: ${counted}`, async t => {
    const orders = ['a', 'b', 'c', MINE, 'd', 'e']
    for (const removed of [1, 2, 3]) {
      const change = (list: readonly string[], pagesRead: number) => (pagesRead === 1 ? list.slice(removed) : list)
      const { found, pagesRead } = await look({ orders, isCounted, change })
      t.equal(found, MINE, `${removed} removed`)
      t.ok(pagesRead <= 4)
    }
    const last = (list: readonly string[], pagesRead: number) => (pagesRead === 1 ? [MINE] : list)
    t.equal((await look({ orders, isCounted, change: last })).found, MINE, 'all of the first page is gone')
  })

  t.test(`a list that shrinks whenever it is read says nothing, soon: ${counted}`, async t => {
    const orders = Array.from({ length: 50 }, (_, index) => `other-${index}`)
    const { found, pagesRead } = await look({ orders, isCounted, change: list => list.slice(2) })
    t.equal(found, 'listChanged')
    t.equal(pagesRead, 6, 'two pages a pass')
  })

  t.test(`what is taken away behind the page, or once, leaves the answer certain: ${counted}`, async t => {
    const orders = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
    const behind = await look({ orders, isCounted, change: list => list.filter(id => id !== 'f') })
    t.same(behind.result, none)
    const once = (list: readonly string[]) => list.filter(id => id !== 'a')
    t.same((await look({ orders, isCounted, change: once })).result, none)
  })

  t.test(`orders that come in at the front are no reason to start over: ${counted}`, async t => {
    const orders = ['a', 'b', 'c', 'd', 'e']
    const growing = await look({ orders, isCounted, change: (list, read) => (read < 4 ? [`new-${read}`, ...list] : list) })
    t.same(growing.result, none)
    t.ok(growing.pagesRead <= 6)
    t.equal((await look({ orders: [...orders, MINE], isCounted, change: (list, n) => [`new-${n}`, ...list] })).found, MINE)
  })

  t.test(`the same page again and again says nothing: ${counted}`, async t => {
    const { found, pagesRead } = await look({ orders: ['a', 'b', 'c', 'd', MINE], isCounted, startOf: () => 0 })
    t.equal(found, 'pagingIgnored')
    t.equal(pagesRead, 9, 'three pages a pass')
  })

  t.test(`whatever becomes of a list while it is read, what is in it all the time is never denied: ${counted}`, async () => {
    const step = fc.record({ inserted: fc.nat({ max: 2 }), removed: fc.array(fc.nat({ max: 12 }), { maxLength: 2 }) })
    const listing = fc.record({
      before: fc.nat({ max: 7 }),
      behind: fc.nat({ max: 7 }),
      pageSize: fc.integer({ min: 1, max: 4 }),
      steps: fc.array(step, { maxLength: 12 })
    })
    await fc.assert(
      fc.asyncProperty(listing, async ({ before, behind, pageSize, steps }) => {
        const others = (name: string, count: number) => Array.from({ length: count }, (_, index) => `${name}-${index}`)
        const change = (list: readonly string[], pagesRead: number) => {
          const { inserted = 0, removed = [] } = steps[pagesRead - 1] ?? {}
          const kept = list.filter((id, index) => id === MINE || !removed.includes(index))
          return [...others(`new-${pagesRead}`, inserted), ...kept]
        }
        const orders = [...others('before', before), MINE, ...others('behind', behind)]
        const { found, pagesRead } = await look({ orders, isCounted, pageSize, change })
        return (found === MINE || found === 'listChanged' || found === 'pagingIgnored') && pagesRead <= 3 * (MAX_PAGES + 1)
      }),
      { numRuns: 5_000 }
    )
  })
}

t.test('the list is followed to its end, and a bit further only where nobody has counted it', async t => {
  for (const [count, isCounted, pages] of [
    [0, true, 1],
    [0, false, 1],
    [1, true, 1],
    [1, false, 3],
    [3, true, 1],
    [3, false, 3],
    [7, true, 3],
    [7, false, 5]
  ] as const) {
    const orders = Array.from({ length: count }, (_, index) => `other-${index}`)
    const { result, pagesRead } = await look({ orders, isCounted })
    t.same([result, pagesRead], [none, pages], `${count} orders, ${isCounted ? '' : 'not '}counted`)
  }
})
