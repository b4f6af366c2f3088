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
  for (const path of indexedPaths(definition)) {
    if (holdsTooLong(resource, path, 0)) collectTooLong(resource, path, '', faults)
  }
  return faults
}

const indexedPathsOf = new WeakMap<ResourceDefinition, readonly (readonly string[])[]>()

function indexedPaths(definition: ResourceDefinition): readonly (readonly string[])[] {
  const known = indexedPathsOf.get(definition) ?? definition.indexed.map(({ path }) => path.split('.'))
  indexedPathsOf.set(definition, known)
  return known
}

/** Whether there is anything to collect: there hardly ever is, and pointers to everything on the way are not for nothing. */
function holdsTooLong(node: unknown, path: readonly string[], depth: number): boolean {
  if (Array.isArray(node)) return node.some(each => holdsTooLong(each, path, depth))
  if (depth === path.length) return isTooLong(node)
  if (typeof node !== 'object' || node === null) return false
  return holdsTooLong((node as Readonly<Record<string, unknown>>)[path[depth]!], path, depth + 1)
}

function collectTooLong(node: unknown, path: readonly string[], pointer: string, faults: Fault[]): void {
  if (Array.isArray(node)) {
    for (let index = 0; index < node.length; index++) collectTooLong(node[index], path, `${pointer}/${index}`, faults)
  } else if (path.length === 0) {
    if (isTooLong(node)) {
      faults.push({ code: 'invalidValue', pointer, message: `must not be longer than ${MAX_INDEXED_LENGTH} characters` })
    }
  } else if (typeof node === 'object' && node !== null) {
    const name = path[0]!
    collectTooLong((node as Record<string, unknown>)[name], path.slice(1), `${pointer}/${name}`, faults)
  }
}

function isTooLong(value: unknown): boolean {
  return typeof value === 'string' && value.length > MAX_INDEXED_LENGTH && [...value].length > MAX_INDEXED_LENGTH
}
