import { type FilterValue, likeParts, numberIn, type RangeOperator, type ValueType } from '@crm-lite/domain'
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { JsonSql } from './dialects/json-sql.ts'
import { type Condition, endOfPrefix, isStorable } from './indexes.ts'

/** The value that is compared, as a scalar of a type; NULL when it has another one. */
export type Scalars = (type: Exclude<ValueType, 'any'>) => RawBuilder<unknown>

/** A condition on one value. It may be NULL where it does not hold. */
export function compileCondition(condition: Condition, scalars: Scalars, json: JsonSql): RawBuilder<SqlBool> {
  const { type } = condition.path
  switch (condition.kind) {
    case 'in':
      return type === 'any' ? isOneOfAny(condition.values, scalars, json) : isOneOf(condition.values, type, scalars, json)
    case 'range':
      return type === 'any' ? isInAnyRange(condition, scalars, json) : isInRange(condition, type, scalars, json)
    case 'text':
      return hasText(condition, scalars, json)
    default:
      return condition satisfies never
  }
}

type Single = Exclude<ValueType, 'any'>
type Range = Condition & { kind: 'range' }

const never = sql<SqlBool>`false`

function isOneOf(wanted: readonly FilterValue[], type: Single, scalars: Scalars, json: JsonSql): RawBuilder<SqlBool> {
  const values = wanted.filter(value => typeof value === (type === 'dateTime' ? 'string' : type) && isStorable(value))
  if (values.length === 0) return never
  if (values.length === 1) return sql`${scalars(type)} = ${json.bind(values[0]!, type)}`
  return sql`${scalars(type)} in (${sql.join(values.map(value => json.bind(value, type)))})`
}

/** A text of free type means that text, and the number or boolean that is written so. */
function isOneOfAny(wanted: readonly FilterValue[], scalars: Scalars, json: JsonSql): RawBuilder<SqlBool> {
  const numbers = wanted.map(numberIn).filter(value => value !== undefined)
  const booleans = [true, false].filter(value => wanted.includes(String(value)))
  return anyOf([
    isOneOf(wanted, 'string', scalars, json),
    ...(numbers.length > 0 ? [isOneOf(numbers, 'number', scalars, json)] : []),
    ...(booleans.length > 0 ? [isOneOf(booleans, 'boolean', scalars, json)] : [])
  ])
}

function isInRange({ operator, value }: Range, type: Single, scalars: Scalars, json: JsonSql): RawBuilder<SqlBool> {
  const isText = type === 'string' || type === 'dateTime'
  const limit = isText ? String(value) : Number(value)
  if (Number.isNaN(limit) || !isStorable(limit)) return never
  if (type === 'boolean')
    return isOneOf(
      [true, false].filter(each => isOrdered(Number(each), operator, Number(limit))),
      type,
      scalars,
      json
    )
  return sql`${scalars(type)} ${comparison[operator]} ${json.bind(limit, type)}`
}

function isInAnyRange(range: Range, scalars: Scalars, json: JsonSql): RawBuilder<SqlBool> {
  const number = numberIn(range.value)
  return anyOf([
    isInRange(range, 'string', scalars, json),
    ...(number === undefined ? [] : [isInRange({ ...range, value: number }, 'number', scalars, json)])
  ])
}

const comparison = { gt: sql`>`, gte: sql`>=`, lt: sql`<`, lte: sql`<=` } as const satisfies Record<RangeOperator, unknown>

function isOrdered(left: number, operator: RangeOperator, right: number): boolean {
  return { gt: left > right, gte: left >= right, lt: left < right, lte: left <= right }[operator]
}

function hasText({ operator, value, path }: Condition & { kind: 'text' }, scalars: Scalars, json: JsonSql): RawBuilder<SqlBool> {
  if (path.type === 'number' || path.type === 'boolean' || !isStorable(value)) return never
  const text = scalars(path.type === 'dateTime' ? 'dateTime' : 'string')
  if (operator === 'regex') return json.regex(text, value)
  if (operator === 'like') return isLike(text, value, json)
  if (value === '') return sql`${text} is not null`
  switch (operator) {
    case 'contains':
      return json.contains(text, value)
    case 'endsWith':
      return json.endsWith(text, value)
    case 'startsWith':
      return startsWith(text, value, json)
    default:
      return operator satisfies never
  }
}

/** A range, so that an index can serve it: by code point, exactly the texts with a prefix stand between it and the end of it. */
function startsWith(text: RawBuilder<unknown>, prefix: string, json: JsonSql): RawBuilder<SqlBool> {
  const end = endOfPrefix(prefix)
  const atLeast = sql<SqlBool>`${text} >= ${json.bind(prefix, 'string')}`
  return end === undefined ? atLeast : sql`(${atLeast} and ${text} < ${json.bind(end, 'string')})`
}

function isLike(text: RawBuilder<unknown>, pattern: string, json: JsonSql): RawBuilder<SqlBool> {
  const [prefix] = likeParts(pattern)
  if (prefix === undefined) return sql`${text} = ''`
  return prefix === null ? json.like(text, pattern) : sql`(${startsWith(text, prefix, json)} and ${json.like(text, pattern)})`
}

function anyOf(conditions: readonly RawBuilder<SqlBool>[]): RawBuilder<SqlBool> {
  return conditions.length === 1 ? conditions[0]! : sql`(${sql.join(conditions, sql` or `)})`
}
