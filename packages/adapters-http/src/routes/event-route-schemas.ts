import { Type } from '@sinclair/typebox'
import type { FastifySchema } from 'fastify'
import { DEFAULT_EVENT_LIMIT, MAX_EVENT_LIMIT } from '../hub/event-selection.ts'
import { JSON_MEDIA_TYPE } from '../plugins/body-parsing.ts'
import { eventSchema, refTo } from './event-schemas.ts'
import * as header from './header-schemas.ts'
import { errorResponses, response } from './response-schemas.ts'
import type { ServedEvents } from './served-events.ts'

export const EVENT_TAG = 'event'

/** What the OpenAPI documents say about the events. Documentation only: nothing is checked by these schemas. */
export function eventRouteSchemas({ resources }: ServedEvents): Record<'list' | 'stream', FastifySchema> {
  const told = [...resources.values()]
  const eventTypes = told.flatMap(each => Object.values(each.eventTypes))
  const types = told.map(({ binding }) => binding.definition.type)
  const filters = {
    eventType: optional(`Only these: ${eventTypes.join(', ')}.`, 'CustomerCreateEvent'),
    'resource.type': optional(`Only about these: ${types.join(', ')}.`, 'Customer'),
    'resource.id': optional('Only about the resource with this id.'),
    from: optional('Only from this moment on.', '2026-01-31T00:00:00Z'),
    to: optional('Only before this moment.', '2026-02-01T00:00:00Z'),
    after: optional('Only behind the event with this cursor.')
  }
  const limit = Type.Integer({
    description: 'How many to answer at most.',
    minimum: 1,
    maximum: MAX_EVENT_LIMIT,
    default: DEFAULT_EVENT_LIMIT
  })
  const failures = errorResponses(['invalidValue', 'invalidCursor', 'unknownParameter', 'malformedRequest', 'unavailable'])
  return {
    list: {
      operationId: 'listEvents',
      summary: 'Read what happened',
      description: LIST,
      tags: [EVENT_TAG],
      querystring: Type.Object({ ...filters, limit: Type.Optional(limit) }),
      response: {
        200: response('Events, oldest first.', {
          content: { [JSON_MEDIA_TYPE]: { schema: { type: 'array', items: refTo(eventSchema) } } },
          headers: header.eventPage
        }),
        ...failures
      }
    },
    stream: {
      operationId: 'streamEvents',
      summary: 'Be told what happens while it happens',
      description: STREAM,
      tags: [EVENT_TAG],
      querystring: Type.Object(filters),
      headers: Type.Object({ 'Last-Event-ID': optional('The cursor of the last event that was received: goes before `after`.') }),
      response: {
        200: response('Events, each with its cursor as `id` and itself as `data`.', {
          content: { 'text/event-stream': { schema: { type: 'string' } } }
        }),
        ...failures
      }
    }
  }
}

const LIST =
  'An extension of the standard: the events of all APIs, in the order in which they became visible. Who follows `Link`, or goes on later ' +
  'with `X-Cursor` as `after`, misses none and sees none twice. Without `after` from the oldest event that is kept.'
const STREAM =
  'An extension of the standard: Server-Sent Events. Begins with what happens from now on, or behind `after` or `Last-Event-ID` without a ' +
  'gap. A comment comes every 15 seconds. A client that does not read is cut off when 1 MiB waits for it, and may go on where it was.'

function optional(description: string, example?: string) {
  return Type.Optional(Type.String({ description, ...(example !== undefined && { examples: [example] }) }))
}
