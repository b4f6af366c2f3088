import { resourceDefinitions } from '@crm-lite/domain'
import { type Static, Type } from '@sinclair/typebox'
import { Ajv } from 'ajv'
import t from 'tap'
import type { ApiBinding, AttributeTree } from '../binding.ts'
import { attributeTree } from './attribute-tree.ts'
import { dateTime, flag, formats, freeValue, integer, many, number, oneOf, ref, text } from './attributes.ts'
import { createSchemaOf, partialSchemaOf, resolve, updateSchemaOf } from './derive.ts'
import { entity, resource, shape } from './entity.ts'
import { createValidators, MAX_FAULTS } from './validation.ts'

const Period = shape('Period', 'A span.', { optional: { start: dateTime('When.') } })
const Part = entity('Part', 'A part.', {
  mandatory: { code: text('A code.'), 'a/b~c': flag('A flag with an odd name.') },
  optional: {
    count: integer('How many.'),
    weight: number('How heavy.'),
    anything: freeValue('Any value.', 1),
    period: ref(Period)
  }
})
const Thing = resource('Thing', 'A thing.', {
  mandatory: { name: text('Its name.') },
  optional: {
    state: oneOf(['new', 'old'], 'Its state.'),
    part: many(Part, 'Its parts.'),
    mainPart: ref(Part, 'The first of them.'),
    tag: Type.Array(Type.String())
  }
})
const shared = [Part, Period]
const binding = {
  definition: resourceDefinitions[0]!,
  path: 'thing',
  schemas: { resource: Thing, create: createSchemaOf(Thing), update: updateSchemaOf(Thing, shared) },
  attributes: attributeTree(Thing, shared),
  example: { name: 'x' }
}
const api: ApiBinding = {
  key: 'X',
  document: 'x',
  title: 'X',
  description: 'X.',
  version: '1',
  path: 'x',
  payloadName: 'event',
  resources: [binding]
}
const validators = createValidators([api], shared)
const faultsOf = (body: unknown) => validators.faultsOf('create', binding, body)

t.test('a named schema is what its TypeScript type says', async t => {
  const part: Static<typeof Part> = { code: 'c', 'a/b~c': true, period: { start: '2026-01-31T09:00:00Z' }, '@type': 'P' }
  const thing: Static<typeof Thing> = { id: '1', href: 'h', '@type': 'Thing', name: 'n', state: 'new', part: [part] }
  t.same(validators.faultsOf('resource', binding, thing), [])
  t.same(Thing.required, ['id', 'href', '@type', 'name'])
  t.same(Part.required, ['code', 'a/b~c'])
  t.equal(Period.required, undefined)
  t.notOk('@type' in Period.properties, 'a shape says nothing about its type')
  t.same(JSON.parse(JSON.stringify(Thing.properties.mainPart)), { $ref: 'Part#', description: 'The first of them.' })
})

t.test('create and update are derived from the resource', async t => {
  const { create, update } = binding.schemas
  t.equal(create.$id, 'Thing_Create')
  t.same(create.required, ['name'])
  t.same(Object.keys(create.properties).sort(), Object.keys(update.properties).sort())
  for (const name of ['id', 'href']) t.notOk(Object.hasOwn(create.properties, name))
  t.equal(update.$id, 'Thing_Update')
  t.equal(update.required, undefined)
  t.same(update.properties['state']?.['enum'], ['new', 'old', null])
  t.same(update.properties['part']?.['type'], ['array', 'null'])
  const mainPart = update.properties['mainPart']!
  t.equal(mainPart['required'], undefined, 'an object may be sent in part')
  t.same(mainPart['properties']['period']['properties']['start']['type'], ['string', 'null'])
  t.equal(mainPart.description, 'The first of them.')
  t.throws(() => resolve({ ...ref({ ...Period, $id: 'Nowhere' }) }, shared), /Nowhere/)
})

t.test('a resource of which only some fields were wanted may lack the others, inside too', async t => {
  const ajv = new Ajv({ schemas: [Part, Period], formats })
  const validate = ajv.compile(partialSchemaOf(Thing, shared))
  const always = { id: '1', href: 'h', '@type': 'Thing' }
  for (const fine of [{}, { part: [{ count: 1 }, {}] }, { mainPart: { period: {} }, tag: ['x'] }, { name: 'n', more: 1 }])
    t.ok(validate({ ...always, ...fine }), JSON.stringify(fine))
  for (const wrong of [{ id: 1 }, { part: [{ count: '1' }] }, { mainPart: { period: { start: 'x' } } }, { state: 'used' }])
    t.notOk(validate({ ...always, ...wrong }), JSON.stringify(wrong))
  for (const name of ['id', 'href', '@type']) t.notOk(validate({ ...always, [name]: undefined }), `${name} always comes along`)
  const partOf = partialSchemaOf(Thing, shared).properties['part']?.['items']
  t.match(partOf.properties.period, { $ref: 'Period#', description: undefined }, 'what is optional anyway stays')
  const Tree = resource('Tree', 'Contains itself.', { mandatory: { branch: Type.Unsafe({ $ref: 'Tree#' }) }, optional: {} })
  t.match(partialSchemaOf(Tree, [Tree]).properties['branch'], {
    properties: { branch: { type: 'object', properties: undefined } }
  })
})

