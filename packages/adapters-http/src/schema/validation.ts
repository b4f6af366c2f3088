import type { TObject } from '@sinclair/typebox'
import { Ajv } from 'ajv'
import type { ApiBinding, NamedSchema, ResourceBinding } from '../binding.ts'
import type { ApiFault } from '../representation/api-error.ts'
import { formats } from './attributes.ts'
import { storedSchemaOf } from './derive.ts'
import { faultOf } from './faults.ts'

export interface Validators {
  /**
   * What is wrong with a value: at most {@link MAX_FAULTS} faults, none when it is fine.
   *
   * @param kind `create`: a body that was sent. `resource`: a whole resource in the internal form, as after a change; `href` is no part of it
   */
  faultsOf(kind: 'resource' | 'create', binding: ResourceBinding, value: unknown): ApiFault[]
  /** The same for values of another schema: to be asked for when the routes are made. */
  checkOf(schema: TObject): Check
}

/** No more than this is reported about one request. */
export const MAX_FAULTS = 20

export type Check = (value: unknown) => ApiFault[]

/**
 * Compiles the schemas of the bindings at once, so that the first request is as fast as any other. Nothing is coerced and nothing
 * removed from what is checked.
 */
export function createValidators(bindings: readonly ApiBinding[], sharedSchemas: readonly NamedSchema[]): Validators {
  const compile = createCompiler(sharedSchemas)
  const checks = new Map<TObject, Check>()
  for (const { schemas } of bindings.flatMap(api => api.resources)) {
    checks.set(schemas.create, compile(schemas.create))
    checks.set(schemas.resource, compile(storedSchemaOf(schemas.resource)))
  }
  return { faultsOf: (kind, binding, value) => checks.get(binding.schemas[kind])!(value), checkOf: compile }
}

/**
 * A quick validator answers for every request and stops at the first fault; only then a thorough one looks for the others. Making
 * that one waits for the first fault, as it takes as long again. A large value is told its first fault only.
 */
function createCompiler(sharedSchemas: readonly NamedSchema[]): (schema: TObject) => Check {
  const options = { schemas: [...sharedSchemas], formats, strict: true }
  const quickly = new Ajv(options)
  let thoroughly: Ajv | undefined
  return schema => {
    const validate = quickly.compile(schema)
    return value => {
      if (validate(value)) return []
      if (isLarge(value)) return [faultOf(validate.errors![0]!)]
      thoroughly ??= new Ajv({ ...options, allErrors: true })
      const validateAll = thoroughly.compile(schema) // compiled once: it keeps what it has
      validateAll(value)
      return validateAll.errors!.slice(0, MAX_FAULTS).map(faultOf)
    }
  }
}

/** Whether it may hold so many faults that collecting them all would be felt. Nothing recursive: it may be nested deeply as well. */
function isLarge(value: unknown): boolean {
  const pending = [value]
  for (let seen = 0; pending.length > 0; seen++) {
    const each = pending.pop()
    if (typeof each !== 'object' || each === null) continue
    const inside = Object.values(each)
    if (seen + pending.length + inside.length > LARGE) return true
    for (const value of inside) pending.push(value)
  }
  return false
}

/** In values of any kind, nested ones included. */
const LARGE = 10_000
