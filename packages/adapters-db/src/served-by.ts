import { type Filter, type FilterValue, type IndexedAttribute, likeParts } from '@crm-lite/domain'
import { type Condition, impliedByElement, indexFor, indexOf, type QueryContext } from './indexes.ts'

/** How the indexes serve a filter. */
export type ServedBy =
  /** Everything matches. */
  | { readonly kind: 'everything' }
  /** Only resources with one of these ids can match. */
  | { readonly kind: 'point'; readonly ids: readonly FilterValue[] }
  /** The entries of the index with these (distinct) values are the matches: in a link table one resource may have several of them. */
  | { readonly kind: 'exact'; readonly index: IndexedAttribute; readonly values: readonly FilterValue[] }
  /** All matches are among those of `by`, which an index finds. */
  | { readonly kind: 'bounded'; readonly by: Filter }
  /** Every resource must be looked at; an index on (some of) these attributes would help. */
  | { readonly kind: 'scan'; readonly attributes: readonly string[] }

/** What a planner needs to know about a filter. */
export function servedBy(filter: Filter, { indexed }: Pick<QueryContext, 'indexed'>): ServedBy {
  const conjuncts = conjunctsOf(filter)
  const [only] = conjuncts
  if (!only) return { kind: 'everything' }
  const point = conjuncts.find(each => each.kind === 'in' && indexFor(each.path, indexed)?.name === 'id')
  if (point?.kind === 'in') return { kind: 'point', ids: [...new Set(point.values)] }
  if (only.kind === 'in' && conjuncts.length === 1) {
    const index = indexFor(only.path, indexed)
    if (index) return { kind: 'exact', index, values: [...new Set(only.values)] }
  }
  const [by] = conjuncts
    .flatMap(each => (each.kind === 'element' ? impliedByElement(each) : [each]))
    .filter(each => isIndexable(each, indexed))
    .sort((left, right) => breadth(left) - breadth(right))
  return by ? { kind: 'bounded', by } : { kind: 'scan', attributes: [...new Set(attributesOf(filter, []))] }
}

function conjunctsOf(filter: Filter): Filter[] {
  if (filter.kind === 'or' && filter.filters.length === 1) return conjunctsOf(filter.filters[0]!)
  return filter.kind === 'and' ? filter.filters.flatMap(conjunctsOf) : [filter]
}

/** Whether an index finds the matches of a filter without looking at everything. */
export function isIndexable(filter: Filter, indexed: readonly IndexedAttribute[]): boolean {
  switch (filter.kind) {
    case 'in':
    case 'range':
      return indexFor(filter.path, indexed) !== undefined
    case 'text':
      return hasPrefix(filter) && indexFor(filter.path, indexed) !== undefined
    case 'missing':
      return indexOf(filter.path, indexed)?.many === false
    case 'and':
      return filter.filters.some(each => isIndexable(each, indexed))
    case 'or':
      return filter.filters.every(each => isIndexable(each, indexed))
    case 'element':
      return impliedByElement(filter).some(each => isIndexable(each, indexed))
    case 'not':
      return false
    default:
      return filter satisfies never
  }
}

function hasPrefix({ operator, value }: Condition & { kind: 'text' }): boolean {
  if (operator === 'like') return likeParts(value)[0] !== null
  return operator === 'startsWith' && value !== ''
}

/** A guess at which conditions leave fewer resources: smaller is better. */
function breadth(filter: Filter): number {
  return ['in', 'text', 'range', 'and', 'or', 'missing'].indexOf(filter.kind)
}

function attributesOf(filter: Filter, base: readonly string[]): string[] {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.filters.flatMap(each => attributesOf(each, base))
    case 'not':
      return attributesOf(filter.filter, base)
    case 'element':
      return attributesOf(filter.filter, [...base, ...filter.path.segments.map(({ name }) => name)])
    default:
      return [[...base, ...filter.path.segments.map(({ name }) => name)].join('.')]
  }
}
