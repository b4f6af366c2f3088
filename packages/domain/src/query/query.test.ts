import * as fc from 'fast-check'
import t from 'tap'
import type { ValueType } from '../kernel/resource.ts'
import { type AttributePath, everything, type Filter, type FilterValue, type RangeOperator, type TextOperator } from './filter.ts'
import { isLike, likeParts } from './like.ts'
import { matches, numberIn } from './matches.ts'
import { comparePositions, positionOf, type SortKey, selectFields, sortValue } from './selection.ts'
import { segmentsOf } from './values-at.ts'

const path = (dotted: string, type: ValueType = 'string'): AttributePath => ({ segments: segmentsOf(dotted), type })
const isIn = (dotted: string, values: FilterValue[], type?: ValueType): Filter => ({
  kind: 'in',
  path: path(dotted, type),
  values
})
const missing = (dotted: string): Filter => ({ kind: 'missing', path: path(dotted) })
const not = (filter: Filter): Filter => ({ kind: 'not', filter })
const range = (dotted: string, operator: RangeOperator, value: FilterValue, type: ValueType): Filter => {
  return { kind: 'range', path: path(dotted, type), operator, value }
}
const text = (dotted: string, operator: TextOperator, value: string, type?: ValueType): Filter => {
  return { kind: 'text', path: path(dotted, type), operator, value }
}
const holds = (filter: Filter, resource: unknown) => matches(filter, resource, (pattern, found) => found.search(pattern) >= 0)

const asha = {
  id: '1',
  name: 'Asha',
  status: '',
  vip: true,
  score: 12,
  since: '2026-01-31T10:00:00+01:00',
  tags: [],
  notes: null,
  nothing: {},
  party: [
    { role: 'owner', name: 'Bo' },
    { role: 'user', name: 'Asha' }
  ],
  trait: [{ value: 'red' }, { value: 5 }, { value: true }, { value: { deep: 'x' } }, { value: '7' }]
}

t.test('a filter', async t => {
  t.test('without conditions holds for everything', async t => {
    t.ok(holds(everything, asha))
    t.notOk(holds({ kind: 'or', filters: [] }, asha))
  })

  t.test('finds equal values of the same type only, case-sensitive', async t => {
    t.ok(holds(isIn('name', ['Bo', 'Asha']), asha))
    t.notOk(holds(isIn('name', ['asha']), asha))
    t.notOk(holds(isIn('name', []), asha))
    t.ok(holds(isIn('score', [12], 'number'), asha))
    t.notOk(holds(isIn('score', ['12']), asha))
    t.ok(holds(isIn('vip', [true], 'boolean'), asha))
  })

  t.test('takes any element of an array', async t => {
    t.ok(holds(isIn('party.role', ['user']), asha))
    t.notOk(holds(isIn('party.role', ['payer']), asha))
  })

  t.test('on one element wants all of it from the same one', async t => {
    const ownerCalled = (name: string): Filter => ({
      kind: 'element',
      path: path('party'),
      filter: { kind: 'and', filters: [isIn('role', ['owner']), isIn('name', [name])] }
    })
    t.ok(holds(ownerCalled('Bo'), asha))
    t.notOk(holds(ownerCalled('Asha'), asha), 'the owner is another party than Asha')
    t.notOk(holds(ownerCalled('Bo'), {}))
  })

  t.test('that is negated holds where a value is missing', async t => {
    t.ok(holds(not(isIn('segment', ['gold'])), asha))
    t.notOk(holds(not(isIn('party.role', ['owner'])), asha), 'not any is none')
  })

  t.test('knows what is missing', async t => {
    for (const each of ['absent', 'status', 'tags', 'notes', 'nothing', 'party.phone', 'absent.deeper', 'name.deeper']) {
      t.ok(holds(missing(each), asha), each)
    }
    for (const each of ['name', 'vip', 'score', 'party', 'party.role']) t.notOk(holds(missing(each), asha), each)
  })

  t.test('takes date-times as instants', async t => {
    t.ok(holds(isIn('since', ['2026-01-31T09:00:00.000000Z'], 'dateTime'), asha))
    t.ok(holds(range('since', 'lt', '2026-01-31T09:30:00.000000Z', 'dateTime'), asha))
    t.notOk(holds(range('name', 'gt', '2026-01-31T09:30:00.000000Z', 'dateTime'), asha), 'a name is no instant')
  })

  t.test('compares numbers by size and texts by code point', async t => {
    t.ok(holds(range('score', 'gt', 9, 'number'), asha))
    for (const [operator, expected] of [
      ['gt', false],
      ['gte', true],
      ['lt', false],
      ['lte', true]
    ] as const) {
      t.equal(holds(range('score', operator, 12, 'number'), asha), expected, operator)
      t.equal(holds(range('name', operator, 'Asha', 'string'), asha), expected, operator)
    }
    t.ok(holds(range('name', 'lt', 'a', 'string'), asha), 'capitals come first')
  })

  t.test('takes a value of free type as the text, the number or the boolean that is written so', async t => {
    for (const value of ['red', '5', '5.0', '50e-1', 'true', '7']) t.ok(holds(isIn('trait.value', [value], 'any'), asha), value)
    for (const value of ['7.0', '05', 'TRUE', 'deep', '']) t.notOk(holds(isIn('trait.value', [value], 'any'), asha), value)
    const numbers = { trait: [{ value: 5 }, { value: false }] }
    t.ok(holds(range('trait.value', 'gt', '4', 'any'), numbers))
    t.notOk(holds(range('trait.value', 'gt', '10', 'any'), numbers))
    t.notOk(holds(range('trait.value', 'gte', 'a', 'any'), numbers), 'a number has no place among texts')
    t.ok(holds(range('trait.value', 'gt', '10', 'any'), { trait: [{ value: '9' }] }), 'texts compare as texts')
  })

  t.test('looks into texts', async t => {
    t.ok(holds(text('name', 'contains', 'sh'), asha))
    t.ok(holds(text('name', 'startsWith', 'As'), asha))
    t.ok(holds(text('name', 'endsWith', 'ha'), asha))
    t.ok(holds(text('name', 'like', 'A*a'), asha))
    t.ok(holds(text('name', 'regex', '^A.+a$'), asha))
    t.notOk(holds(text('name', 'contains', 'SH'), asha))
    t.notOk(holds(text('trait.value', 'contains', '5', 'any'), asha), 'a number is no text')
  })

  t.test('and its negation never both hold', async () => {
    const condition = fc.constantFrom<Filter>(isIn('name', ['Asha']), isIn('party.role', ['x']), missing('tags'), everything)
    fc.assert(
      fc.property(condition, condition, (left, right) => {
        const both: Filter = { kind: 'and', filters: [left, right] }
        const either: Filter = { kind: 'or', filters: [not(left), not(right)] }
        return holds(not(both), asha) === holds(either, asha) && holds(both, asha) !== holds(not(both), asha)
      })
    )
  })
})

