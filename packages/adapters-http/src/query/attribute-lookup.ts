import type { PathSegment, ValueType } from '@crm-lite/domain'
import type { AttributeNode, AttributeTree } from '../binding.ts'

/** An attribute that a path led to. */
export interface FoundAttribute {
  readonly segments: readonly PathSegment[]
  readonly node: AttributeNode
}

/** Declared attributes beyond the schema: dotted paths to types. `[]` behind a name says that it is an array: `loyalty.tier[].name`. */
export type Extensions = Readonly<Record<string, ValueType>>

/** Trees may be endless, paths in a query are not. */
const MAX_PATH_LENGTH = 16

/** The attribute at a dotted path. */
export function findAttribute(tree: AttributeTree, path: string): FoundAttribute | undefined {
  const names = path.split('.')
  if (names.length > MAX_PATH_LENGTH) return undefined
  const segments: PathSegment[] = []
  let node: AttributeNode | undefined
  let below: AttributeTree | undefined = tree
  for (const name of names) {
    if (!below || !Object.hasOwn(below, name)) return undefined
    node = below[name]!
    segments.push({ name, many: node.many })
    below = node.attributes
  }
  return node && { segments, node }
}

const extended = new WeakMap<Extensions, WeakMap<AttributeTree, AttributeTree>>()

/** A tree with the declared extensions in it. What the schema declares stays as it is. Made once for each pair. */
export function withExtensions(tree: AttributeTree, extensions: Extensions | undefined): AttributeTree {
  if (!extensions) return tree
  const known = extended.get(extensions) ?? new WeakMap<AttributeTree, AttributeTree>()
  extended.set(extensions, known)
  const result =
    known.get(tree) ??
    Object.entries(extensions).reduce((grown, [path, type]) => withAttribute(grown, path.split('.'), type), tree)
  known.set(tree, result)
  return result
}

function withAttribute(tree: AttributeTree, [first = '', ...rest]: readonly string[], type: ValueType): AttributeTree {
  const name = first.replace(/\[\]$/, '')
  const present = Object.hasOwn(tree, name) ? tree[name] : undefined
  if (present && rest.length === 0) return tree
  const node = present ?? { type: rest.length === 0 ? type : 'object', many: first !== name }
  const below = rest.length > 0 && { attributes: withAttribute(node.attributes ?? {}, rest, type) }
  // No prototype: an extension may be called like one of its members.
  return Object.assign(Object.create(null), tree, { [name]: { ...node, ...below } }) as AttributeTree
}
