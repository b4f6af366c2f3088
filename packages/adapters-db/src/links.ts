import {
  canonicalInstant,
  type IndexedAttribute,
  type PathSegment,
  type Resource,
  type ResourceDefinition,
  segmentsOf,
  valuesAt
} from '@crm-lite/domain'

/** A row of a link table: this resource has this value in this many-valued indexed attribute. */
export interface Link {
  readonly attribute: string
  readonly value: string
  readonly id: string
}

/** The rows of a resource in its link table: every distinct value of every many-valued indexed attribute. */
export function linksOf(definition: ResourceDefinition, resource: Resource): Link[] {
  const links: Link[] = []
  for (const { attribute, segments } of manyValued(definition)) {
    const values = valuesAt(resource, segments)
    if (values.length === 0) continue
    for (const value of new Set(values.map(each => linkValue(each, attribute.type)))) {
      if (value !== undefined) links.push({ attribute: attribute.name, value, id: resource.id })
    }
  }
  return links
}

/** Values of another type than the attribute's can't be found by it, so they get no row. */
function linkValue(value: unknown, type: IndexedAttribute['type']): string | undefined {
  if (type === 'dateTime') return typeof value === 'string' ? canonicalInstant(value) : undefined
  return typeof value === type ? String(value) : undefined
}

type ManyValued = readonly { readonly attribute: IndexedAttribute; readonly segments: readonly PathSegment[] }[]
const manyValuedOf = new WeakMap<ResourceDefinition, ManyValued>()

function manyValued(definition: ResourceDefinition): ManyValued {
  let found = manyValuedOf.get(definition)
  if (!found) {
    found = definition.indexed.filter(each => each.many).map(attribute => ({ attribute, segments: segmentsOf(attribute.path) }))
    manyValuedOf.set(definition, found)
  }
  return found
}
