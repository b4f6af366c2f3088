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
    else result[key] = mergePatch(result[key], value)
  }
  return result
}
