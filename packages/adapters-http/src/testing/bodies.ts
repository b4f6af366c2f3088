import type { TSchema } from '@sinclair/typebox'
import fc from 'fast-check'
import type { NamedSchema } from '../binding.ts'
import { resolve } from '../schema/derive.ts'

type Body = Record<string, unknown>

const word = fc.string({ unit: 'grapheme', maxLength: 12 }).filter(text => !text.includes('\u0000'))
const instant = fc
  .date({ min: new Date('1900-01-02T00:00:00Z'), max: new Date('2200-01-01T00:00:00Z'), noInvalidDate: true })
  .chain(date =>
    fc.constantFrom(date.toISOString(), date.toISOString().replace('Z', '+05:30'), `${date.toISOString().slice(0, 19)}Z`)
  )
const scalar = fc.oneof(word, fc.integer(), fc.boolean(), fc.constant(null))
const extension = fc.oneof(
  scalar,
  fc.array(scalar, { maxLength: 3 }),
  fc.record({ inside: scalar, list: fc.array(scalar, { maxLength: 2 }) })
)

/** Bodies that a schema allows, some of them with attributes that it does not know. */
export function anyBody(schema: TSchema, shared: readonly NamedSchema[], depth = 0): fc.Arbitrary<unknown> {
  const resolved = resolve(schema, shared)
  const type = [resolved['type']].flat()[0] as string | undefined
  switch (type) {
    case 'object':
      return anyObject(resolved, shared, depth)
    case 'array':
      // A schema may contain itself.
      return depth > 4 ? fc.constant([]) : fc.array(anyBody(resolved['items'], shared, depth + 1), { maxLength: 3 })
    case 'string':
      return anyText(resolved)
    case 'integer':
      return fc.maxSafeInteger()
    case 'number':
      return fc.double({ noNaN: true, noDefaultInfinity: true }).map(value => value + 0)
    case 'boolean':
      return fc.boolean()
    default:
      return extension
  }
}

function anyObject(schema: TSchema, shared: readonly NamedSchema[], depth: number): fc.Arbitrary<Body> {
  const properties = Object.entries(schema['properties'] as Record<string, TSchema>)
  const model = Object.fromEntries(properties.map(([name, each]) => [name, anyBody(each, shared, depth + 1)]))
  const known = fc.record(model, { requiredKeys: (schema['required'] as string[] | undefined) ?? [] })
  const unknown = fc.dictionary(fc.stringMatching(/^ext[A-Z][a-z]{1,6}$/), extension, { maxKeys: 2 })
  return fc.tuple(known, fc.option(unknown, { nil: {}, freq: 4 })).map(([body, more]) => ({ ...body, ...more }))
}

function anyText(schema: TSchema): fc.Arbitrary<string> {
  if (schema['enum']) return fc.constantFrom(...(schema['enum'] as string[]))
  if (schema['format'] === 'date-time') return instant
  if (schema['format'] === 'uri') return fc.webUrl({ withFragments: true, withQueryParameters: true })
  return schema['pattern'] === undefined ? word : word.map(text => `${text}x`)
}

/** A body with one thing wrong in it, and what must be said about it. */
export interface DamagedBody {
  readonly body: unknown
  readonly pointer: string
  readonly code: 'invalidValue' | 'missingAttribute'
}

type Damage = DamagedBody & { readonly kind: string }

/** Stands in every wrong text, so that it can be searched for in what is answered. */
export const CANARY = 'canary-Zq7'

/** Bodies that a schema allows but for one fault, each kind of fault at each place where it is possible. */
export function damagedBody(schema: TSchema, shared: readonly NamedSchema[]): fc.Arbitrary<DamagedBody> {
  return fc
    .tuple(anyBody(schema, shared), fc.nat())
    .map(([body, choice]) => ({ places: [...damages(body, schema, shared)], choice }))
    .filter(({ places }) => places.length > 0)
    .map(({ places, choice }) => places[choice % places.length]!)
}

/** Each way to spoil a value, as the whole value with that one place spoilt. */
function* damages(value: unknown, schema: TSchema, shared: readonly NamedSchema[]): Generator<Damage> {
  const resolved = resolve(schema, shared)
  for (const [kind, code, wrong] of wrongValues(resolved)) yield { kind, code, pointer: '', body: wrong }
  if (resolved['type'] === 'array') yield* damagedItems(value as unknown[], resolved, shared)
  if (resolved['type'] === 'object') yield* damagedAttributes(value as Body, resolved, shared)
}

function* damagedItems(items: readonly unknown[], schema: TSchema, shared: readonly NamedSchema[]): Generator<Damage> {
  for (const [index, item] of items.entries()) {
    for (const damage of damages(item, schema['items'], shared)) {
      yield { ...damage, pointer: `/${index}${damage.pointer}`, body: items.with(index, damage.body) }
    }
  }
}

function* damagedAttributes(body: Body, schema: TSchema, shared: readonly NamedSchema[]): Generator<Damage> {
  for (const [name, attribute] of Object.entries(schema['properties'] as Record<string, TSchema>)) {
    if (!Object.hasOwn(body, name)) continue
    for (const damage of damages(body[name], attribute, shared)) {
      yield { ...damage, pointer: `/${name}${damage.pointer}`, body: { ...body, [name]: damage.body } }
    }
    if (!(schema['required'] as string[] | undefined)?.includes(name)) continue
    const { [name]: _removed, ...rest } = body
    yield { kind: 'missing', code: 'missingAttribute', pointer: `/${name}`, body: rest }
  }
}

function* wrongValues(schema: TSchema): Generator<[kind: string, code: DamagedBody['code'], wrong: unknown]> {
  const type: string | undefined = schema['type']
  if (type === undefined) return
  yield ['null', 'invalidValue', null]
  yield ['type', 'invalidValue', type === 'string' ? 42 : type === 'object' ? [CANARY] : CANARY]
  if (type === 'integer' || type === 'number') {
    yield ['number as text', 'invalidValue', '42']
    yield ['infinite', 'invalidValue', Number.POSITIVE_INFINITY]
  }
  if (type === 'integer') yield ['fraction', 'invalidValue', 1.5]
  if (schema['format']) yield ['format', 'invalidValue', schema['format'] === 'uri' ? `no uri ${CANARY}` : CANARY]
  if (schema['format'] === 'date-time') yield ['30 February', 'invalidValue', '2026-02-30T00:00:00Z']
  if (schema['enum']) yield ['enum', 'invalidValue', CANARY]
  if (schema['pattern']) yield ['blank', 'missingAttribute', ' \t\n']
  if (schema['maxLength']) yield ['too long', 'invalidValue', CANARY.repeat(schema['maxLength'])]
}
