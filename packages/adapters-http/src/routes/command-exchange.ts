import type { FastifyRequest } from 'fastify'
import type { NamedSchema } from '../binding.ts'
import { JSON_MEDIA_TYPE } from '../plugins/body-parsing.ts'
import type { ErrorCode } from '../representation/error-codes.ts'
import { refuseFaults } from '../representation/failure.ts'
import type { Check } from '../schema/validation.ts'
import { refTo } from './event-schemas.ts'
import { objectIn } from './hub-bodies.ts'

/** What every command can be refused with, besides what is wrong with its body. */
export const commandFailures: readonly ErrorCode[] = [
  'invalidValue',
  'missingAttribute',
  'invalidJson',
  'limitExceeded',
  'bodyTooLarge',
  'unsupportedMediaType',
  'notFound',
  'idempotencyKeyInUse',
  'idempotencyKeyReused',
  'staleRevision',
  'malformedRequest',
  'unavailable'
]

/**
 * What a command says. Where nothing has to be said, the body may be missing.
 *
 * @throws {ApiError} 400 with a pointer for each fault
 */
export function commandIn(
  request: FastifyRequest,
  check: Check,
  read: (body: unknown) => unknown = body => body
): Record<string, unknown> {
  const body = request.rawBody === undefined ? {} : objectIn(read(request.body))
  refuseFaults(check(body))
  return body
}

/** Why, in words; a blank reason is none. */
export function reasonOf({ reason }: Readonly<Record<string, unknown>>): { reason?: string } {
  return typeof reason === 'string' && reason.trim() !== '' ? { reason } : {}
}

/** Content of that schema, for the documentation. */
export function jsonOf(schema: NamedSchema) {
  return { [JSON_MEDIA_TYPE]: { schema: refTo(schema) } }
}
