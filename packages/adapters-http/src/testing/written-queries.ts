import {
  type AttributePath,
  canonicalInstant,
  type Filter,
  type FilterValue,
  type PathSegment,
  type ValueType
} from '@crm-lite/domain'
import { instants, patterns } from '@crm-lite/domain/testing'
import * as fc from 'fast-check'
import type { AttributeTree } from '../binding.ts'

/** A small resource with everything that filters can meet: all types, arrays in arrays, an attribute that is called like an operator. */
export const thingAttributes: AttributeTree = {
  id: { type: 'string', many: false },
  href: { type: 'string', many: false },
  '@type': { type: 'string', many: false },
  name: { type: 'string', many: false },
  size: { type: 'number', many: false },
  vip: { type: 'boolean', many: false },
  since: { type: 'dateTime', many: false },
  free: { type: 'any', many: false },
  tag: { type: 'string', many: true },
  validFor: { type: 'object', many: false, attributes: { endDateTime: { type: 'dateTime', many: false } } },
  limits: {
    type: 'object',
    many: false,
    attributes: { lte: { type: 'number', many: false }, like: { type: 'string', many: false } }
  },
  party: {
    type: 'object',
    many: true,
    attributes: {
      role: { type: 'string', many: false },
      score: { type: 'number', many: false },
      value: { type: 'any', many: false },
      medium: { type: 'object', many: true, attributes: { city: { type: 'string', many: false } } }
    }
  }
}

/** A condition in the two forms that must come to the same. */
interface WrittenCondition {
  /** Of attribute and operator: no two conditions with the same one, as they would become one. */
  readonly key: string
  /** As clients write it, before percent-encoding. One text for each repetition of the parameter. */
  readonly texts: readonly string[]
  readonly filter: Filter
}

interface Attribute extends AttributePath {
  readonly dotted: string
}

/** A query string, and the filter that it must be read as. */
export interface WrittenQuery {
  readonly query: string
  readonly filter: Filter
}

/** Queries on {@link thingAttributes}. */
export const writtenQueries = writtenQueriesOn(thingAttributes)

/**
 * Queries on the attributes of a resource.
 *
 * @param texts values to compare texts with, tricky ones when not given
 */
export function writtenQueriesOn(tree: AttributeTree, texts: fc.Arbitrary<string> = trickyTexts()): fc.Arbitrary<WrittenQuery> {
  const attributes = attributesOf(tree)
  const arrays = Object.keys(tree).filter(name => tree[name]!.many && tree[name]!.attributes)
  const apart = { selector: (each: WrittenCondition) => each.key }
  // Conditions on different attributes that semicolons join.
  const alternatives = fc
    .uniqueArray(conditions(attributes, false, texts), { minLength: 2, maxLength: 3, ...apart })
    .map(all => ({ key: '', texts: [all.map(each => each.texts[0]).join(';')], filter: joined('or', filtersOf(all)) }))
  const element = fc.constantFrom(...arrays).chain(name => elements(name, tree, texts))
  return fc
    .record({
      simple: fc.uniqueArray(conditions(attributes, true, texts), { maxLength: 4, ...apart }),
      others: fc.array(fc.oneof(alternatives, element), { maxLength: 2 }),
      spellings: fc.array(fc.nat(), { minLength: 20, maxLength: 20 })
    })
    .map(({ simple, others, spellings }) => {
      const all = [...simple, ...others]
      const written = all.flatMap(each => each.texts)
      return {
        query: written.map((text, index) => percentEncoded(text, spellings[index % spellings.length]!)).join('&'),
        filter: joined('and', filtersOf(all))
      }
    })
}

function filtersOf(conditions: readonly WrittenCondition[]): Filter[] {
  return conditions.map(each => each.filter)
}

/** Conditions on one element of an array, with an array of its own perhaps. */
function elements(name: string, tree: AttributeTree, texts: fc.Arbitrary<string>): fc.Arbitrary<WrittenCondition> {
  const below = tree[name]!.attributes!
  const nested = Object.keys(below).filter(each => below[each]!.many && below[each]!.attributes)
  const leaf = fc.uniqueArray(conditions(attributesOf(below), false, texts), {
    minLength: 1,
    maxLength: 3,
    selector: each => each.key
  })
  const more = nested.length === 0 ? fc.constant([]) : fc.array(elements(nested[0]!, below, texts), { maxLength: 1 })
  return fc.tuple(leaf, more).map(([simple, inner]) => {
    const all = [...simple, ...inner]
    return {
      key: '',
      texts: [`${name}[${all.map(each => each.texts[0]).join(',')}]`],
      filter: {
        kind: 'element',
        path: { segments: [{ name, many: true }] },
        filter: joined('and', filtersOf(all))
      }
    }
  })
}

const spellings = {
  eq: ['=', '.eq=', '.in=', '=='],
  ne: ['.ne=', '.nin=', '!='],
  gt: ['.gt=', '>'],
  gte: ['.gte=', '>='],
  lt: ['.lt=', '<'],
  lte: ['.lte=', '<='],
  regex: ['.regex=', '=~', '*='],
  like: ['.like='],
  contains: ['.contains='],
  startsWith: ['.startswith='],
  endsWith: ['.endswith='],
  isNull: ['.isnull=']
} as const
type Operator = keyof typeof spellings

