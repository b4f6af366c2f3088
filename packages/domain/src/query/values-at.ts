import { isObject } from '../kernel/json.ts'
import type { PathSegment } from './filter.ts'

/** Every value that a path leads to: arrays on the way, and at the end, are spread. Absent and null values are left out. */
export function valuesAt(node: unknown, segments: readonly PathSegment[]): unknown[] {
  const values: unknown[] = []
  collect(node, segments, 0, values)
  return values
}

function collect(node: unknown, segments: readonly PathSegment[], depth: number, values: unknown[]): void {
  if (node === undefined || node === null) return
  const segment = segments[depth]
  if (!segment) {
    values.push(node)
    return
  }
  if (!isObject(node) || !Object.hasOwn(node, segment.name)) return
  const value = node[segment.name]
  if (!Array.isArray(value)) collect(value, segments, depth + 1, values)
  else for (const each of value) collect(each, segments, depth + 1, values)
}

/** A dotted path as segments that make no difference between one value and many, for `valuesAt`. */
export function segmentsOf(path: string): PathSegment[] {
  return path.split('.').map(name => ({ name, many: false }))
}
