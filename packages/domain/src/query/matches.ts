import { compareText } from '../kernel/compare-text.ts'
import { canonicalInstant } from '../kernel/instant.ts'
import { isObject } from '../kernel/json.ts'
import type { ValueType } from '../kernel/resource.ts'
import type { AttributePath, Filter, FilterValue, RangeOperator } from './filter.ts'
import { isLike } from './like.ts'
import { valuesAt } from './values-at.ts'

/** Whether a pattern is found in a text. A library's work, so it is handed in. */
export type FindPattern = (pattern: string, text: string) => boolean

/** The meaning of a filter: whether it holds for a resource. Databases do the same in SQL; one contract suite holds them together. */
export function matches(filter: Filter, resource: unknown, findPattern: FindPattern): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.filters.every(each => matches(each, resource, findPattern))
    case 'or':
      return filter.filters.some(each => matches(each, resource, findPattern))
    case 'not':
      return !matches(filter.filter, resource, findPattern)
    case 'in':
      return comparables(resource, filter.path).some(value =>
        filter.values.some(wanted => isEqual(value, wanted, filter.path.type))
      )
    case 'range':
      return comparables(resource, filter.path).some(value => isInRange(value, filter.operator, filter.value, filter.path.type))
    case 'text':
      return comparables(resource, filter.path).some(
        value => typeof value === 'string' && isTextMatch(value, filter, findPattern)
      )
    case 'missing':
      return valuesAt(resource, filter.path.segments).every(isEmpty)
    case 'element':
      return valuesAt(resource, filter.path.segments).some(element => matches(filter.filter, element, findPattern))
    default:
      return filter satisfies never
  }
}

/** The values at a path that are of its type, date-times as instants. */
export function comparables(resource: unknown, path: AttributePath): FilterValue[] {
  const found: FilterValue[] = []
  for (const value of valuesAt(resource, path.segments)) {
    const comparable = asType(value, path.type)
    if (comparable !== undefined) found.push(comparable)
  }
  return found
}

function asType(value: unknown, type: ValueType): FilterValue | undefined {
  switch (type) {
    case 'dateTime':
      return typeof value === 'string' ? canonicalInstant(value) : undefined
    case 'any':
      return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : undefined
    default:
      return typeof value === type ? (value as FilterValue) : undefined
  }
}

function isEqual(value: FilterValue, wanted: FilterValue, type: ValueType): boolean {
  if (type !== 'any' || typeof value === 'string') return value === wanted
  if (typeof value === 'boolean') return String(value) === wanted
  return value === numberIn(wanted)
}

function isInRange(value: FilterValue, operator: RangeOperator, limit: FilterValue, type: ValueType): boolean {
  if (type === 'any' && typeof value !== 'string') {
    const number = numberIn(limit)
    return typeof value === 'number' && number !== undefined && isOrdered(value - number, operator)
  }
  if (typeof value === 'string') return isOrdered(compareText(value, String(limit)), operator)
  return isOrdered(Number(value) - Number(limit), operator)
}

function isOrdered(difference: number, operator: RangeOperator): boolean {
  switch (operator) {
    case 'gt':
      return difference > 0
    case 'gte':
      return difference >= 0
    case 'lt':
      return difference < 0
    case 'lte':
      return difference <= 0
    default:
      return operator satisfies never
  }
}

const JSON_NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/

/** The number that a text writes, as JSON writes numbers; undefined for any other text. */
export function numberIn(text: FilterValue): number | undefined {
  if (typeof text === 'number') return text
  if (typeof text !== 'string' || !JSON_NUMBER.test(text)) return undefined
  const number = Number(text)
  return Number.isFinite(number) ? number : undefined
}

function isTextMatch(text: string, filter: Filter & { kind: 'text' }, findPattern: FindPattern): boolean {
  switch (filter.operator) {
    case 'contains':
      return text.includes(filter.value)
    case 'startsWith':
      return text.startsWith(filter.value)
    case 'endsWith':
      return text.endsWith(filter.value)
    case 'like':
      return isLike(text, filter.value)
    case 'regex':
      return findPattern(filter.value, text)
    default:
      return filter.operator satisfies never
  }
}

function isEmpty(value: unknown): boolean {
  if (value === '' || (Array.isArray(value) && value.length === 0)) return true
  return isObject(value) && Object.keys(value).length === 0
}
