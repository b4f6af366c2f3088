import type { AttributePath, FieldSelection, SortKey } from '@crm-lite/domain'
import type { AttributeTree } from '../binding.ts'
import { type Extensions, findAttribute, withExtensions } from './attribute-lookup.ts'
import { badQuery, invalidValue, unknownAttribute } from './bad-query.ts'
import { idPath } from './href-condition.ts'
import type { QueryParameter } from './parse-query-string.ts'

/** Which page of which order a client asked for. What it did not say has its default. */
export interface Selection {
  readonly fields: FieldSelection
  readonly sort: readonly SortKey[]
  readonly limit: number
  readonly offset: number
  readonly cursor: string | undefined
  /** Whether the client asked for a page: gave one of `offset`, `limit`, `cursor`. */
  readonly pageRequested: boolean
}

export const DEFAULT_LIMIT = 20
export const MAX_LIMIT = 200
const MAX_SORT_KEYS = 5

const ALWAYS_THERE: ReadonlySet<string> = new Set(['id', 'href', '@type'])

/**
 * What a list shows, in which order and which part of it.
 *
 * - `fields`: attributes of the first level and dotted, separated by commas, repeatable; `none` alone is `id`, `href` and `@type`, which
 *   always come along; empty is as if not given.
 * - `sort`: attributes with a single value a resource or an element, `-` in front for descending, `+` or nothing for ascending; at most 5,
 *   none twice, none of free type.
 * - `limit`: 1 to 200, 20 when not given. `offset`: from 0. `cursor`: from a `Link`, without `offset`.
 *
 * @param shown what can be selected, where that is more than what can be sorted by
 * @throws {ApiError} 400 `unknownAttribute`, `invalidValue`
 */
export function parseSelection(
  parameters: readonly QueryParameter[],
  attributes: AttributeTree,
  shown: AttributeTree = attributes
): Selection {
  const limit = single(parameters, 'limit')
  const offset = single(parameters, 'offset')
  const cursor = single(parameters, 'cursor')
  if (cursor !== undefined && offset !== undefined) throw invalidValue('cursor', 'a cursor takes the place of an offset')
  return {
    fields: parseFields(parameters, shown),
    sort: parseSort(parameters, attributes),
    limit: limit === undefined ? DEFAULT_LIMIT : wholeNumber('limit', limit, 1, MAX_LIMIT),
    offset: offset === undefined ? 0 : wholeNumber('offset', offset, 0, Number.MAX_SAFE_INTEGER),
    cursor,
    pageRequested: limit !== undefined || offset !== undefined || cursor !== undefined
  }
}

/**
 * The parameters of a single resource: only `fields` is among them.
 *
 * @throws {ApiError} 400 `unknownAttribute`, `unknownParameter`
 */
export function parseItemQuery(
  parameters: readonly QueryParameter[],
  { attributes, extensions }: { readonly attributes: AttributeTree; readonly extensions?: Extensions | undefined }
): FieldSelection {
  const other = parameters.find(({ name }) => name !== 'fields')
  if (other) throw badQuery(other.name, 'unknownParameter', 'a single resource takes the parameter fields only')
  return parseFields(parameters, withExtensions(attributes, extensions))
}

function parseFields(parameters: readonly QueryParameter[], attributes: AttributeTree): FieldSelection {
  const names = entries(parameters, 'fields')
    .map(name => name.trim())
    .filter(name => name !== '')
  if (names.length === 0) return undefined
  if (names.length === 1 && names[0] === 'none') return []
  return names.map(name => {
    if (!ALWAYS_THERE.has(name) && !findAttribute(attributes, name)) throw unknownAttribute('fields')
    return name.split('.')
  })
}

function parseSort(parameters: readonly QueryParameter[], attributes: AttributeTree): SortKey[] {
  const keys = entries(parameters, 'sort').map(entry => {
    // A raw + has become a blank.
    const [, sign, name = ''] = /^([ +-]*)(.*)$/s.exec(entry) ?? []
    return { path: sortPath(name.trimEnd(), attributes), descending: sign?.includes('-') ?? false }
  })
  if (keys.length > MAX_SORT_KEYS) throw invalidValue('sort', `a list is sorted by at most ${MAX_SORT_KEYS} attributes`)
  const paths = new Set(keys.map(({ path }) => path.segments.map(({ name }) => name).join('.')))
  if (paths.size < keys.length) throw invalidValue('sort', 'an attribute is named twice')
  return keys
}

function sortPath(name: string, attributes: AttributeTree): AttributePath {
  if (name === 'href') return idPath
  const found = findAttribute(attributes, name)
  if (!found) throw unknownAttribute('sort')
  const { type } = found.node
  if (type === 'object' || type === 'any') throw invalidValue('sort', 'objects and values of free type have no order')
  return { segments: found.segments, type }
}

/** The entries of a list that commas separate, over all its parameters. */
function entries(parameters: readonly QueryParameter[], name: string): string[] {
  const texts: string[] = []
  for (const each of parameters) if (each.name === name && each.value) texts.push(...each.value.split(','))
  return texts
}

function single(parameters: readonly QueryParameter[], name: string): string | undefined {
  let found: string | undefined
  for (const each of parameters) {
    if (each.name !== name) continue
    if (found !== undefined) throw invalidValue(name, 'is given more than once')
    found = each.value ?? ''
  }
  return found
}

export function wholeNumber(name: string, text: string, smallest: number, largest: number): number {
  const number = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (!(number >= smallest && number <= largest))
    throw invalidValue(name, `must be a whole number from ${smallest} to ${largest}`)
  return number
}
