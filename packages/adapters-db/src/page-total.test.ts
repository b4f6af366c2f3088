import { everything, type ListQuery } from '@crm-lite/domain'
import t from 'tap'
import { pageTotal } from './page-total.ts'

function aQuery(place: Partial<ListQuery>): ListQuery {
  return { filter: everything, sort: [], limit: 10, offset: 0, count: true, ...place }
}
const behind = { after: { values: [], id: 'x' } }

t.test('a total never contradicts the page that was read before or after it', async t => {
  const totals: [total: number, rows: number, place: Partial<ListQuery>, expected: number, why: string][] = [
    [7, 7, {}, 7, 'nothing happened in between'],
    [6, 7, {}, 7, 'one was removed after the page was read'],
    [8, 7, {}, 7, 'one was added after the page was read'],
    [0, 0, {}, 0, 'there is nothing'],
    [1, 0, {}, 0, 'the first one was added after the page was read'],
    [25, 11, {}, 25, 'there are more pages'],
    [9, 11, {}, 11, 'many were removed after the page was read'],
    [24, 5, { offset: 20 }, 25, 'the last page tells how many there are'],
    [19, 11, { offset: 20 }, 31, 'not less than what was read and skipped'],
    [7, 0, { offset: 20 }, 7, 'a page beyond the end tells nothing'],
    [25, 5, behind, 25, 'behind a cursor nobody knows how many were before'],
    [3, 5, behind, 5, 'but these are there']
  ]
  for (const [total, rows, place, expected, why] of totals) t.equal(pageTotal(total, rows, aQuery(place)), expected, why)
})
