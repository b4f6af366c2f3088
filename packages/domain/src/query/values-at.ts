import { isObject } from '../kernel/json.ts'
import type { PathSegment } from './filter.ts'

/** Every value that a path leads to: arrays on the way, and at the end, are spread. Absent and null values are left out. */
export function valuesAt(node: unknown, segments: readonly PathSegment[]): unknown[] {
  let nodes: unknown[] = [node]
  for (const { name } of segments) {
    nodes = nodes.flatMap(each => {
      if (!isObject(each) || !Object.hasOwn(each, name)) return []
      const value = each[name]
      return value === undefined || value === null ? [] : value
    })
  }
  return nodes.filter(each => each !== null && each !== undefined)
}

/** A dotted path as segments that make no difference between one value and many, for `valuesAt`. */
export function segmentsOf(path: string): PathSegment[] {
  return path.split('.').map(name => ({ name, many: false }))
}