t.test('numbers are written as JSON writes them', async t => {
  for (const [written, number] of [
    ['0', 0],
    ['-1.5', -1.5],
    ['1e3', 1000],
    ['1E-2', 0.01]
  ] as const)
    t.equal(numberIn(written), number)
  for (const wrong of ['', ' 1', '+1', '01', '.5', '1.', '0x1', 'Infinity', 'NaN', '1e999', '1_000', true]) {
    t.equal(numberIn(wrong), undefined, String(wrong))
  }
})

t.test('a like pattern', async t => {
  t.test('has stars for any run of characters and backslashes before literal ones', async t => {
    const matching: [string, string][] = [
      ['', ''],
      ['', '*'],
      ['abc', 'abc'],
      ['abc', 'a*c'],
      ['a\nc', 'a*c'],
      ['a*c', 'a\\*c'],
      ['a\\', 'a\\\\'],
      ['a\\b', 'a\\b'],
      ['aXbXa', 'a*b*a'],
      ['\u{1f600}!', '*!']
    ]
    const others: [string, string][] = [
      ['a', ''],
      ['', 'a'],
      ['abc', 'a\\*c'],
      ['aba', 'ab*ba'],
      ['abcd', 'a*c'],
      ['xabc', 'abc*'],
      ['ABC', 'abc'],
      ['a.c', 'a_c'],
      ['a%', 'a%%']
    ]
    for (const [found, pattern] of matching) t.ok(isLike(found, pattern), `${found} is like ${pattern}`)
    for (const [found, pattern] of others) t.notOk(isLike(found, pattern), `${found} is not like ${pattern}`)
  })

  t.test('has no two stars, nor two texts, side by side in its parts', async t => {
    t.same(likeParts('a**b*\\*\\\\'), ['a', null, 'b', null, '*\\'])
    t.same(likeParts(''), [])
  })

  t.test('means what the regular expression with .* for its stars means', async () => {
    const some = fc
      .array(fc.constantFrom('a', 'b', '*', '\\', '\\*', '\\\\', '\n', '.', '\u{1f600}'), { maxLength: 8 })
      .map(parts => parts.join(''))
    fc.assert(
      fc.property(some, some, (found, pattern) => {
        const source = likeParts(pattern).map(part => (part === null ? '.*' : part.replace(/[\\*.]/g, '\\$&')))
        return isLike(found, pattern) === new RegExp(`^${source.join('')}$`, 'su').test(found)
      }),
      { numRuns: 1000 }
    )
  })
})

