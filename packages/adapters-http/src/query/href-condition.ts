import type { AttributePath, Filter } from '@crm-lite/domain'
import { idIn } from '../representation/path-segment.ts'
import { invalidValue } from './bad-query.ts'
import { buildCondition, type Condition, nothing } from './build-condition.ts'

/** What `href`, which is not stored, is filtered and sorted by: both have the same order. */
export const idPath: AttributePath = { segments: [{ name: 'id', many: false }], type: 'string' }

/** A condition on `href` as one on `id`. A URL of somewhere else matches nothing, `href` is never missing. */
export function buildHrefCondition(condition: Condition, hrefBase: string): Filter {
  const { name, operator } = condition
  if (operator === 'isNull') return withoutMissing(buildCondition(condition))
  if (operator !== 'eq' && operator !== 'ne') throw invalidValue(name, 'href can only be compared for equality')
  const values = condition.texts.flatMap(text => (text.startsWith(hrefBase) ? (idIn(text.slice(hrefBase.length)) ?? []) : []))
  const matching: Filter = values.length === 0 ? nothing : { kind: 'in', path: idPath, values }
  return operator === 'eq' ? matching : { kind: 'not', filter: matching }
}

function withoutMissing(filter: Filter): Filter {
  switch (filter.kind) {
    case 'missing':
      return nothing
    case 'not':
      return { kind: 'not', filter: withoutMissing(filter.filter) }
    case 'or':
    case 'and':
      return { kind: filter.kind, filters: filter.filters.map(withoutMissing) }
    default:
      return filter
  }
}
