import type { Change, FieldSelection, StoredResource } from '@crm-lite/domain'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { allowsChange, etagOf } from '../representation/etag.ts'
import { refusal } from '../representation/failure.ts'
import { resourceText } from '../representation/resource-text.ts'
import { JSON_TYPE } from '../representation/tmf-error.ts'
import type { ServedResource } from './served-resource.ts'

/** @throws {ApiError} 400 when there is none */
export function bodyOf(request: FastifyRequest): unknown {
  if (request.rawBody === undefined) throw refusal('missingBody')
  return request.body
}

/** What `If-Match` says must hold for a change. */
export function expectation(request: FastifyRequest): Pick<Change, 'expects'> {
  const header = request.headers['if-match']
  return header === undefined ? {} : { expects: current => allowsChange(header, current) }
}

/** Sets what every answer with a resource carries, and makes its text. */
export function answerResource(
  { hrefBase }: ServedResource,
  stored: StoredResource,
  fields: FieldSelection,
  reply: FastifyReply
): string {
  reply.header('etag', etagOf(stored)).type(JSON_TYPE)
  return resourceText(hrefBase, stored, fields)
}
