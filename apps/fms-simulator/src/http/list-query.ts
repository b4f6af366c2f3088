import type { Quirks } from '../options.ts'

export type Query = Readonly<Record<string, string | readonly string[] | undefined>>
type Json = Readonly<Record<string, unknown>>

export interface ListPage {
  readonly items: readonly Json[]
  readonly total: number
}

const NOT_FILTERS: ReadonlySet<string> = new Set(['fields', 'offset', 'limit', 'sort'])
const MOST = 1_000
const USUAL = 100

/** The page of a list that a query asks for: attributes, those of parts too by paths with dots, must have one of the values. */
export function pageOf(all: Iterable<Json>, query: Query, { ignoresFilters, ignoresOffset }: Quirks): ListPage {
  const filters = ignoresFilters ? [] : Object.entries(query).filter(([name]) => !NOT_FILTERS.has(name))
  const fitting = [...all].filter(item => filters.every(([path, wanted]) => fits(valuesAt(item, path.split('.')), wanted)))
  const offset = ignoresOffset ? 0 : count(query['offset'], 0)
  const limit = Math.min(count(query['limit'], USUAL), MOST)
  const items = fitting.slice(offset, offset + limit).map(item => withFields(item, query['fields']))
  return { items, total: fitting.length }
}

/** Only the attributes that are asked for, and those that are always shown. */
export function withFields(item: Json, fields: Query[string]): Json {
  if (fields === undefined) return item
  const wanted = new Set(['id', 'href', '@type', ...listed(fields).map(field => field.split('.')[0])])
  return Object.fromEntries(Object.entries(item).filter(([name]) => wanted.has(name)))
}

/** @returns the text of a single parameter */
export function single(value: Query[string]): string | undefined {
  return typeof value === 'string' ? value : value?.[0]
}

function fits(values: readonly unknown[], wanted: Query[string]): boolean {
  const texts = listed(wanted ?? [])
  return values.some(value => texts.includes(String(value)))
}

function listed(value: string | readonly string[]): readonly string[] {
  return (typeof value === 'string' ? [value] : value).flatMap(each => each.split(','))
}

function valuesAt(value: unknown, path: readonly string[]): readonly unknown[] {
  if (Array.isArray(value)) return value.flatMap(each => valuesAt(each, path))
  const [name, ...rest] = path
  if (name === undefined) return [value]
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? valuesAt((value as Json)[name], rest) : []
}

function count(value: Query[string], usual: number): number {
  const number = Number(single(value) ?? usual)
  return Number.isInteger(number) && number >= 0 ? number : usual
}
