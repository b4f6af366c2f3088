import type * as FastCheck from 'fast-check'
import { canonicalInstant } from '../kernel/instant.ts'
import type { ValueType } from '../kernel/resource.ts'
import type { AttributePath, Filter, FilterValue, RangeOperator, TextOperator } from '../query/filter.ts'
import { parsePattern } from '../query/pattern.ts'
import type { SortKey } from '../query/selection.ts'
import { segmentsOf } from '../query/values-at.ts'
import { instants, numbers, ODD_NAME, texts } from './arbitraries.ts'
import { patterns } from './pattern-cases.ts'

type Fc = typeof FastCheck

/** What can be filtered by: attributes by their dotted path, and arrays with the attributes of their elements. */
export interface FilterableAttributes {
  readonly attributes: readonly AttributePath[]
  readonly arrays: readonly { readonly path: Pick<AttributePath, 'segments'>; readonly attributes: readonly AttributePath[] }[]
}

function attribute(path: string | readonly string[], type: ValueType): AttributePath {
  return { segments: typeof path === 'string' ? segmentsOf(path) : path.map(name => ({ name, many: false })), type }
}

const ofMedium = [
  attribute('characteristic.emailAddress', 'string'),
  attribute('mediumType', 'string'),
  attribute('preferred', 'boolean')
]
const ofParty = [attribute('id', 'string'), attribute('role', 'string'), attribute('name', 'string')]
const ofExtension = [attribute('deep', 'any'), attribute('name', 'string'), attribute([ODD_NAME], 'any'), attribute([], 'any')]
const all: readonly ValueType[] = ['string', 'number', 'boolean', 'dateTime', 'any']

/** Attributes of the customers that `customers` generates, of all types, indexed and not, in the schema and beyond. */
export const customerAttributes: FilterableAttributes = {
  attributes: [
    ...[
      'id',
      'name',
      'status',
      'engagedParty.id',
      'engagedParty.name',
      'relatedParty.id',
      'relatedParty.role',
      'account.id',
      'account.name'
    ],
    ...[
      'contactMedium.characteristic.emailAddress',
      'contactMedium.characteristic.phoneNumber',
      'contactMedium.characteristic.city'
    ]
  ]
    .map(path => attribute(path, 'string'))
    .concat(
      attribute('contactMedium.preferred', 'boolean'),
      attribute('creditProfile.creditScore', 'number'),
      attribute('creditProfile.creditProfileDate', 'dateTime'),
      attribute('contactMedium.validFor.endDateTime', 'dateTime'),
      attribute('validFor.startDateTime', 'dateTime'),
      attribute('characteristic.value', 'any'),
      ...all.flatMap(type => [
        attribute('extension', type),
        attribute('extension.deep', type),
        attribute('extension.deep.name', type),
        attribute([ODD_NAME], type),
        attribute([ODD_NAME, ODD_NAME], type)
      ])
    ),
  arrays: [
    { path: attribute('contactMedium', 'any'), attributes: ofMedium },
    { path: attribute('relatedParty', 'any'), attributes: ofParty },
    { path: attribute('characteristic', 'any'), attributes: [attribute('name', 'string'), attribute('value', 'any')] },
    { path: attribute('extension', 'any'), attributes: ofExtension },
    { path: attribute('tags', 'any'), attributes: ofExtension }
  ]
}

/** Attributes of the individuals that `individuals` generates. */
export const individualAttributes: FilterableAttributes = {
  attributes: [
    ...['givenName', 'familyName', 'status', 'individualIdentification.identificationId', 'languageAbility.languageCode'].map(
      path => attribute(path, 'string')
    ),
    attribute('birthDate', 'dateTime'),
    attribute('languageAbility.isFavouriteLanguage', 'boolean'),
    attribute('extension.deep', 'number')
  ],
  arrays: [
    {
      path: attribute('languageAbility', 'any'),
      attributes: [attribute('languageCode', 'string'), attribute('isFavouriteLanguage', 'boolean')]
    }
  ]
}

