import type { Fault } from './errors.ts'
import { MAX_INDEXED_LENGTH, type Resource, type ResourceDefinition } from './resource.ts'

/** What must hold for every resource, whatever the interface it came through: mandatory attributes, indexable texts. */
export function checkResource(definition: ResourceDefinition, resource: Resource): Fault[] {
  const faults: Fault[] = []
  for (const name of definition.mandatory) {
    const value: unknown = (resource as unknown as Record<string, unknown>)[name]
    if (value === undefined || value === null || (typeof value === 'string' && value.trim() === '')) {
      faults.push({ code: 'missingAttribute', pointer: `/${name}`, message: `${name} is mandatory and must not be blank` })
    }
  }
  for (const { path } of definition.indexed) collectTooLong(resource, path.split('.'), '', faults)
  return faults
}

function collectTooLong(node: unknown, path: readonly string[], pointer: string, faults: Fault[]): void {
  if (Array.isArray(node)) {
    for (let index = 0; index < node.length; index++) collectTooLong(node[index], path, `${pointer}/${index}`, faults)
  } else if (path.length === 0) {
    if (typeof node === 'string' && node.length > MAX_INDEXED_LENGTH) {
      faults.push({ code: 'invalidValue', pointer, message: `must not be longer than ${MAX_INDEXED_LENGTH} characters` })
    }
  } else if (typeof node === 'object' && node !== null) {
    const name = path[0]!
    collectTooLong((node as Record<string, unknown>)[name], path.slice(1), `${pointer}/${name}`, faults)
  }
}
