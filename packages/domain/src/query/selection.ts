import { compareText } from '../kernel/compare-text.ts'
import { isObject } from '../kernel/json.ts'
import type { AttributePath, Filter, FilterValue } from './filter.ts'
import { comparables } from './matches.ts'

/** One key of an order. Through arrays the smallest element counts; a resource without a value comes last, whatever the direction. */
export interface SortKey {
  readonly path: AttributePath
  readonly descending: boolean
}

/** Where a page starts: behind the resource with these sort values (one a sort key, null where it has none) and this id. */
export interface Position {
  readonly values: readonly (FilterValue | null)[]
  readonly id: string
}

export interface ListQuery {
  readonly filter: Filter
  /** Ties are in the order of the ids, in the direction of the last key; without keys ascending. */
  readonly sort: readonly SortKey[]
  readonly limit: number
  /** How many matches to skip; ignored when `after` is given. */
  readonly offset: number
  readonly after?: Position
  /** Whether the caller wants the exact number of matches. */
  readonly count: boolean
}

/**
 * The value that a resource is sorted by, or null when it has none. Of values of free type, booleans count as their text: `true`.
 */
export function sortValue(resource: unknown, path: AttributePath): FilterValue | null {
  let smallest: FilterValue | null = null
  for (const comparable of comparables(resource, path)) {
    const value = path.type === 'any' && typeof comparable === 'boolean' ? String(comparable) : comparable
    if (smallest === null || compareValues(value, smallest) < 0) smallest = value
  }
  return smallest
}

/** The position of a resource in a sorted list. */
export function positionOf(resource: { readonly id: string }, sort: readonly SortKey[]): Position {
  return { values: sort.map(key => sortValue(resource, key.path)), id: resource.id }
}

/** Compares two positions in a sorted list: negative when the left one comes first. */
export function comparePositions(left: Position, right: Position, sort: readonly SortKey[]): number {
  for (const [index, { descending }] of sort.entries()) {
    const a = left.values[index] ?? null
    const b = right.values[index] ?? null
    if (a === null || b === null) {
      if (a === b) continue
      return a === null ? 1 : -1
    }
    const order = compareValues(a, b)
    if (order !== 0) return descending ? -order : order
  }
  const byId = compareText(left.id, right.id)
  return tiesDescend(sort) ? -byId : byId
}

/** Ties follow the last sort key, so that one index serves an order and its reverse. */
export function tiesDescend(sort: readonly SortKey[]): boolean {
  return sort.at(-1)?.descending ?? false
}

/** Texts by code point, the rest by size. Where both occur (values of free type) numbers come before texts. */
function compareValues(left: FilterValue, right: FilterValue): number {
  if (typeof left === 'string') return typeof right === 'string' ? compareText(left, right) : 1
  return typeof right === 'string' ? -1 : Number(left) - Number(right)
}

/** Only these attributes; undefined means all. */
export type FieldSelection = readonly (readonly string[])[] | undefined

const ALWAYS_SELECTED = ['id', 'href', '@type']

/** A resource with only the selected attributes: `id`, `href` and `@type` always come along, paths reach into every array element. */
export function selectFields(resource: Readonly<Record<string, unknown>>, fields: FieldSelection): Record<string, unknown> {
  if (!fields) return { ...resource }
  return pick(resource, [...ALWAYS_SELECTED.map(name => [name]), ...fields]) as Record<string, unknown>
}

function pick(value: unknown, paths: readonly (readonly string[])[]): unknown {
  if (Array.isArray(value)) return value.map(each => pick(each, paths))
  if (!isObject(value) || paths.some(path => path.length === 0)) return value
  const picked: Record<string, unknown> = {}
  for (const name of Object.keys(value)) {
    const below = paths.filter(path => path[0] === name).map(path => path.slice(1))
    if (below.length > 0) picked[name] = pick(value[name], below)
  }
  return picked
}
