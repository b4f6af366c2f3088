import type { Leniency, NamedSchema } from '@crm-lite/adapters-http'
import type { PublishedDefinitions, PublishedSchema } from './published-schema.ts'

/** As much of our schemas as is compared. */
export interface OwnSchema {
  readonly $id?: string | undefined
  readonly $ref?: string | undefined
  readonly type?: string | readonly string[] | undefined
  readonly format?: string | undefined
  readonly enum?: readonly unknown[] | undefined
  readonly items?: OwnSchema | undefined
  readonly properties?: Readonly<Record<string, OwnSchema>> | undefined
  readonly required?: readonly string[] | undefined
}

/** What is compared with what. */
export interface Comparison {
  readonly definitions: PublishedDefinitions
  /** The name of the published schema. */
  readonly name: string
  readonly own: OwnSchema
  readonly shared: readonly NamedSchema[]
  readonly leniencies: readonly Leniency[]
  /** For merge patches: objects may be sent in part, so that nothing is mandatory inside them. */
  readonly objectsInPart?: boolean
}

interface Place {
  readonly path: string
  /** The name of the published schema that is looked at. */
  readonly schema: string
  readonly inPart: boolean
}

/**
 * Every attribute, at any depth, that the published schema has and ours lacks, types differently or does not require although it is
 * required there and no leniency says why. What ours has beyond that is no difference.
 */
export function differences(comparison: Comparison): string[] {
  const { definitions, name, own } = comparison
  const place = { path: name, schema: name, inPart: false }
  const published = definitions[name]
  if (!published) return [`${name}: not published`]
  return [...compare(published, own, place, comparison, [])]
}

function* compare(
  published: PublishedSchema,
  own: OwnSchema,
  place: Place,
  comparison: Comparison,
  above: readonly string[]
): Generator<string> {
  const name = published.$ref?.replace('#/definitions/', '')
  if (name !== undefined) {
    if (above.includes(name)) return
    const target = comparison.definitions[name]
    if (!target) yield `${place.path}: the published file does not define ${name}`
    else yield* compare(target, own, { ...place, schema: name }, comparison, [...above, name])
    return
  }
  const resolved = resolve(own, comparison.shared)
  const [wanted, found] = [typeOf(published), typeOf(resolved)]
  if (wanted !== found) yield `${place.path}: ${found} instead of ${wanted}`
  else if (published.items) {
    const item = { ...place, path: `${place.path}[]`, inPart: false }
    yield* compare(published.items, resolved.items ?? {}, item, comparison, above)
  } else if (published.properties) yield* compareAttributes(published, resolved, place, comparison, above)
}

function* compareAttributes(
  published: PublishedSchema,
  own: OwnSchema,
  place: Place,
  comparison: Comparison,
  above: readonly string[]
): Generator<string> {
  const inPart = comparison.objectsInPart ?? false
  for (const [name, attribute] of Object.entries(published.properties ?? {})) {
    const path = `${place.path}.${name}`
    const ownAttribute = own.properties?.[name]
    if (!ownAttribute) yield `${path}: missing`
    else yield* compare(attribute, ownAttribute, { ...place, path, inPart }, comparison, above)
  }
  if (place.inPart) return
  for (const name of published.required ?? []) {
    const isForgiven = comparison.leniencies.some(each => each.schema === place.schema && each.attribute === name)
    if (!own.required?.includes(name) && !isForgiven) yield `${place.path}.${name}: not required`
  }
}

function resolve(own: OwnSchema, shared: readonly NamedSchema[]): OwnSchema {
  if (own.$ref === undefined) return own
  const target = shared.find(each => `${each.$id}#` === own.$ref)
  if (!target) throw new Error(`there is no schema for ${own.$ref}`)
  return target as OwnSchema
}

/** A type in words. That a merge patch may also send null, and how wide a number is, makes no difference. */
function typeOf(schema: PublishedSchema | OwnSchema): string {
  const type = [schema.type ?? (schema.properties ? 'object' : 'any')].flat().filter(each => each !== 'null')
  if (schema.enum) return `one of ${schema.enum.filter(each => each !== null).join(', ')}`
  const format = schema.format === 'float' ? undefined : schema.format
  return `${type.join(' or ')}${format === undefined ? '' : ` (${format})`}`
}
