import {
  type AttributePath,
  canonicalInstant,
  type Filter,
  type FilterValue,
  numberIn,
  parsePattern,
  type ValueType
} from '@crm-lite/domain'
import type { FoundAttribute } from './attribute-lookup.ts'
import { invalidValue } from './bad-query.ts'
import type { Operator } from './operators.ts'

/** A condition whose attribute is known and whose values are still texts, without quotes. */
export interface Condition {
  /** As written: what an error names. */
  readonly name: string
  readonly attribute: FoundAttribute
  readonly operator: Operator
  readonly texts: readonly string[]
}

/** Everything fails it. */
export const nothing: Filter = { kind: 'or', filters: [] }

/**
 * The filter that a condition stands for. Several values mean any of them, with `ne` none of them.
 *
 * @throws {ApiError} 400 `invalidValue`: the operator does not suit the attribute, or a value does not suit its type
 */
export function buildCondition(condition: Condition): Filter {
  const { operator, attribute } = condition
  if (operator === 'isNull') return anyOf(condition.texts, text => missing(condition, text))
  const path = valuePath(condition)
  switch (operator) {
    case 'eq':
      return { kind: 'in', path, values: values(condition, path.type) }
    case 'ne':
      return { kind: 'not', filter: { kind: 'in', path, values: values(condition, path.type) } }
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      if (path.type === 'boolean') throw invalidValue(condition.name, 'true and false have no order')
      return anyOf(values(condition, path.type), value => ({ kind: 'range', path, operator, value }))
    case 'regex':
    case 'like':
    case 'contains':
    case 'startsWith':
    case 'endsWith':
      if (path.type !== 'string' && path.type !== 'any')
        throw invalidValue(condition.name, `the attribute is a ${attribute.node.type}, not a text`)
      if (operator === 'regex') for (const text of condition.texts) checkPattern(condition, text)
      return anyOf(condition.texts, value => ({ kind: 'text', path, operator, value }))
    default:
      return operator satisfies never
  }
}

/**
 * Brings a written value to its attribute's type. Blanks are kept; JSON's notation for numbers; `true` and `false`; a date-time is an
 * instant, a date alone 00:00 UTC, and the blank that a raw `+` of an offset has become is a plus again.
 *
 * @returns undefined when it is not of that type
 */
export function parseValue(text: string, type: ValueType): FilterValue | undefined {
  switch (type) {
    case 'string':
    case 'any':
      return text
    case 'number':
      return numberIn(text)
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined
    case 'dateTime':
      return canonicalInstant(text.replace(/ (?=\d\d:\d\d$)/, '+'))
    default:
      return type satisfies never
  }
}

const EXPECTED: Readonly<Record<ValueType, string>> = {
  string: 'a text',
  any: 'a text',
  number: 'a number',
  boolean: 'true or false',
  dateTime: 'a date (2026-01-31) or a date-time (2026-01-31T09:00:00Z)'
}

function values({ name, texts }: Condition, type: ValueType): FilterValue[] {
  return texts.map(text => {
    const value = parseValue(text, type)
    if (value === undefined) throw invalidValue(name, `must be ${EXPECTED[type]}`)
    return value
  })
}

function valuePath({ name, attribute: { segments, node } }: Condition): AttributePath {
  if (node.type === 'object') throw invalidValue(name, 'the attribute is an object: name one of its attributes, or use .isnull')
  return { segments, type: node.type }
}

function missing({ name, attribute: { segments } }: Condition, text: string): Filter {
  const isMissing: Filter = { kind: 'missing', path: { segments } }
  const wanted = parseValue(text, 'boolean')
  if (wanted === undefined) throw invalidValue(name, 'must be true or false')
  return wanted ? isMissing : { kind: 'not', filter: isMissing }
}

function checkPattern({ name }: Condition, text: string): void {
  const result = parsePattern(text)
  if (!result.ok) throw invalidValue(name, `not a regular expression that is supported here: ${result.reason}`)
}

function anyOf<T>(all: readonly T[], filterOf: (each: T) => Filter): Filter {
  const filters = all.map(filterOf)
  return filters.length === 1 ? filters[0]! : { kind: 'or', filters }
}
