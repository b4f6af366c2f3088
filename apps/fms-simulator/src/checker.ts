import type { Static, TSchema } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'

/** What somebody sent cannot be taken. */
export class Mistake extends Error {
  readonly code: string
  readonly status: number

  constructor(message: string, code = 'invalidValue', status = 400) {
    super(message)
    this.name = 'Mistake'
    this.code = code
    this.status = status
  }
}

/** A function that returns what fits the schema and throws a `Mistake` about the first thing that does not. */
export function checker<Schema extends TSchema>(schema: Schema): (value: unknown) => Static<Schema> {
  const compiled = TypeCompiler.Compile(schema)
  return value => {
    if (compiled.Check(value)) return value
    const first = compiled.Errors(value).First()
    throw new Mistake(`${first?.path || '/'}: ${first?.message ?? 'is wrong'}`)
  }
}
