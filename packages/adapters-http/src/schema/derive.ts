import { type TObject, type TSchema, Type } from '@sinclair/typebox'
import type { NamedSchema } from '../binding.ts'

type ResourceSchema = TObject & { readonly $id: string }

/** What of a resource is sent otherwise than it is answered. */
interface CreateParts {
  /** What only the server sets, besides `id` and `href`. */
  readonly serverSet?: readonly string[]
  /** What is always answered, and needn't be sent. */
  readonly optional?: readonly string[]
}

/** What a client may send to create a resource: the resource without what the server sets. */
export function createSchemaOf(resource: ResourceSchema, { serverSet = [], optional = [] }: CreateParts = {}): ResourceSchema {
  const ignored = ['id', 'href', ...serverSet]
  const sent = Object.entries(resource.properties).filter(([name]) => !ignored.includes(name))
  const properties = Object.fromEntries(
    sent.map(([name, schema]) => [name, name === '@type' || optional.includes(name) ? Type.Optional(schema) : schema])
  )
  const names = `${ignored.slice(0, -1).join(', ')} and ${ignored.at(-1)}`
  const description = `What is sent to create one: ${resource.description} The server sets ${names} and ignores them here.`
  return named(`${resource.$id}_Create`, description, properties)
}

/**
 * What a client may send to change a resource (a JSON merge patch): any of its attributes, `null` for removing one. Objects may be
 * sent in part, arrays are replaced. Whether the result is complete can only be seen in the result.
 */
export function updateSchemaOf(resource: ResourceSchema, shared: readonly NamedSchema[]): ResourceSchema {
  const { id: _id, href: _href, ...properties } = resource.properties
  const description =
    'What is sent to change one, as a JSON merge patch: null removes an attribute, objects are merged, arrays replaced.'
  return named(`${resource.$id}_Update`, description, patched(properties, shared))
}

/** What is answered when only some fields are wanted: every object with the attributes that were asked for, none of the others. */
export function partialSchemaOf(resource: ResourceSchema, shared: readonly NamedSchema[]): ResourceSchema {
  const { id, href, '@type': type, ...properties } = resource.properties
  const optional = Object.entries(properties).map(([name, each]) => [name, Type.Optional(inPart(each, shared, []))] as const)
  const description = `What is answered for a ${resource.$id} with the parameter \`fields\`: what was asked for, and what always comes along.`
  return named(`${resource.$id}_Partial`, description, { id: id!, href: href!, '@type': type!, ...Object.fromEntries(optional) })
}

/** A resource as it is kept: without `href`, which depends on where it is served. */
export function storedSchemaOf(resource: TObject): TObject {
  const { href: _href, ...properties } = resource.properties
  return Type.Object(properties)
}

/** The schema that a `$ref` (`Name#`) points to. */
export function resolve(schema: TSchema, shared: readonly NamedSchema[]): TSchema {
  if (schema.$ref === undefined) return schema
  const name = schema.$ref.replace(/#$/, '')
  const target = shared.find(each => each.$id === name)
  if (!target) throw new Error(`no schema is called ${name}`)
  return target
}

function patched(properties: TObject['properties'], shared: readonly NamedSchema[]): TObject['properties'] {
  const entries = Object.entries(properties)
  return Object.fromEntries(entries.map(([name, schema]) => [name, Type.Optional(removable(schema, shared))]))
}

function removable(schema: TSchema, shared: readonly NamedSchema[]): TSchema {
  const { $id: _id, required: _required, properties, ...rest } = resolve(schema, shared) as TSchema & Partial<TObject>
  if (rest['type'] === undefined) return schema
  return {
    ...rest,
    ...(schema.description !== undefined && { description: schema.description }),
    type: [rest['type'], 'null'],
    ...(Array.isArray(rest['enum']) && { enum: [...rest['enum'], null] }),
    ...(properties && { properties: patched(properties, shared) })
  } as TSchema
}

/** Without anything that is required; as it is where nothing is. A schema that contains itself is described to its first repetition. */
function inPart(schema: TSchema, shared: readonly NamedSchema[], above: readonly TSchema[]): TSchema {
  const resolved = resolve(schema, shared)
  if (above.includes(resolved)) return { type: 'object' } as unknown as TSchema
  if (!requiresAnything(resolved, shared, [])) return schema
  const { $id: _id, required: _required, properties, items, ...rest } = resolved as TSchema & Partial<TObject>
  const below = (each: TSchema) => inPart(each, shared, [...above, resolved])
  const parts = Object.entries(properties ?? {}).map(([name, each]) => [name, Type.Optional(below(each))])
  return {
    ...rest,
    ...(schema.description !== undefined && { description: schema.description }),
    ...(items !== undefined && { items: below(items as TSchema) }),
    ...(properties && { properties: Object.fromEntries(parts) })
  } as unknown as TSchema
}

function requiresAnything(schema: TSchema, shared: readonly NamedSchema[], above: readonly TSchema[]): boolean {
  const resolved = resolve(schema, shared)
  if (above.includes(resolved)) return false
  const { required = [], properties = {}, items } = resolved as TSchema & Partial<TObject>
  const below = [...Object.values(properties), ...(items === undefined ? [] : [items as TSchema])]
  return required.length > 0 || below.some(each => requiresAnything(each, shared, [...above, resolved]))
}

function named(id: string, description: string, properties: TObject['properties']): ResourceSchema {
  return { ...Type.Object(properties, { description }), $id: id }
}
