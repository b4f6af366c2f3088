import type { TSchema } from '@sinclair/typebox'
import { Ajv } from 'ajv'

const ajv = new Ajv({ strict: true, allowUnionTypes: true })

/** Compiled when the module is loaded, so that the first answer is as fast as any other. Nothing is coerced. */
export function compile<T>(schema: TSchema): (value: unknown) => value is T {
  return ajv.compile<T>(schema)
}

/** A schema that others refer to by its `$id`. */
export function define(schema: TSchema): void {
  ajv.addSchema(schema)
}
