import type { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ClientStream } from '../hub/client-stream.ts'
import { parseEventSelection } from '../hub/event-selection.ts'
import { TENANT } from '../plugins/request-context.ts'
import type { RawQuery } from '../plugins/server-options.ts'
import { parseQueryString } from '../query/index.ts'
import { behindCursor, type ServedEvents } from './served-events.ts'

/** How long clients are asked to wait before they connect again, in milliseconds. */
const RECONNECT_MS = 3_000

/**
 * Events as they happen, as Server-Sent Events. A client that comes again says which event it had last.
 *
 * @source HTML Living Standard, 9.2
 */
export function streamEvents(served: ServedEvents) {
  const { resources, feed, maxBufferedBytes, draining, onFailure } = served
  return async (request: FastifyRequest<{ Querystring: RawQuery }>, reply: FastifyReply): Promise<Readable> => {
    const selection = parseEventSelection(parseQueryString(request.query.raw), resources)
    const start = await startOf(served, request, selection.after)
    const stream = new ClientStream(reply.raw, maxBufferedBytes)
    reply.headers({ 'cache-control': 'no-store', 'x-accel-buffering': 'no' }).type('text/event-stream; charset=utf-8')
    // The id alone tells nobody anything, but is where the client goes on when the connection breaks before the first event.
    stream.send(`retry: ${RECONNECT_MS}\nid: ${start}\n\n`)
    if (draining.aborted) stream.end()
    feed.serve(stream, selection, start).catch((error: unknown) => {
      onFailure(error)
      stream.cut()
    })
    return stream.body
  }
}

/** Where a browser was counts more than where it was first told to begin: it repeats the address. */
async function startOf({ events }: ServedEvents, request: FastifyRequest, after: string | undefined): Promise<string> {
  const last = request.headers['last-event-id']
  const [parameter, cursor] = typeof last === 'string' && last !== '' ? ['Last-Event-ID', last] : ['after', after]
  if (cursor === undefined) return events.end()
  await behindCursor(parameter, () => events.read(TENANT, { after: cursor, limit: 1 }))
  return cursor
}
