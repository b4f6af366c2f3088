import { isDateTime, MAX_INDEXED_LENGTH } from '@crm-lite/domain'
import type { TUnknown, TUnsafe } from '@sinclair/typebox'
import { type Static, type TArray, type TBoolean, type TInteger, type TNumber, type TString, Type } from '@sinclair/typebox'
import type { NamedSchema } from '../binding.ts'
import { isUri } from './uri.ts'

/** The formats that the schemas use, and what each means. Texts that do not conform are refused. */
export const formats = { 'date-time': isDateTime, uri: isUri }

/** Any text, the empty one too. The example is shown in the documentation. */
export function text(description: string, example?: string): TString {
  return Type.String({ description, ...(example !== undefined && { examples: [example] }) })
}

/** A text that a filter finds through an index, and that is therefore limited in length. */
export function indexedText(description: string, example?: string): TString {
  return Type.String({ ...text(description, example), maxLength: MAX_INDEXED_LENGTH })
}

/** An instant: RFC 3339 with an offset, in the calendar. */
export function dateTime(description: string, example = '2026-01-31T09:00:00Z'): TString {
  return Type.String({ description, format: 'date-time', examples: [example] })
}

/** An absolute URI. */
export function uri(description: string, example?: string): TString {
  return Type.String({ ...text(description, example), format: 'uri' })
}

/** Limited to what a double holds exactly: a larger one would come back as another number. */
export function integer(description: string, example?: number): TInteger {
  const limits = { minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }
  return Type.Integer({ description, ...limits, ...(example !== undefined && { examples: [example] }) })
}

export function number(description: string, example?: number): TNumber {
  return Type.Number({ description, ...(example !== undefined && { examples: [example] }) })
}

export function flag(description: string): TBoolean {
  return Type.Boolean({ description })
}

/** Any JSON value. */
export function freeValue(description: string, example: unknown): TUnknown {
  return Type.Unknown({ description, examples: [example] })
}

export function oneOf<const Value extends string>(values: readonly Value[], description: string): TUnsafe<Value> {
  return Type.Unsafe<Value>({ type: 'string', enum: [...values], description })
}

/** A reference to a schema that is published under a name of its own, in the form that Fastify knows. */
export function ref<Schema extends NamedSchema>(schema: Schema, description?: string): TUnsafe<Static<Schema>> {
  return Type.Unsafe<Static<Schema>>({ $ref: `${schema.$id}#`, ...(description !== undefined && { description }) })
}

/** An array of references. */
export function many<Schema extends NamedSchema>(schema: Schema, description: string): TArray<TUnsafe<Static<Schema>>> {
  return Type.Array(ref(schema), { description })
}
