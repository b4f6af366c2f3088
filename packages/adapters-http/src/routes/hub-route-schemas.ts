import { Type } from '@sinclair/typebox'
import type { FastifySchema } from 'fastify'
import { JSON_MEDIA_TYPE } from '../plugins/body-parsing.ts'
import type { ErrorCode } from '../representation/error-codes.ts'
import {
  countSchema,
  parkedDeliverySchema,
  refTo,
  releaseSchema,
  replaySchema,
  subscriptionInputSchema,
  subscriptionSchema,
  testResultSchema
} from './event-schemas.ts'
import * as header from './header-schemas.ts'
import { FILTER_DESCRIPTION, fieldsParameter, pageParameters, pagingParameters } from './parameter-schemas.ts'
import { errorResponses, response } from './response-schemas.ts'
import type { ServedHub } from './served-hub.ts'

export const HUB_TAG = 'hub'

type Operation =
  | 'register'
  | 'unregister'
  | 'list'
  | 'get'
  | 'pause'
  | 'resume'
  | 'rotateSecret'
  | 'test'
  | 'parked'
  | 'release'
  | 'replay'

const EXTENSION = 'An extension of the standard.'
const bodyFailures: readonly ErrorCode[] = ['invalidJson', 'limitExceeded', 'bodyTooLarge', 'unsupportedMediaType']
const inputFailures: readonly ErrorCode[] = ['missingAttribute', 'invalidValue', 'missingBody', ...bodyFailures]
const queryFailures: readonly ErrorCode[] = ['unknownAttribute', 'unknownParameter']
const onceFailures: readonly ErrorCode[] = ['idempotencyKeyInUse', 'idempotencyKeyReused']
const always: readonly ErrorCode[] = ['malformedRequest', 'unavailable']

const params = Type.Object({ id: Type.String({ description: 'The id of the subscription.' }) })
const changeHeaders = Type.Object({ 'Idempotency-Key': header.idempotencyKey, 'X-Actor': header.actor })

/** What the OpenAPI documents say about a hub. Documentation only: nothing is checked by these schemas. */
export function hubRouteSchemas({ api }: ServedHub): Record<Operation, FastifySchema> {
  const operation = (name: string, summary: string, description?: string) => ({
    operationId: `${name}${api.key.replace('_', '')}`,
    summary,
    tags: [HUB_TAG],
    ...(description !== undefined && { description })
  })
  const change = (name: string, summary: string, description: string) => ({
    ...operation(name, summary, `${EXTENSION} ${description}`),
    params,
    headers: changeHeaders,
    response: {
      200: response('The subscription after that.', { content: json(refTo(subscriptionSchema)) }),
      ...errorResponses(['notFound', 'invalidValue', ...bodyFailures, ...onceFailures, ...always])
    }
  })
  return {
    register: {
      ...operation('registerListener', `Subscribe to the events of ${api.title}`, REGISTER),
      headers: changeHeaders,
      body: { content: json(refTo(subscriptionInputSchema)) },
      response: {
        201: response('Subscribed.', { content: json(refTo(subscriptionSchema)), headers: { Location: header.location } }),
        ...errorResponses([...inputFailures, ...queryFailures, ...onceFailures, ...always])
      }
    },
    unregister: {
      ...operation('unregisterListener', 'End a subscription', 'What was not delivered yet is dropped.'),
      params,
      headers: changeHeaders,
      response: {
        204: response('It is ended.', {}),
        ...errorResponses(['notFound', 'invalidValue', ...bodyFailures, ...onceFailures, ...always])
      }
    },
    list: {
      ...operation('listListeners', `Find subscriptions to the events of ${api.title}`, `${EXTENSION} ${FILTER_DESCRIPTION}`),
      querystring: Type.Object({ fields: fieldsParameter, ...pageParameters }),
      response: {
        200: response('What matches, or its first page.', {
          content: json({ type: 'array', items: refTo(subscriptionSchema) }),
          headers: header.page
        }),
        ...errorResponses(['invalidValue', 'invalidCursor', ...queryFailures, 'filterTooCostly', 'tooManyScans', ...always])
      }
    },
    get: {
      ...operation('getListener', 'Read a subscription', EXTENSION),
      params,
      querystring: Type.Object({ fields: fieldsParameter }),
      response: {
        200: response('The subscription, without its secret.', { content: json(refTo(subscriptionSchema)) }),
        ...errorResponses(['notFound', 'invalidValue', ...queryFailures, ...always])
      }
    },
    pause: change('pauseListener', 'Let the events of a subscription wait', 'They are sent when it is resumed.'),
    resume: change(
      'resumeListener',
      'Send the events of a subscription again',
      'What was parked stays parked until it is released.'
    ),
    rotateSecret: change(
      'rotateListenerSecret',
      'Sign with a new secret',
      'The answer holds it, once. For 24 hours deliveries are signed with the old one too.'
    ),
    test: {
      ...operation('testListener', 'Send something to the callback', `${EXTENSION} ${TEST}`),
      params,
      response: {
        200: response('What came of it.', { content: json(testResultSchema) }),
        ...errorResponses(['notFound', ...bodyFailures, ...always])
      }
    },
    parked: {
      ...operation('listParkedDeliveries', 'Deliveries that were given up', EXTENSION),
      params,
      querystring: Type.Object(pagingParameters),
      response: {
        200: response('A page of them.', {
          content: json({ type: 'array', items: refTo(parkedDeliverySchema) }),
          headers: { 'X-Result-Count': header.page['X-Result-Count'] }
        }),
        ...errorResponses(['notFound', 'invalidValue', 'unknownParameter', ...always])
      }
    },
    release: {
      ...operation('releaseParkedDeliveries', 'Try parked deliveries again', `${EXTENSION} They arrive late and out of order.`),
      params,
      body: { content: json(releaseSchema) },
      response: {
        202: response('They are due.', { content: json(countSchema) }),
        ...errorResponses(['notFound', 'invalidValue', ...bodyFailures, ...always])
      }
    },
    replay: {
      ...operation('replayEvents', 'Send the events of a time again', `${EXTENSION} ${REPLAY}`),
      params,
      body: { content: json(replaySchema) },
      response: {
        202: response('They are due.', { content: json(countSchema) }),
        ...errorResponses(['notFound', ...inputFailures, ...queryFailures, ...always])
      }
    }
  }
}

const REGISTER =
  'Every event from now on that the query asks for is sent to the callback (POST), at least once and in order for each resource, signed ' +
  'as Standard Webhooks has it. The answer holds the secret, once.'
const TEST =
  'Sends a message of the type HubTestEvent at once, signed like an event, and answers what came of it. It is not tried again.'
const REPLAY = 'Only events that the subscription wants, and with the ids that they had.'

function json(schema: unknown) {
  return { [JSON_MEDIA_TYPE]: { schema } }
}
