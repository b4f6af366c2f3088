import type { Filter } from '@crm-lite/domain'

/** Whether a filter asks for anything below this attribute of a notification. */
export function looksInto(filter: Filter, name: string): boolean {
  return pathsIn(filter).some(path => path[0] === name)
}

/**
 * The same filter, but for conditions about a resource that hold where it is missing (`.ne`, `.isnull`): these hold for events about
 * that resource only, as the others do.
 *
 * @param payloadName under which the resource stands in a notification
 */
export function aboutTheNamedResources(filter: Filter, payloadName: string): Filter {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return { kind: filter.kind, filters: filter.filters.map(each => aboutTheNamedResources(each, payloadName)) }
    case 'not':
    case 'missing': {
      const named = pathsIn(filter).flatMap(([first, resource]) => (first === payloadName && resource ? [resource] : []))
      return { kind: 'and', filters: [...named.map(resource => isAbout(payloadName, resource)), filter] }
    }
    default:
      return filter
  }
}

/** The event types that a filter compares with for equality. */
export function comparedEventTypes(filter: Filter): string[] {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.filters.flatMap(comparedEventTypes)
    case 'not':
      return comparedEventTypes(filter.filter)
    case 'in':
      return filter.path.segments[0]?.name === 'eventType' ? filter.values.map(String) : []
    default:
      return []
  }
}

/** Those from the top of the notification. */
function pathsIn(filter: Filter): string[][] {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.filters.flatMap(pathsIn)
    case 'not':
      return pathsIn(filter.filter)
    default:
      return [filter.path.segments.map(({ name }) => name)]
  }
}

function isAbout(payloadName: string, resource: string): Filter {
  const segments = [payloadName, resource].map(name => ({ name, many: false }))
  return { kind: 'not', filter: { kind: 'missing', path: { segments } } }
}
