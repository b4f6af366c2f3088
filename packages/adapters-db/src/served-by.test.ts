import { customerDefinition, everything, type Filter, segmentsOf } from '@crm-lite/domain'
import t from 'tap'
import { servedBy } from './served-by.ts'

const { indexed } = customerDefinition
const path = (dotted: string) => ({ segments: segmentsOf(dotted), type: 'string' }) as const
const isOneOf = (dotted: string, ...values: string[]): Filter => ({ kind: 'in', path: path(dotted), values })
const text = (dotted: string, operator: 'contains' | 'endsWith' | 'like' | 'regex' | 'startsWith', value: string): Filter => ({
  kind: 'text',
  path: path(dotted),
  operator,
  value
})
const and = (...filters: Filter[]): Filter => ({ kind: 'and', filters })
const or = (...filters: Filter[]): Filter => ({ kind: 'or', filters })
const not = (filter: Filter): Filter => ({ kind: 'not', filter })
const missing = (dotted: string): Filter => ({ kind: 'missing', path: path(dotted) })
const served = (filter: Filter) => servedBy(filter, { indexed })
const indexOf = (name: string) => indexed.find(index => index.name === name)

t.test('a filter without conditions needs no index', async t => {
  t.same(served(everything), { kind: 'everything' })
  t.same(served(and(and(), and())), { kind: 'everything' })
})

t.test('ids point at resources, whatever else is asked', async t => {
  t.same(served(isOneOf('id', 'a', 'b', 'a')), { kind: 'point', ids: ['a', 'b'] })
  t.same(served(and(text('name', 'regex', 'x'), and(isOneOf('id', 'a')))), { kind: 'point', ids: ['a'] })
  t.not(served(or(isOneOf('id', 'a'), isOneOf('status', 'b'))).kind, 'point')
  t.not(served(not(isOneOf('id', 'a'))).kind, 'point')
})

t.test('one set of values of one index is answered by it exactly', async t => {
  t.same(served(isOneOf('status', 'x', 'y', 'x')), { kind: 'exact', index: indexOf('status'), values: ['x', 'y'] })
  t.same(served(and(or(isOneOf('relatedParty.id', 'x')))), { kind: 'exact', index: indexOf('related_party_id'), values: ['x'] })
})

t.test('a condition that an index serves bounds all that are asked with it', async t => {
  const city = isOneOf('contactMedium.characteristic.city', 'Pune')
  const bounds: Filter[] = [
    isOneOf('engagedParty.id', '1'),
    { kind: 'range', path: path('name'), operator: 'lt', value: 'b' },
    text('name', 'startsWith', 'a'),
    text('name', 'like', 'a*'),
    missing('status'),
    or(isOneOf('status', 'x'), and(isOneOf('name', 'y'), city))
  ]
  for (const by of bounds) t.same(served(and(city, by)), { kind: 'bounded', by })
  t.same(served(and(missing('status'), isOneOf('name', 'x'))), { kind: 'bounded', by: isOneOf('name', 'x') }, 'the narrower one')
})

t.test('an element is found by the index on one of its attributes', async t => {
  const filter = and(isOneOf('role', 'owner'), isOneOf('id', '1'))
  t.same(served({ kind: 'element', path: path('relatedParty'), filter }), {
    kind: 'bounded',
    by: isOneOf('relatedParty.id', '1')
  })
  t.equal(served({ kind: 'element', path: path('relatedParty'), filter: not(filter) }).kind, 'scan')
})

t.test('everything else must look at every resource, and names what would have to be indexed', async t => {
  const unserved: Record<string, Filter[]> = {
    name: [
      not(isOneOf('name', 'x')),
      text('name', 'contains', 'x'),
      text('name', 'endsWith', 'x'),
      text('name', 'regex', '^x'),
      text('name', 'like', '*x'),
      text('name', 'startsWith', '')
    ],
    statusReason: [isOneOf('statusReason', 'x'), or(isOneOf('statusReason', 'x')), missing('statusReason')],
    'account.id': [missing('account.id')],
    'relatedParty.role': [{ kind: 'element', path: path('relatedParty'), filter: isOneOf('role', 'x') }],
    'status,statusReason': [or(isOneOf('status', 'x'), isOneOf('statusReason', 'x'))]
  }
  for (const [attributes, filters] of Object.entries(unserved)) {
    for (const filter of filters) t.same(served(filter), { kind: 'scan', attributes: attributes.split(',') })
  }
  t.equal(served({ kind: 'in', path: { ...path('name'), type: 'any' }, values: ['x'] }).kind, 'scan', 'an index of another type')
})
