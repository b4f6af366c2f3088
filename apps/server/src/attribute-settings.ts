import { createHash } from 'node:crypto'
import type { apiBindings } from '@crm-lite/adapters-http'
import type { IndexedAttribute, ValueType } from '@crm-lite/domain'
import { ConfigFault, type Kind, listOf } from './config-kinds.ts'

/** `customer:statusReason` */
export interface AttributeName {
  readonly resource: string
  readonly path: string
}

/** `customer:loyaltyTier=string` */
export interface ExtensionAttribute {
  readonly resource: string
  readonly name: string
  readonly type: ValueType
}

export type Extensions = Readonly<Record<string, Readonly<Record<string, ValueType>>>>
export type ExtraIndexes = Readonly<Record<string, readonly IndexedAttribute[]>>
type Bindings = typeof apiBindings
type AttributeTree = Bindings[number]['resources'][number]['attributes']

const valueTypes = ['string', 'number', 'boolean', 'dateTime', 'any'] as const satisfies readonly ValueType[]

export const attributeNames: Kind<readonly AttributeName[]> = {
  type: 'list of `resource:attribute`',
  parse: value =>
    listOf(value).map(entry => {
      const [, resource, path] = /^(\w+):([\w@-]+(?:\.[\w@-]+)*)$/.exec(entry) ?? []
      if (!resource || !path)
        throw new ConfigFault('must be a comma-separated list such as customer:statusReason,individual:birthDate')
      return { resource, path }
    })
}

export const extensionAttributes: Kind<readonly ExtensionAttribute[]> = {
  type: 'list of `resource:attribute=type`',
  parse: value =>
    listOf(value).map(entry => {
      const [, resource, name, given] = /^(\w+):([A-Za-z_@][\w@-]{0,63})=(\w+)$/.exec(entry) ?? []
      const type = valueTypes.find(each => each === given)
      if (!resource || !name || !type) {
        throw new ConfigFault(
          `must be a comma-separated list such as customer:loyaltyTier=string, the type one of ${valueTypes.join(', ')}`
        )
      }
      return { resource, name, type }
    })
}

/**
 * Checks the declared extension attributes against the schemas.
 *
 * @throws {ConfigFault}
 */
export function resolveExtensions(declared: readonly ExtensionAttribute[], bindings: Bindings): Extensions {
  const extensions: Record<string, Record<string, ValueType>> = {}
  for (const { resource, name, type } of declared) {
    if (Object.hasOwn(treeOf(resource, bindings), name)) {
      throw new ConfigFault(`names ${resource}:${name}, which is an attribute of the standard already`)
    }
    const ofResource = extensions[resource] ?? {}
    if (Object.hasOwn(ofResource, name)) throw new ConfigFault(`names ${resource}:${name} twice`)
    extensions[resource] = { ...ofResource, [name]: type }
  }
  return extensions
}

/**
 * Finds the type of every attribute that is to be indexed. What is indexed anyway is left out.
 *
 * @throws {ConfigFault}
 */
export function resolveIndexes(wanted: readonly AttributeName[], extensions: Extensions, bindings: Bindings): ExtraIndexes {
  const indexes: Record<string, IndexedAttribute[]> = {}
  for (const { resource, path } of wanted) {
    const type = typeAt(resource, path, extensions, bindings)
    if (path === 'id' || isIndexed(resource, path, bindings)) continue
    const ofResource = indexes[resource] ?? []
    const name = columnName(path)
    if (ofResource.some(each => each.path === path)) continue
    if (ofResource.some(each => each.name === name))
      throw new ConfigFault(`names two attributes of ${resource} that differ too little`)
    indexes[resource] = [...ofResource, { name, path, type, many: false }]
  }
  return indexes
}

function typeAt(resource: string, path: string, extensions: Extensions, bindings: Bindings): IndexedAttribute['type'] {
  const extension = extensions[resource]?.[path]
  let tree: AttributeTree | undefined = treeOf(resource, bindings)
  let type: ValueType | 'object' | undefined = extension
  for (const segment of extension === undefined ? path.split('.') : []) {
    const node: AttributeTree[string] | undefined = tree && Object.hasOwn(tree, segment) ? tree[segment] : undefined
    if (!node) throw new ConfigFault(`names ${resource}:${path}, which is not an attribute of ${resource}`)
    if (node.many) throw new ConfigFault(`names ${resource}:${path}, which has many values: only single values can be indexed`)
    type = node.type
    tree = node.attributes
  }
  if (type === undefined || type === 'object' || type === 'any') {
    throw new ConfigFault(`names ${resource}:${path}, which is not a text, a number, a boolean or a date-time`)
  }
  return type
}

function resourcesNamed(resource: string, bindings: Bindings) {
  return bindings.flatMap(binding => binding.resources).filter(each => each.definition.name === resource)
}

function treeOf(resource: string, bindings: Bindings): AttributeTree {
  const [found] = resourcesNamed(resource, bindings)
  if (found) return found.attributes
  const known = [...new Set(bindings.flatMap(binding => binding.resources.map(each => each.definition.name)))]
  throw new ConfigFault(`names the resource ${resource}; there are ${known.join(', ')}`)
}

function isIndexed(resource: string, path: string, bindings: Bindings): boolean {
  return resourcesNamed(resource, bindings).some(each => each.definition.indexed.some(indexed => indexed.path === path))
}

/** Starts with `x_`, so that it never meets a column of our own, and leaves room for the rest of an index's name in 63 bytes. */
function columnName(path: string): string {
  const words = path.replace(/([a-z0-9])([A-Z])/g, '$1_$2').replace(/[^A-Za-z0-9]+/g, '_')
  const name = `x_${words.toLowerCase().replace(/^_+/, '')}`
  return name.length <= 32 ? name : `${name.slice(0, 24)}_${createHash('sha256').update(path).digest('hex').slice(0, 7)}`
}