t.test('an attribute tree knows types, arrays, and what references lead to', async t => {
  const tree = attributeTree(Thing, shared)
  t.match(tree, {
    id: { type: 'string', many: false },
    href: { type: 'string', many: false },
    '@type': { type: 'string', many: false },
    state: { type: 'string', many: false },
    tag: { type: 'string', many: true },
    part: { type: 'object', many: true }
  })
  t.match(tree['part']?.attributes, {
    'a/b~c': { type: 'boolean' },
    count: { type: 'number' },
    weight: { type: 'number' },
    anything: { type: 'any' },
    period: { type: 'object', many: false, attributes: { start: { type: 'dateTime', many: false } } }
  })
  t.equal(tree['constructor'], undefined, 'nothing but attributes is found')
  const union = Type.Object({
    size: Type.Union([Type.Literal('s'), Type.Literal('m')]),
    odd: Type.Union([Type.Literal('s'), Type.Null()])
  })
  t.match(attributeTree(union, []), { size: { type: 'string' }, odd: { type: 'any' } })
})

t.test('a schema that contains itself has attributes at any depth', async t => {
  const Item = Type.Object({ name: Type.String(), item: Type.Array(Type.Unsafe<unknown>({ $ref: 'Item#' })) }, { $id: 'Item' })
  let tree: AttributeTree | undefined = attributeTree(Item, [{ ...Item, $id: 'Item' }])
  for (let depth = 0; depth < 50; depth++) tree = tree?.['item']?.attributes
  t.same(tree?.['name'], { type: 'string', many: false })
})

t.test('faults say what is wrong in plain words, with a JSON pointer', async t => {
  const body = {
    name: ' ',
    state: 'used',
    part: [{ count: '1', weight: 'x' }, 5],
    mainPart: { code: 'c', 'a/b~c': 'yes' },
    tag: {}
  }
  const told = new Map(faultsOf(body).map(({ code, pointer, message }) => [pointer, `${code}: ${message}`]))
  t.same(Object.fromEntries(told), {
    '/name': 'missingAttribute: must not be blank',
    '/state': 'invalidValue: must be one of new, old',
    '/part/0/code': 'missingAttribute: code is mandatory',
    '/part/0/a~1b~0c': 'missingAttribute: a/b~c is mandatory',
    '/part/0/count': 'invalidValue: must be a whole number',
    '/part/0/weight': 'invalidValue: must be a number',
    '/part/1': 'invalidValue: must be an object',
    '/mainPart/a~1b~0c': 'invalidValue: must be true or false',
    '/tag': 'invalidValue: must be an array'
  })
  const period = (start: unknown) => faultsOf({ name: 'n', mainPart: { code: 'c', 'a/b~c': true, period: { start } } })
  t.match(period('2026-02-29T00:00:00Z'), [{ pointer: '/mainPart/period/start', message: /^must be a date and time/ }])
  t.same(period('2028-02-29T00:00:00+05:30'), [])
  for (const wrong of [undefined, null, 'text', 7, [], true])
    t.match(faultsOf(wrong), [{ pointer: '', message: 'must be an object' }])
})

t.test('whole numbers are numbers, whole, and no larger than can be kept exactly', async t => {
  const count = (value: unknown) => faultsOf({ name: 'n', part: [{ code: 'c', 'a/b~c': true, count: value }] })
  for (const fine of [0, -0, 42, -1, 42.0, Number.MAX_SAFE_INTEGER]) t.same(count(fine), [], String(fine))
  const wrongs = ['42', 1.5, JSON.parse('1e999'), Number.NaN, 2 ** 53, JSON.parse('1e300'), null, true, [1]]
  for (const wrong of wrongs) t.match(count(wrong), [{ code: 'invalidValue', pointer: '/part/0/count' }], String(wrong))
})

t.test('URIs are absolute and keep to the grammar', async t => {
  const fines = [
    ...[
      'https://example.com/a?b=c#d',
      'urn:uuid:x',
      'https://[::1]:8080/%20',
      'mailto:a@example.com',
      'file:///a',
      'x:a',
      'x:/a'
    ],
    ...['http://', 'http://u:p@[2001:db8::1]:80/a//b?c/d?e#f/g?h', "HTTP://A.B/!$&'()*+,;=:@~_.-", 'http://a?b']
  ]
  for (const fine of fines) t.ok(formats.uri(fine), fine)
  const wrongs = [
    ...[
      '',
      'a',
      '/a',
      '//a/b',
      'https:',
      'x:?a',
      'x:#a',
      ':a',
      '1:a',
      'http://a b',
      'http://a/%2',
      'http://a/<b>',
      'http://ä',
      'x:\\a'
    ],
    ...[
      'x:[',
      'http://[::1',
      'http://[1:2]',
      'http://[]',
      'http://a/[b]',
      'http://a:b',
      'http://a@b@c',
      'http://a/{b}',
      'http://a#b#c'
    ]
  ]
  for (const wrong of wrongs) t.notOk(formats.uri(wrong), wrong)
  for (const long of ['http://a/', 'http://', 'x:'].map(start => start + 'a%20@'.repeat(100_000))) formats.uri(`${long}|`)
})

t.test('a body full of faults is told some of them, a huge one the first, soon', async t => {
  const parts = (length: number) => ({ name: 'n', part: Array.from({ length }, () => ({})) })
  t.equal(faultsOf(parts(100)).length, MAX_FAULTS)
  t.match(faultsOf(parts(300_000)), [{ pointer: '/part/0/code' }])
  t.equal(faultsOf(parts(300_000)).length, 1)
  let deep: unknown = 'end'
  for (let depth = 0; depth < 100_000; depth++) deep = [deep]
  t.match(faultsOf({ deep }), [{ pointer: '/name' }], 'nesting does not exhaust the stack')
})

t.test('nothing is coerced, removed or filled in', async t => {
  const body = { name: 'n', more: { kept: '1' }, id: 7, part: [{ code: 'c', 'a/b~c': true, more: null }] }
  const before = structuredClone(body)
  t.same(faultsOf(body), [])
  t.same(body, before)
})
