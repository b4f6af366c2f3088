import type { StoredEvent } from '@crm-lite/domain'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type EventSelection, parseEventSelection } from '../hub/event-selection.ts'
import { eventText } from '../hub/event-view.ts'
import { TENANT } from '../plugins/request-context.ts'
import type { RawQuery } from '../plugins/server-options.ts'
import { parseQueryString, type QueryParameter } from '../query/index.ts'
import { JSON_TYPE } from '../representation/tmf-error.ts'
import { behindCursor, type ServedEvents } from './served-events.ts'

/** How often the log is asked for one page: what it can't narrow down by itself may leave little of what it gives. */
const MAX_READS = 10

/** Events in the order in which they became visible: who reads on behind a cursor misses none. */
export function listEvents(served: ServedEvents) {
  return async (request: FastifyRequest<{ Querystring: RawQuery }>, reply: FastifyReply): Promise<string> => {
    const parameters = parseQueryString(request.query.raw)
    const selection = parseEventSelection(parameters, served.resources)
    const { events, next, atEnd } = await behindCursor('after', () => pageOf(served, selection))
    reply.headers({ 'X-Result-Count': events.length, 'X-Cursor': next }).type(JSON_TYPE)
    if (!atEnd) reply.header('link', `<${served.url}?${nextQuery(parameters, next, selection.limit)}>; rel="next"`)
    return `[${events.map(event => eventText(served.resources, event)).join(',')}]`
  }
}

interface FoundEvents {
  readonly events: readonly StoredEvent[]
  readonly next: string
  readonly atEnd: boolean
}

async function pageOf({ events }: ServedEvents, { query, wants, after, limit }: EventSelection): Promise<FoundEvents> {
  const found: StoredEvent[] = []
  let next = after
  for (let reads = 1; ; reads++) {
    const page = await events.read(TENANT, { ...query, ...(next !== undefined && { after: next }), limit: limit - found.length })
    found.push(...page.events.filter(wants))
    next = page.next
    if (page.atEnd || found.length === limit || reads === MAX_READS) return { events: found, next, atEnd: page.atEnd }
  }
}

function nextQuery(parameters: readonly QueryParameter[], next: string, limit: number): string {
  const others = parameters.filter(({ name }) => name !== 'after' && name !== 'limit')
  const encoded = others.map(({ name, value = '' }) => `${name}=${encodeURIComponent(value)}`)
  return [...encoded, `after=${encodeURIComponent(next)}`, `limit=${limit}`].join('&')
}
