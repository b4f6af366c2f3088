import { type TObject, type TSchema, Type } from '@sinclair/typebox'
import type { NamedSchema } from '../binding.ts'
import { type ErrorCode, errorCodes } from '../representation/error-codes.ts'

const code = Type.String({
  description: 'What is wrong: a word from the published table of error codes.',
  examples: ['invalidValue']
})
const message = Type.String({ description: 'What is wrong in this case, for people.' })
const pointer = Type.String({ description: 'Where in the body: a JSON Pointer.', examples: ['/contactMedium/0/mediumType'] })
const parameter = Type.String({ description: 'Which query parameter or header.', examples: ['limit'] })
const requestId = Type.String({ description: 'Identifies the request in the logs of the server.' })
const place = { pointer: Type.Optional(pointer), parameter: Type.Optional(parameter) }
const errors = Type.Array(Type.Object({ code, message, ...place }), { description: 'Every fault, when there are several.' })

const allowed = Type.Array(Type.String(), {
  description: 'What can be done instead, for `illegalMove` and `itemsDisagree`: states or decisions.'
})

/** @source TMF630 v4, Error; `pointer`, `parameter`, `errors`, `allowed` and `requestId` are extensions */
export const errorSchema: NamedSchema = Type.Object(
  {
    '@type': Type.Literal('Error'),
    code,
    reason: Type.String({ description: 'What the code means.' }),
    message,
    status: Type.String({ description: 'The HTTP status.', examples: ['400'] }),
    ...place,
    errors: Type.Optional(errors),
    allowed: Type.Optional(allowed),
    requestId
  },
  { $id: 'Error', description: 'Why a request was not fulfilled.' }
) as TObject & { $id: string }

/** @source RFC 9457 */
export const problemSchema: NamedSchema = Type.Object(
  {
    type: Type.String({ description: 'Identifies the kind of problem.', examples: ['urn:crm-lite:error:invalidValue'] }),
    title: Type.String({ description: 'What the code means.' }),
    status: Type.Integer({ description: 'The HTTP status.' }),
    detail: message,
    code,
    ...place,
    errors: Type.Optional(errors),
    allowed: Type.Optional(allowed),
    requestId
  },
  { $id: 'Problem', description: 'The same as Error, for those who ask for `application/problem+json`.' }
) as TObject & { $id: string }

/** What every operation may answer when things go wrong in the server. */
const always: readonly ErrorCode[] = ['internalError']

/** The error responses of a route, by status, from the codes that it may answer. */
export function errorResponses(codes: readonly ErrorCode[]): Record<number, TSchema> {
  const all = [...new Set([...codes, ...always])]
  const statuses = [...new Set(all.map(each => errorCodes[each].status))]
  return Object.fromEntries(
    statuses.map(status => [status, errorResponse(all.filter(each => errorCodes[each].status === status))])
  )
}

function errorResponse(codes: readonly ErrorCode[]): TSchema {
  const meanings = codes.map(each => `\`${each}\`: ${errorCodes[each].reason}.`)
  const [first] = codes
  const { status, reason } = errorCodes[first!]
  const example = { '@type': 'Error', code: first, reason, message: reason, status: String(status), requestId: 'a4e1c0de' }
  return response(meanings.join(' '), {
    content: {
      'application/json': { schema: { $ref: `${errorSchema.$id}#` }, example },
      'application/problem+json': { schema: { $ref: `${problemSchema.$id}#` } }
    },
    ...(status === 503 && { headers: { 'Retry-After': retryAfterHeader } })
  })
}

const requestIdHeader = { type: 'string', description: 'The id of the request: the one that was sent, or a new one.' }
const retryAfterHeader = { type: 'integer', description: 'After how many seconds it may help to try again.' }

interface ResponseParts {
  readonly content?: Readonly<Record<string, { readonly schema: unknown; readonly example?: unknown }>>
  readonly headers?: Readonly<Record<string, unknown>>
}

/** A response as Fastify's OpenAPI plugin reads it: a schema with `content` and `headers` beside it; `null` where there is no body. */
export function response(description: string, { content, headers }: ResponseParts): TSchema {
  const body = content ? { content } : { type: 'null' }
  return { description, ...body, headers: { 'X-Request-Id': requestIdHeader, ...headers } } as unknown as TSchema
}
