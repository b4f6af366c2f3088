import { isObject, sameJson } from '@crm-lite/domain'
import { applyPatch, type Operation } from 'rfc6902'
import { checkJson } from '../plugins/check-json.ts'
import { MAX_BODY_BYTES } from '../plugins/server-options.ts'
import { ApiError } from '../representation/api-error.ts'
import type { ErrorCode } from '../representation/error-codes.ts'
import { ownValueAt, pointerTokens, takesValueAt } from './json-pointer.ts'

const members: Readonly<Record<string, readonly string[]>> = {
  add: ['path', 'value'],
  remove: ['path'],
  replace: ['path', 'value'],
  move: ['path', 'from'],
  copy: ['path', 'from'],
  test: ['path', 'value']
}

/**
 * A JSON Patch, as far as it can be checked without the resource.
 *
 * @throws {ApiError} 400 `invalidPatch` with a pointer to the operation
 * @source RFC 6902, section 4
 */
export function checkedOperations(body: unknown): readonly Operation[] {
  if (!Array.isArray(body)) throw failed('invalidPatch', '', 'a JSON Patch is an array of operations')
  return body.map((operation: unknown, index) => {
    if (!isObject(operation)) throw failed('invalidPatch', `/${index}`, 'an operation is an object')
    const required = typeof operation['op'] === 'string' && Object.hasOwn(members, operation['op']) && members[operation['op']]
    if (!required) throw failed('invalidPatch', `/${index}/op`, `must be one of ${Object.keys(members).join(', ')}`)
    for (const name of required) checkMember(operation, name, `/${index}/${name}`)
    return operation as unknown as Operation
  })
}

function checkMember(operation: Record<string, unknown>, name: string, pointer: string): void {
  if (!Object.hasOwn(operation, name)) throw failed('invalidPatch', pointer, `the operation needs ${name}`)
  if (name !== 'value' && !pointerTokens(operation[name])) throw failed('invalidPatch', pointer, 'must be a JSON Pointer')
}

/**
 * Applies a JSON Patch to a copy of a resource.
 *
 * @throws {ApiError} 400 `patchNotApplicable` with a pointer to the operation: a test that fails, a place that does not exist
 */
export function applyJsonPatch(
  resource: Readonly<Record<string, unknown>>,
  operations: readonly Operation[]
): Record<string, unknown> {
  const document = structuredClone(resource) as Record<string, unknown>
  let copied = 0
  for (const [index, operation] of operations.entries()) {
    const refuse = (member: string, message: string) => failed('patchNotApplicable', `/${index}/${member}`, message)
    if ('from' in operation) {
      const source = ownValueAt(document, operation.from)
      if (source === undefined) throw refuse('from', 'does not exist')
      // A few operations that copy the whole into itself would fill the memory.
      if (operation.op === 'copy') copied += checkJson(source) ? Infinity : JSON.stringify(source).length
      if (copied > MAX_BODY_BYTES) throw failed('limitExceeded', `/${index}`, 'the patch copies too much')
    }
    // The library would follow paths into prototypes, and compares arrays in quadratic time.
    if (operation.op === 'test') {
      if (!sameJson(ownValueAt(document, operation.path), operation.value)) throw refuse('value', 'the test fails')
      continue
    }
    const exists =
      operation.op === 'remove' || operation.op === 'replace'
        ? ownValueAt(document, operation.path) !== undefined
        : takesValueAt(document, operation.path)
    if (!exists || applyPatch(document, [operation])[0]) throw refuse('path', 'does not exist')
  }
  return document
}

function failed(code: ErrorCode, pointer: string, message: string): ApiError {
  return new ApiError(400, { code, pointer, message })
}
