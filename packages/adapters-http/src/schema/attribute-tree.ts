import type { ValueType } from '@crm-lite/domain'
import type { TObject, TSchema } from '@sinclair/typebox'
import type { AttributeNode, AttributeTree, NamedSchema } from '../binding.ts'
import { resolve } from './derive.ts'

/**
 * The attributes of a schema as filters see them.
 *
 * @param shared every schema that the first one refers to, directly or not
 * @returns a tree without prototypes, so that looking up a name finds attributes only. The same named schema is the same subtree
 *   wherever it is used: a schema that contains itself makes an endless tree, so follow a path in it, don't walk all of it
 */
export function attributeTree(schema: TObject, shared: readonly NamedSchema[]): AttributeTree {
  const known = new Map<TSchema, AttributeTree>()

  const treeOf = (object: TObject): AttributeTree => {
    const found = known.get(object)
    if (found) return found
    const tree: Record<string, AttributeNode> = Object.create(null)
    known.set(object, tree)
    for (const [name, attribute] of Object.entries(object.properties)) tree[name] = nodeOf(attribute)
    return tree
  }

  const nodeOf = (attribute: TSchema): AttributeNode => {
    const resolved = resolve(attribute, shared)
    if (resolved['type'] === 'array') return { ...nodeOf(resolved['items'] as TSchema), many: true }
    if (isObjectSchema(resolved)) return { type: 'object', many: false, attributes: treeOf(resolved) }
    return { type: valueTypeOf(resolved), many: false }
  }

  return treeOf(schema)
}

function valueTypeOf(schema: TSchema): ValueType {
  switch (schema['type']) {
    case 'string':
      return schema['format'] === 'date-time' ? 'dateTime' : 'string'
    case 'integer':
    case 'number':
      return 'number'
    case 'boolean':
      return 'boolean'
    default:
      return isUnionOfTexts(schema) ? 'string' : 'any'
  }
}

function isObjectSchema(schema: TSchema): schema is TObject {
  return schema['type'] === 'object' && schema['properties'] !== undefined
}

function isUnionOfTexts(schema: TSchema): boolean {
  const alternatives: unknown[] = schema['enum'] ?? schema['anyOf']?.map((each: TSchema) => each['const']) ?? []
  return alternatives.length > 0 && alternatives.every(each => typeof each === 'string')
}