t.test('an order', async t => {
  const by = (dotted: string, descending = false, type: ValueType = 'string'): SortKey => ({
    path: path(dotted, type),
    descending
  })
  const sorted = (resources: { id: string }[], ...keys: SortKey[]) =>
    [...resources].sort((a, b) => comparePositions(positionOf(a, keys), positionOf(b, keys), keys)).map(({ id }) => id)

  t.test('puts what has no value last, in both directions', async t => {
    const all = [{ id: '1' }, { id: '2', name: 'B' }, { id: '3', name: 'A' }, { id: '4', name: null }]
    t.same(sorted(all, by('name')), ['3', '2', '1', '4'])
    t.same(sorted(all, by('name', true)), ['2', '3', '4', '1'])
  })

  t.test('without keys is that of the ids', async t => {
    t.same(sorted([{ id: 'b' }, { id: 'a' }, { id: 'B' }]), ['B', 'a', 'b'])
  })

  t.test('takes the smallest element of an array, in both directions', async t => {
    const all = [
      { id: '1', scores: [{ value: 9 }, { value: 10 }] },
      { id: '2', scores: [{ value: 11 }, { value: 2 }] }
    ]
    t.same(sorted(all, by('scores.value', false, 'number')), ['2', '1'])
    t.same(sorted(all, by('scores.value', true, 'number')), ['1', '2'])
    t.equal(sortValue(all[0], path('scores.value', 'number')), 9)
    t.equal(sortValue(all[0], path('scores.other', 'number')), null)
  })

  t.test('decides by the next key when one ties, and by the id in the direction of the last', async t => {
    const all = [
      { id: '1', a: 'x', b: 1 },
      { id: '2', a: 'x', b: 2 },
      { id: '3', a: 'x', b: 2 }
    ]
    t.same(sorted(all, by('a'), by('b', true, 'number')), ['3', '2', '1'])
    t.same(sorted(all, by('b', true, 'number'), by('a')), ['2', '3', '1'])
  })

  t.test('is a total order', async t => {
    const value = fc.option(fc.oneof(fc.constantFrom('a', 'b', '\u{1f600}')), { nil: null })
    const position = fc.record({ values: fc.tuple(value, value), id: fc.constantFrom('1', '2', '3') })
    const keys = fc.tuple(fc.boolean(), fc.boolean()).map(([a, b]) => [by('a', a), by('b', b)])
    fc.assert(
      fc.property(position, position, position, keys, (a, b, c, sort) => {
        const order = (left: typeof a, right: typeof a) => Math.sign(comparePositions(left, right, sort))
        t.equal(order(a, b) + order(b, a), 0)
        t.equal(order(a, b) === 0, JSON.stringify(a) === JSON.stringify(b))
        if (order(a, b) <= 0 && order(b, c) <= 0) t.ok(order(a, c) <= 0)
      })
    )
  })
})

t.test('selected fields', async t => {
  const resource = { ...asha, href: 'https://example.com/1', '@type': 'Thing' }

  t.test('are all of them when none are named', async t => {
    t.same(selectFields(resource, undefined), resource)
  })

  t.test('always have id, href and @type with them', async t => {
    t.same(selectFields(resource, []), { id: '1', href: 'https://example.com/1', '@type': 'Thing' })
  })

  t.test('reach into objects and every element of an array', async t => {
    t.match(
      selectFields(resource, [
        ['party', 'role'],
        ['trait', 'value', 'deep']
      ]),
      {
        party: [{ role: 'owner' }, { role: 'user' }],
        trait: [{ value: 'red' }, { value: 5 }, { value: true }, { value: { deep: 'x' } }, { value: '7' }]
      }
    )
    t.notOk('name' in (selectFields(resource, [['party', 'role']])['party'] as object[])[0]!)
  })

  t.test('are whole where an attribute and a part of it are both named', async t => {
    t.same(selectFields(resource, [['party', 'role'], ['party']])['party'], asha.party)
  })

  t.test('that a resource lacks are left out', async t => {
    t.notOk('phone' in selectFields(resource, [['phone'], ['toString']]))
  })
})
