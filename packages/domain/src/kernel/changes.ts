import { isObject, sameJson } from './json.ts'

/**
 * Where two resources differ: dotted paths, in the order of the attributes. Objects are looked into, arrays change as a whole; an
 * attribute that is only on one side is named, not what is in it.
 */
export function changedPaths(before: unknown, after: unknown): string[] {
  const paths: string[] = []
  collect(before, after, '', paths)
  return paths
}

function collect(before: unknown, after: unknown, path: string, paths: string[]): void {
  if (isObject(before) && isObject(after)) {
    for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
      collect(before[name], after[name], path === '' ? name : `${path}.${name}`, paths)
    }
  } else if (!sameJson(before, after)) paths.push(path)
}
