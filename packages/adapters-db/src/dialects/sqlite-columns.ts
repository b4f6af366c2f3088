import { canonicalInstant, type IndexedAttribute, type Resource, type ResourceDefinition } from '@crm-lite/domain'

export type ColumnValue = string | number | null

/** A column with the value of a single-valued indexed attribute, which its index is made of. */
export interface Column {
  readonly name: string
  /** What the resource has in it: null where there is no value of the attribute's type. */
  valueIn(resource: Resource): ColumnValue
}

/** The columns of a resource's table that are written with its document, in the order of the definition. */
export function columnsOf({ indexed }: Pick<ResourceDefinition, 'indexed'>): readonly Column[] {
  return indexed.filter(({ many }) => !many).map(columnOf)
}

function columnOf({ name, path, type }: IndexedAttribute): Column {
  const names = path.split('.')
  return { name, valueIn: resource => columnValue(singleAt(resource, names), type) }
}

function singleAt(resource: Resource, names: readonly string[]): unknown {
  let value: unknown = resource
  for (const name of names) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, name)) return undefined
    value = (value as Readonly<Record<string, unknown>>)[name]
  }
  return value
}

function columnValue(value: unknown, type: IndexedAttribute['type']): ColumnValue {
  switch (type) {
    case 'string':
      return typeof value === 'string' ? value : null
    case 'number':
      return typeof value === 'number' ? value : null
    case 'boolean':
      return typeof value === 'boolean' ? Number(value) : null
    case 'dateTime':
      return typeof value === 'string' ? (canonicalInstant(value) ?? null) : null
    default:
      return type satisfies never
  }
}
