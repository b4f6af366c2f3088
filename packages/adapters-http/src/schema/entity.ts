import { type TObject, type TOptional, type TProperties, type TSchema, type TString, Type } from '@sinclair/typebox'
import { text, uri } from './attributes.ts'

type Nothing = Record<never, never>
type Optional<Properties extends TProperties> = { [Name in keyof Properties]: TOptional<Properties[Name]> }
type Named<Properties extends TProperties> = TObject<Properties> & { readonly $id: string }

interface Parts<Mandatory extends TProperties, Others extends TProperties> {
  readonly mandatory?: Mandatory
  readonly optional: Others
}

const baseTypeAttributes = {
  '@baseType': text('The type that the type of this object extends.', 'Entity'),
  '@schemaLocation': uri('Where a JSON schema of the extended type can be found.', 'https://example.com/schemas/extended.json')
}

const typeAttributes = {
  '@type': text('The type of this object, where it is more specific than its place says.'),
  ...baseTypeAttributes
}

const resourceAttributes = {
  id: text('Identifies the resource. Set by the server.', '0199c3a4-5f7e-7c31-9d52-3f1b8a6e4d20'),
  href: text('Where the resource is found. Set by the server.'),
  '@type': text('The type of the resource.')
}

/**
 * A published object without attributes about its type. What it may hold beyond the listed attributes (extensions) is kept.
 *
 * @param id its name in the OpenAPI documents
 * @param parts mandatory texts must hold more than blanks
 */
export function shape<Others extends TProperties, Mandatory extends TProperties = Nothing>(
  id: string,
  description: string,
  parts: Parts<Mandatory, Others>
): Named<Mandatory & Optional<Others>> {
  const properties = {
    ...mapped(parts.mandatory ?? {}, notBlank),
    ...mapped(parts.optional, schema => Type.Optional(schema))
  }
  // Which attributes are optional is lost to the compiler where a name is any string; the parameters' types say it.
  return Type.Object(properties, { $id: id, description }) as unknown as Named<Mandatory & Optional<Others>>
}

/** A published object that may say of which type it is. */
export function entity<Others extends TProperties, Mandatory extends TProperties = Nothing>(
  id: string,
  description: string,
  { mandatory, optional }: Parts<Mandatory, Others>
): Named<Mandatory & Optional<Others & typeof typeAttributes>> {
  return shape(id, description, { ...(mandatory && { mandatory }), optional: { ...optional, ...typeAttributes } })
}

/** What is answered for a resource: `id`, `href` and `@type` are always there. */
export function resource<Others extends TProperties, Mandatory extends TProperties = Nothing>(
  id: string,
  description: string,
  { mandatory, optional }: Parts<Mandatory, Others>
): Named<typeof resourceAttributes & Mandatory & Optional<Others & typeof baseTypeAttributes>> {
  const type = { ...resourceAttributes['@type'], examples: [id] } as TString
  const required = { ...resourceAttributes, '@type': type, ...mandatory } as typeof resourceAttributes & Mandatory
  return shape(id, description, { mandatory: required, optional: { ...optional, ...baseTypeAttributes } })
}

function mapped(properties: TProperties, change: (schema: TSchema) => TSchema): TProperties {
  return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, change(schema)]))
}

function notBlank(schema: TSchema): TSchema {
  const isFreeText = schema['type'] === 'string' && schema['format'] === undefined && schema['enum'] === undefined
  return isFreeText ? { ...schema, pattern: NOT_BLANK } : schema
}

/** At least one character that is not white space. */
export const NOT_BLANK = '\\S'
