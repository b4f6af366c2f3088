import { type TSchema, Type } from '@sinclair/typebox'
import type { FastifySchema } from 'fastify'
import type { Operation, ResourceBinding } from '../binding.ts'
import { JSON_MEDIA_TYPE, JSON_PATCH_MEDIA_TYPE, MERGE_PATCH_MEDIA_TYPE } from '../plugins/body-parsing.ts'
import type { ErrorCode } from '../representation/error-codes.ts'
import { patchExample } from './documented-schemas.ts'
import * as header from './header-schemas.ts'
import { FILTER_DESCRIPTION, fieldsParameter, listParameters } from './parameter-schemas.ts'
import { errorResponses, response } from './response-schemas.ts'
import type { ServedResource } from './served-resource.ts'

const readFailures: readonly ErrorCode[] = ['unknownParameter', 'malformedRequest', 'unavailable']
const bodyFailures: readonly ErrorCode[] = ['missingBody', 'invalidJson', 'limitExceeded', 'bodyTooLarge', 'unsupportedMediaType']
const changeFailures: readonly ErrorCode[] = ['idempotencyKeyInUse', 'idempotencyKeyReused', 'malformedRequest', 'unavailable']
const validationFailures: readonly ErrorCode[] = ['invalidValue', 'missingAttribute', 'unknownParameter']

/** What the OpenAPI documents say about the five operations of a resource. Documentation only: nothing is checked by these schemas. */
export function resourceRouteSchemas(served: ServedResource): Record<Operation, FastifySchema> {
  const { binding } = served
  const { name, type } = binding.definition
  const tags = [name]
  const answered = answeredSchema(binding)
  const example = exampleOf(served)
  const one = { [JSON_MEDIA_TYPE]: { schema: answered, example } }
  const many = { [JSON_MEDIA_TYPE]: { schema: { type: 'array', items: answered }, example: [example] } }
  const params = Type.Object({ id: Type.String({ description: `The id of the ${name}.`, examples: [example['id']] }) })
  const querystring = Type.Object({ fields: fieldsParameter })
  const found = { ETag: header.etag }
  const failuresOf = (operation: Operation) => binding.failures?.[operation] ?? []
  return {
    list: {
      ...operation('list', type, tags, FILTER_DESCRIPTION),
      querystring: Type.Object(listParameters(served)),
      headers: Type.Object({ Prefer: header.prefer }),
      response: {
        200: response('What matches, or its first page.', { content: many, headers: header.page }),
        ...(served.partialContent && {
          206: response('The page that was asked for, when it is not everything.', { content: many, headers: header.page })
        }),
        ...errorResponses([
          'invalidValue',
          'unknownAttribute',
          'invalidCursor',
          ...readFailures,
          'filterTooCostly',
          'tooManyScans'
        ])
      }
    },
    create: {
      ...operation('create', type, tags, 'Two equal requests create two resources, unless they carry the same Idempotency-Key.'),
      querystring,
      headers: Type.Object({ 'Idempotency-Key': header.idempotencyKey, 'X-Actor': header.actor }),
      body: { content: { [JSON_MEDIA_TYPE]: body(binding.schemas.create) } },
      response: {
        201: response('It was created.', { content: one, headers: { ...found, Location: header.location } }),
        ...errorResponses([...validationFailures, ...bodyFailures, ...failuresOf('create'), ...changeFailures])
      }
    },
    get: {
      ...operation('get', type, tags),
      params,
      querystring,
      headers: Type.Object({ 'If-None-Match': header.ifNoneMatch }),
      response: {
        200: response('The resource.', { content: one, headers: found }),
        304: response('It is still what If-None-Match names.', { headers: found }),
        ...errorResponses(['notFound', ...readFailures])
      }
    },
    patch: {
      ...operation('patch', type, tags, PATCH_DESCRIPTION),
      params,
      querystring,
      headers: Type.Object({
        'If-Match': header.ifMatch,
        'Idempotency-Key': header.idempotencyKey,
        'X-Actor': header.actor
      }),
      body: { content: patchBodies(served) },
      response: {
        200: response('The resource after the change.', { content: one, headers: found }),
        ...errorResponses([
          ...validationFailures,
          'serverOwned',
          'invalidPatch',
          'patchNotApplicable',
          ...bodyFailures,
          'notFound',
          ...failuresOf('patch'),
          'staleRevision',
          ...changeFailures
        ])
      }
    },
    delete: {
      ...operation('delete', type, tags),
      params,
      headers: Type.Object({ 'If-Match': header.ifMatch, 'Idempotency-Key': header.idempotencyKey, 'X-Actor': header.actor }),
      response: {
        204: response('It is gone.', {}),
        ...errorResponses([
          'invalidValue',
          ...bodyFailures,
          'notFound',
          ...failuresOf('delete'),
          'staleRevision',
          ...changeFailures
        ])
      }
    }
  }
}

const PATCH_DESCRIPTION =
  'A JSON merge patch (RFC 7396; the meaning of `application/json` too) or a JSON Patch (RFC 6902). Only what changes has to be sent. ' +
  'The result is checked as a whole. A patch that changes nothing leaves the ETag as it is.'

const summaries: Readonly<Record<Operation, (type: string) => string>> = {
  list: type => `Find resources of type ${type}`,
  create: type => `Create a ${type}`,
  get: type => `Read a ${type}`,
  patch: type => `Change a ${type}`,
  delete: type => `Delete a ${type}`
}

function operation(name: Operation, type: string, tags: readonly string[], description?: string) {
  const operationId = `${name}${type}`
  return { operationId, summary: summaries[name](type), tags: [...tags], ...(description !== undefined && { description }) }
}

function patchBodies({ binding }: ServedResource) {
  const [[attribute, value] = ['name', '']] = Object.entries(patchExample(binding))
  const operations = Type.Array(Type.Object({ op: Type.String(), path: Type.String() }), {
    description: 'Operations, applied one after the other.',
    examples: [[{ op: 'replace', path: `/${attribute}`, value }]]
  })
  return {
    [JSON_MEDIA_TYPE]: body(binding.schemas.update),
    [MERGE_PATCH_MEDIA_TYPE]: body(binding.schemas.update),
    [JSON_PATCH_MEDIA_TYPE]: { schema: operations }
  }
}

/** Which of the two it is depends on the parameter `fields`. */
function answeredSchema({ schemas }: ResourceBinding) {
  const { $id } = schemas.resource
  return { anyOf: [{ $ref: `${$id}#` }, { $ref: `${$id}_Partial#` }] }
}

function body({ $id }: TSchema) {
  return { schema: { $ref: `${$id}#` } }
}

function exampleOf({ binding, hrefBase }: ServedResource): Record<string, unknown> {
  const id = '0199c3a4-5f7e-7c31-9d52-3f1b8a6e4d20'
  return { id, href: `${hrefBase}${id}`, '@type': binding.definition.type, ...binding.example }
}
