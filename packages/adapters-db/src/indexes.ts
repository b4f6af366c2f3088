import type { AttributePath, Filter, FilterValue, IndexedAttribute, ResourceDefinition } from '@crm-lite/domain'
import type { JsonSql } from './dialects/json-sql.ts'

/** Where a filter or an order is applied. */
export interface QueryContext {
  readonly definition: ResourceDefinition
  /** The resource table: in queries its alias is `r`. */
  readonly table: string
  readonly tenant: string
  readonly indexed: readonly IndexedAttribute[]
  readonly json: JsonSql
}

/** A condition on the values of an attribute, as opposed to one that combines others. */
export type Condition = Extract<Filter, { kind: 'in' | 'range' | 'text' }>

const id: IndexedAttribute = { name: 'id', path: 'id', type: 'string', many: false }

/** The index whose entries are the values at a path. */
export function indexOf(
  path: Pick<AttributePath, 'segments'>,
  indexed: readonly IndexedAttribute[]
): IndexedAttribute | undefined {
  const names = path.segments.map(segment => segment.name)
  return [id, ...indexed].find(each => {
    const segments = each.path.split('.')
    return segments.length === names.length && segments.every((name, position) => name === names[position])
  })
}

/** The index that holds exactly the values that a condition compares with. Link tables hold texts: they don't order numbers. */
export function indexFor(path: AttributePath, indexed: readonly IndexedAttribute[]): IndexedAttribute | undefined {
  const index = indexOf(path, indexed)
  if (!index || index.type !== path.type) return undefined
  return index.many && index.type !== 'string' && index.type !== 'dateTime' ? undefined : index
}

/** The text right after every text that starts with `prefix`, by code point; undefined when there is none. */
export function endOfPrefix(prefix: string): string | undefined {
  const points = [...prefix].map(each => each.codePointAt(0)!)
  while (points.length > 0) {
    const last = points.pop()!
    if (last === 0x10ffff) continue
    // No text holds a surrogate alone: they are skipped.
    return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1)
  }
  return undefined
}

/** Conditions that hold for a resource whenever one element of an array satisfies a filter: what an index can find candidates by. */
export function impliedByElement(element: Filter & { kind: 'element' }): Condition[] {
  const conjuncts = element.filter.kind === 'and' ? element.filter.filters : [element.filter]
  return conjuncts.filter(isCondition).map(each => ({
    ...each,
    path: { type: each.path.type, segments: [...element.path.segments, ...each.path.segments] }
  }))
}

export function isCondition(filter: Filter): filter is Condition {
  return filter.kind === 'in' || filter.kind === 'range' || filter.kind === 'text'
}

/** Whether a database can hold a value at all: NUL and lone surrogates are refused wherever texts come in, so nothing equals them. */
export function isStorable(value: FilterValue): boolean {
  return typeof value !== 'string' || !/[\0\p{Surrogate}]/u.test(value)
}
