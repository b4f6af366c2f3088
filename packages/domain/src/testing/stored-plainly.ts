import { type Resource, type StoredResource, storedAs } from '../kernel/resource.ts'

/**
 * What is stored of a resource, and looked at again without being parsed: so it has to be what parsing would give, and nobody may change it.
 *
 * @throws {TypeError} when something in it is not what JSON gives back; whoever changes it later is thrown at as well
 */
export function storedPlainly(resource: Resource, revision: number): StoredResource {
  freezeJson(resource, resource['@type'] ?? 'resource')
  return storedAs(resource, revision)
}

function freezeJson(value: unknown, path: string): void {
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)) return
  const isPlain =
    Array.isArray(value) || (typeof value === 'object' && [Object.prototype, null].includes(Object.getPrototypeOf(value)))
  if (!isPlain) throw new TypeError(`${path} is ${String(value)}, which JSON does not give back`)
  // What is frozen was looked at before.
  if (Object.isFrozen(value)) return
  Object.freeze(value)
  for (const [name, inner] of Object.entries(value as object)) freezeJson(inner, `${path}.${name}`)
}
