import type { TSchema } from '@sinclair/typebox'
import type { ApiBinding, NamedSchema, ResourceBinding } from '../binding.ts'
import { partialSchemaOf } from '../schema/derive.ts'
import { trackingSchemas } from '../tracking/tracking-schemas.ts'
import { eventSchemas } from './event-schemas.ts'
import { errorSchema, problemSchema } from './response-schemas.ts'

/** Every schema that the documents refer to by name; what may be sent comes with an example. */
export function documentedSchemas(apis: readonly ApiBinding[], shared: readonly NamedSchema[]): readonly TSchema[] {
  return [
    errorSchema,
    problemSchema,
    ...eventSchemas,
    ...trackingSchemas,
    ...shared,
    ...apis.flatMap(api => api.resources).flatMap(each => schemasOf(each, shared))
  ]
}

/** A small change of the example: a merge patch. */
export function patchExample({ example }: ResourceBinding): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(example)
      .filter(([name, value]) => typeof value === 'string' && !name.startsWith('@'))
      .slice(0, 1)
  )
}

function schemasOf(binding: ResourceBinding, shared: readonly NamedSchema[]): TSchema[] {
  const { resource, create, update } = binding.schemas
  return [
    resource,
    partialSchemaOf(resource, shared),
    { ...create, examples: [binding.example] },
    { ...update, examples: [patchExample(binding)] }
  ]
}