function conditions(
  attributes: readonly Attribute[],
  repeatable: boolean,
  texts: fc.Arbitrary<string>
): fc.Arbitrary<WrittenCondition> {
  return fc.constantFrom(...attributes).chain(attribute =>
    fc.constantFrom(...operatorsFor(attribute.type)).chain(operator => {
      const single = !repeatable || operator === 'regex' || operator === 'isNull' ? 1 : 3
      const value =
        operator === 'regex'
          ? patterns(fc).map(asWritten)
          : operator === 'isNull'
            ? writtenValues('boolean', texts)
            : writtenValues(attribute.type, texts)
      return fc
        .record({
          values: fc.array(value, { minLength: 1, maxLength: operator === 'regex' || operator === 'isNull' ? 1 : 3 }),
          repeated: fc.boolean(),
          spelling: fc.constantFrom(...spellings[operator])
        })
        .map(({ values, repeated, spelling }) => ({
          key: `${operator} ${attribute.dotted}`,
          texts: (repeated && single > 1 ? values.map(each => [each]) : [values]).map(
            each => attribute.dotted + spelling + each.map(({ text }) => quoted(text)).join(',')
          ),
          filter: filterOf(
            attribute,
            operator,
            values.map(each => each.value)
          )
        }))
    })
  )
}

function operatorsFor(type: ValueType): readonly Operator[] {
  const ofAll = ['eq', 'ne', 'isNull'] as const
  const ranges = ['gt', 'gte', 'lt', 'lte'] as const
  if (type === 'boolean') return ofAll
  if (type === 'number' || type === 'dateTime') return [...ofAll, ...ranges]
  return [...ofAll, ...ranges, 'regex', 'like', 'contains', 'startsWith', 'endsWith']
}

function filterOf({ segments, type }: Attribute, operator: Operator, values: readonly FilterValue[]): Filter {
  const path = { segments, type }
  const any = (filterOfOne: (value: FilterValue) => Filter) => joined('or', values.map(filterOfOne))
  switch (operator) {
    case 'eq':
      return { kind: 'in', path, values }
    case 'ne':
      return { kind: 'not', filter: { kind: 'in', path, values } }
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      return any(value => ({ kind: 'range', path, operator, value }))
    case 'isNull':
      return any(value => {
        const missing: Filter = { kind: 'missing', path: { segments } }
        return value ? missing : { kind: 'not', filter: missing }
      })
    default:
      return any(value => ({ kind: 'text', path, operator, value: String(value) }))
  }
}

interface WrittenValue {
  readonly text: string
  readonly value: FilterValue
}

const asWritten = (text: string): WrittenValue => ({ text, value: text })

/** Texts with everything that has a meaning in queries. */
function trickyTexts(): fc.Arbitrary<string> {
  const tricky = fc.constantFrom(
    '',
    ' ',
    'a',
    'a,b',
    'a;b',
    '"',
    '\\',
    '\\"',
    'a"b,',
    'x=y',
    '=a',
    '~a',
    '<',
    '[a]',
    ']',
    '%2C',
    '+1',
    'é\u{1f600}',
    'a&b=c',
    '*'
  )
  return fc.oneof(
    tricky,
    fc.string({ unit: 'binary', maxLength: 5 }).map(text => text.replaceAll('\0', ''))
  )
}

function writtenValues(type: ValueType, texts: fc.Arbitrary<string>): fc.Arbitrary<WrittenValue> {
  switch (type) {
    case 'string':
    case 'any':
      return texts.map(asWritten)
    case 'number':
      return fc
        .oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }))
        .map(value => ({ text: JSON.stringify(value), value: value + 0 }))
    case 'boolean':
      return fc.boolean().map(value => ({ text: String(value), value }))
    case 'dateTime':
      return instants(fc).map(text => ({ text, value: canonicalInstant(text)! }))
    default:
      return type satisfies never
  }
}

/** In double quotes unless nothing asks for it. A backslash at the end stays outside, where it can't be taken for part of `\"`. */
function quoted(text: string): string {
  if (/^[\w ][\w ]*$/.test(text)) return text
  const [, inside = '', backslashes = ''] = /^(.*?)(\\*)$/su.exec(text) ?? []
  return `"${inside.replaceAll('"', '\\"')}"${backslashes}`
}

/** In one of the spellings that clients use: everything encoded, `=` raw, or only what must be. */
function percentEncoded(text: string, spelling: number): string {
  const everything = encodeURIComponent(text)
  if (spelling % 3 === 0) return everything
  if (spelling % 3 === 1 && !/^[^=]*==/.test(text)) return everything.replace('%3D', '=').replaceAll('%20', '+')
  return everything.replace(/%(3D|3B|2C|22|5B|5D|3C|3E|20)/g, decodeURIComponent)
}

function attributesOf(tree: AttributeTree, prefix: readonly PathSegment[] = []): Attribute[] {
  return Object.entries(tree).flatMap(([name, { type, many, attributes }]) => {
    if (prefix.length === 0 && name === 'href') return []
    const segments = [...prefix, { name, many }]
    if (attributes) return attributesOf(attributes, segments)
    return type === 'object' ? [] : [{ segments, type, dotted: segments.map(each => each.name).join('.') }]
  })
}

function joined(kind: 'and' | 'or', filters: readonly Filter[]): Filter {
  return filters.length === 1 ? filters[0]! : { kind, filters }
}