/** Filters of every kind, nested; their values are those that the generated resources have, so that a good part matches something. */
export function filters(fc: Fc, { attributes, arrays }: FilterableAttributes): FastCheck.Arbitrary<Filter> {
  const elements = fc
    .constantFrom(...arrays)
    .chain(({ path, attributes: inner }) =>
      combined(fc, conditions(fc, inner)).map(
        (filter): Filter => ({ kind: 'element', path: { segments: path.segments }, filter })
      )
    )
  return combined(fc, fc.oneof({ weight: 5, arbitrary: conditions(fc, attributes) }, { weight: 1, arbitrary: elements }))
}

function combined(fc: Fc, leaf: FastCheck.Arbitrary<Filter>): FastCheck.Arbitrary<Filter> {
  return fc.letrec<{ filter: Filter }>(tie => ({
    filter: fc.oneof(
      { maxDepth: 2, withCrossShrink: true },
      { weight: 4, arbitrary: leaf },
      { weight: 1, arbitrary: tie('filter').map((filter): Filter => ({ kind: 'not', filter })) },
      {
        weight: 2,
        arbitrary: fc
          .tuple(fc.constantFrom('and' as const, 'or' as const), fc.array(tie('filter'), { maxLength: 3 }))
          .map(([kind, inner]): Filter => ({ kind, filters: inner }))
      }
    )
  })).filter
}

function conditions(fc: Fc, attributes: readonly AttributePath[]): FastCheck.Arbitrary<Filter> {
  const ranges = fc.constantFrom<RangeOperator>('gt', 'gte', 'lt', 'lte')
  return fc.constantFrom(...attributes).chain(path => {
    const value = valuesOf(fc, path.type)
    return fc.oneof<FastCheck.Arbitrary<Filter>[]>(
      fc.array(value, { maxLength: 3 }).map(values => ({ kind: 'in', path, values })),
      fc.record({ kind: fc.constant('in'), path: fc.constant(path), values: fc.tuple(value) }),
      fc.record({ kind: fc.constant('range'), path: fc.constant(path), operator: ranges, value }),
      textConditions(fc, path),
      fc.constant({ kind: 'missing', path: { segments: path.segments } })
    )
  })
}

function valuesOf(fc: Fc, type: ValueType): FastCheck.Arbitrary<FilterValue> {
  switch (type) {
    case 'string':
      return texts(fc)
    case 'number':
      return numbers(fc)
    case 'boolean':
      return fc.boolean()
    case 'dateTime':
      return instants(fc).map(text => canonicalInstant(text) ?? text)
    case 'any':
      return fc.oneof(texts(fc), numbers(fc).map(String), fc.constantFrom('true', 'false'))
    default:
      return type satisfies never
  }
}

function textConditions(fc: Fc, path: AttributePath): FastCheck.Arbitrary<Filter> {
  const text = path.type === 'dateTime' ? instants(fc).map(each => canonicalInstant(each) ?? each) : texts(fc)
  const condition = (operator: TextOperator, value: FastCheck.Arbitrary<string>) =>
    value.map((each): Filter => ({ kind: 'text', path, operator, value: each }))
  const part = fc
    .tuple(text, fc.nat({ max: 3 }), fc.nat({ max: 20 }))
    .map(([whole, from, length]) => [...whole].slice(from, from + length).join(''))
  const piece = fc.oneof(
    fc.constant('*'),
    part.map(each => each.replace(/[*\\]/g, '\\$&')),
    fc.constantFrom('\\', '\\\\', '\\*', 'a')
  )
  return fc.oneof(
    condition('contains', part),
    condition('startsWith', part),
    condition('endsWith', part),
    condition(
      'like',
      fc.array(piece, { maxLength: 4 }).map(pieces => pieces.join(''))
    ),
    condition(
      'like',
      text.map(each => `${each.slice(0, 1)}*`.replace(/^[\ud800-\udbff]/, ''))
    ),
    condition(
      'regex',
      fc.oneof(
        patterns(fc).filter(pattern => parsePattern(pattern).ok),
        part.map(each => each.replace(/[!-/:-@[-`{-~]/g, '\\$&'))
      )
    )
  )
}

/** Orders by up to three attributes. */
export function sorts(fc: Fc, { attributes }: FilterableAttributes): FastCheck.Arbitrary<SortKey[]> {
  return fc.array(fc.record({ path: fc.constantFrom(...attributes), descending: fc.boolean() }), { maxLength: 3 })
}
