import type { CodePointRange } from './code-points.ts'

/** A regular expression of the subset that all engines read alike. Groups leave no trace but the structure. */
export type PatternNode =
  /** One code point out of a set, which is in its normal form and not empty. */
  | { readonly kind: 'oneOf'; readonly set: readonly CodePointRange[] }
  /** The very start or the very end of the text; line breaks don't count. */
  | { readonly kind: 'start' | 'end' }
  | { readonly kind: 'sequence'; readonly items: readonly PatternNode[] }
  | { readonly kind: 'either'; readonly branches: readonly PatternNode[] }
  /** From `min` to `max` times; `max` is null when there is no limit. */
  | { readonly kind: 'repeat'; readonly item: PatternNode; readonly min: number; readonly max: number | null }

export function hasAnchor(node: PatternNode): boolean {
  switch (node.kind) {
    case 'start':
    case 'end':
      return true
    case 'oneOf':
      return false
    case 'sequence':
      return node.items.some(hasAnchor)
    case 'either':
      return node.branches.some(hasAnchor)
    case 'repeat':
      return hasAnchor(node.item)
    default:
      return node satisfies never
  }
}

/** How many code points a pattern names once every bounded repeat is written out; a repeat of what can be empty counts squared. */
export function sizeOf(node: PatternNode): number {
  switch (node.kind) {
    case 'start':
    case 'end':
    case 'oneOf':
      return 1
    case 'sequence':
      return sum(node.items)
    case 'either':
      return sum(node.branches)
    case 'repeat': {
      const times = Math.max(1, node.max ?? node.min + 1)
      return Math.max(1, sizeOf(node.item)) * (canBeEmpty(node.item) ? times * times : times)
    }
    default:
      return node satisfies never
  }
}

function canBeEmpty(node: PatternNode): boolean {
  switch (node.kind) {
    case 'oneOf':
      return false
    case 'start':
    case 'end':
      return true
    case 'sequence':
      return node.items.every(canBeEmpty)
    case 'either':
      return node.branches.some(canBeEmpty)
    case 'repeat':
      return node.min === 0 || canBeEmpty(node.item)
    default:
      return node satisfies never
  }
}

function sum(nodes: readonly PatternNode[]): number {
  return nodes.reduce((total, node) => total + sizeOf(node), 0)
}
