import type { TObject } from '@sinclair/typebox'
import { Ajv, type AnySchemaObject } from 'ajv'
import type { FastifySchemaCompiler } from 'fastify'
import type { ApiBinding, NamedSchema, ResourceBinding } from '../binding.ts'
import { ApiError, type ApiFault } from '../representation/api-error.ts'
import { formats } from './attributes.ts'
import { storedSchemaOf } from './derive.ts'
import { faultOf } from './faults.ts'

export interface Validators {
  /**
   * For `setValidatorCompiler`. Faults come as an `ApiError` (400). Nothing is coerced, nothing removed. Query strings pass: what may
   * stand there depends on the attributes of the resource, so a schema for them is documentation only.
   */
  readonly validatorCompiler: FastifySchemaCompiler<unknown>
  /**
   * What is wrong with a value: at most {@link MAX_FAULTS} faults, none when it is fine.
   *
   * @param kind `create`: a body that was sent. `resource`: a whole resource in the internal form, as after a change; `href` is no part of it
   */
  faultsOf(kind: 'resource' | 'create', binding: ResourceBinding, value: unknown): ApiFault[]
}

/** No more than this is reported about one request. */
export const MAX_FAULTS = 20

type Check = (value: unknown) => ApiFault[]

/** Compiles the schemas of the bindings at once, so that the first request is as fast as any other. */
export function createValidators(bindings: readonly ApiBinding[], sharedSchemas: readonly NamedSchema[]): Validators {
  const resources = bindings.flatMap(api => api.resources)
  const compile = createCompiler([
    ...sharedSchemas,
    ...resources.flatMap(({ schemas }) => [schemas.resource, schemas.create, schemas.update])
  ])
  const checks = new Map<TObject, Check>()
  for (const { schemas } of resources) {
    checks.set(schemas.create, compile(schemas.create))
    checks.set(schemas.resource, compile(storedSchemaOf(schemas.resource)))
  }
  return {
    validatorCompiler: ({ schema, httpPart }) => {
      if (httpPart === 'querystring') return () => true
      const check = compile(schema as AnySchemaObject)
      const located = httpPart === 'body' ? (fault: ApiFault) => fault : atParameter
      return value => {
        const [first, ...more] = check(value)
        return first ? { error: new ApiError(400, [located(first), ...more.map(located)]) } : true
      }
    },
    faultsOf: (kind, binding, value) => checks.get(binding.schemas[kind])!(value)
  }
}

/**
 * A quick validator answers for every request and stops at the first fault; only then a thorough one looks for the others. Compiling
 * that one waits for the first fault, as it takes as long again.
 */
function createCompiler(schemas: readonly AnySchemaObject[]): (schema: AnySchemaObject) => Check {
  const options = { schemas: [...schemas], formats, strict: true, allowUnionTypes: true, coerceTypes: false }
  const quickly = new Ajv(options)
  const thoroughly = new Ajv({ ...options, allErrors: true })
  const compiled = (ajv: Ajv, schema: AnySchemaObject) =>
    (schema.$id === undefined ? undefined : ajv.getSchema(schema.$id)) ?? ajv.compile(schema)

  return schema => {
    const validate = compiled(quickly, schema)
    return value => {
      if (validate(value)) return []
      const first = faultOf(validate.errors![0]!)
      const validateAll = compiled(thoroughly, schema)
      if (validateAll(shortened(value))) return [first]
      return validateAll.errors!.slice(0, MAX_FAULTS).map(faultOf)
    }
  }
}

/**
 * A copy whose arrays end after as many entries as faults are reported, so that a body with a fault in each of a million entries does
 * not make a million error objects. An array cut short is as valid as before: no schema asks for a number of entries.
 */
function shortened(value: unknown, depth = 0): unknown {
  if (Array.isArray(value)) return depth > MAX_DEPTH ? [] : value.slice(0, MAX_FAULTS).map(each => shortened(each, depth + 1))
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, shortened(each, depth + 1)]))
}

/** Deeper than any schema of ours reaches. */
const MAX_DEPTH = 16

/** Path parameters and headers are named, not pointed to. */
function atParameter({ code, pointer = '', message }: ApiFault): ApiFault {
  return { code, message, parameter: pointer.slice(1) }
}
