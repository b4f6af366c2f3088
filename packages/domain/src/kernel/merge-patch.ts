import { isObject } from './json.ts'

/**
 * JSON Merge Patch: `null` removes a member, objects merge, everything else (arrays too) replaces.
 *
 * @returns a new value; neither argument is changed
 * @source RFC 7396, section 2
 */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const result: Record<string, unknown> = isObject(target) ? { ...target } : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key]
    else setOwn(result, key, mergePatch(Object.hasOwn(result, key) ? result[key] : undefined, value))
  }
  return result
}

/** `result.__proto__ = value` would set the prototype instead of a member of that name. */
function setOwn(result: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(result, key, { value, enumerable: true, writable: true, configurable: true })
}
