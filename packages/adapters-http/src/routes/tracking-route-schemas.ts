import { Type } from '@sinclair/typebox'
import type { FastifySchema } from 'fastify'
import { JSON_MEDIA_TYPE } from '../plugins/body-parsing.ts'
import type { ErrorCode } from '../representation/error-codes.ts'
import { newTrackingTokenSchema, trackingSchema, trackingTokenInputSchema } from '../tracking/tracking-schemas.ts'
import { refTo } from './event-schemas.ts'
import * as header from './header-schemas.ts'
import { errorResponses, response } from './response-schemas.ts'

export const TRACKING_TAG = 'tracking'

const bodyFailures: readonly ErrorCode[] = ['invalidJson', 'limitExceeded', 'bodyTooLarge', 'unsupportedMediaType']
const changeFailures: readonly ErrorCode[] = [
  'invalidValue',
  'notFound',
  ...bodyFailures,
  'idempotencyKeyInUse',
  'idempotencyKeyReused',
  'malformedRequest',
  'unavailable'
]
const readFailures: readonly ErrorCode[] = ['notFound', 'malformedRequest', 'unavailable']
const changeHeaders = Type.Object({ 'Idempotency-Key': header.idempotencyKey, 'X-Actor': header.actor })
const params = Type.Object({ token: Type.String({ description: 'The token.' }) })
const page = { 'text/html': { schema: { type: 'string', description: 'A page for people.' } } }
const languageHeader = Type.Optional(
  Type.String({ description: 'Languages that are preferred, for names and the page.', examples: ['de, en;q=0.8'] })
)

/** What the OpenAPI documents say. Documentation only: nothing is checked by these schemas. */
export const trackingRouteSchemas = {
  create: {
    operationId: 'createTrackingToken',
    summary: 'Let a customer follow an order',
    description: 'The token is in the answer, once: who repeats the request gets the same answer without it.',
    tags: [TRACKING_TAG],
    headers: changeHeaders,
    body: { content: json(trackingTokenInputSchema) },
    response: {
      201: response('It was made.', { content: json(newTrackingTokenSchema), headers: { Location: header.location } }),
      ...errorResponses(['missingAttribute', 'missingBody', ...changeFailures])
    }
  },
  revoke: {
    operationId: 'revokeTrackingToken',
    summary: 'Make a token open nothing any more',
    tags: [TRACKING_TAG],
    params: Type.Object({ id: Type.String({ description: 'The id of the token, not the token.' }) }),
    headers: changeHeaders,
    response: { 204: response('It is revoked.', {}), ...errorResponses(changeFailures) }
  },
  get: {
    operationId: 'getTracking',
    summary: 'See where an order stands',
    description: 'Needs the token and nothing else. A browser that opens the address gets a page, everybody else JSON.',
    tags: [TRACKING_TAG],
    params,
    headers: Type.Object({ 'Accept-Language': languageHeader }),
    response: {
      200: response('What the customer may see.', { content: { ...json(trackingSchema), ...page } }),
      ...errorResponses(readFailures)
    }
  },
  stream: {
    operationId: 'streamTracking',
    summary: 'Be told where an order stands whenever that changes',
    description:
      'Server-Sent Events named `tracking`, each with what `GET tracking/{token}` answers as `data`. The first comes at once, unless ' +
      '`Last-Event-ID` says that it is known. Ends when the token opens nothing any more. A comment comes every 15 seconds.',
    tags: [TRACKING_TAG],
    params,
    headers: Type.Object({
      'Accept-Language': languageHeader,
      'Last-Event-ID': Type.Optional(Type.String({ description: 'The `id` of what was received last.' }))
    }),
    response: {
      200: response('What the customer may see, as it changes.', {
        content: { 'text/event-stream': { schema: { type: 'string' } } }
      }),
      ...errorResponses(readFailures)
    }
  }
} satisfies Record<string, FastifySchema>

function json(schema: Parameters<typeof refTo>[0]) {
  return { [JSON_MEDIA_TYPE]: { schema: refTo(schema) } }
}
