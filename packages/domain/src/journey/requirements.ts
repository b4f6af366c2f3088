/** Something that comes after others. */
export interface Requiring {
  readonly key: string
  readonly requires?: readonly string[]
}

/** A circle in the requirements, as the keys on it, the first one repeated at the end: `a` requires `b` requires `a`. */
export function findCycle(nodes: readonly Requiring[]): readonly string[] | undefined {
  const requires = new Map(nodes.map(node => [node.key, node.requires ?? []]))
  const done = new Set<string>()
  const visit = (key: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(key)) return [...path.slice(path.indexOf(key)), key]
    if (done.has(key)) return undefined
    for (const next of requires.get(key) ?? []) {
      const cycle = visit(next, [...path, key])
      if (cycle) return cycle
    }
    done.add(key)
    return undefined
  }
  for (const { key } of nodes) {
    const cycle = visit(key, [])
    if (cycle) return cycle
  }
  return undefined
}

/** Each behind what it requires, otherwise in the order in which they stand. There must be no cycle. */
export function sortByRequirements<T extends Requiring>(nodes: readonly T[]): T[] {
  const byKey = new Map(nodes.map(node => [node.key, node]))
  const sorted = new Set<T>()
  const add = (node: T) => {
    if (sorted.has(node)) return
    for (const key of node.requires ?? []) {
      const required = byKey.get(key)
      if (required) add(required)
    }
    sorted.add(node)
  }
  for (const node of nodes) add(node)
  return [...sorted]
}
