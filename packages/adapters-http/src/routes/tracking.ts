import type { Readable } from 'node:stream'
import { readTracking, type Tracking } from '@crm-lite/domain'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ClientStream } from '../hub/client-stream.ts'
import { TENANT } from '../plugins/request-context.ts'
import { prefersHtml } from '../representation/accepts.ts'
import { refusal, toFailure } from '../representation/failure.ts'
import { JSON_TYPE } from '../representation/tmf-error.ts'
import { contentSecurityPolicy } from '../tracking/document.ts'
import { languagesIn } from '../tracking/languages.ts'
import { noticePage } from '../tracking/notice-page.ts'
import { keepSecret, type ServedTracking } from '../tracking/served-tracking.ts'
import { trackerPage } from '../tracking/tracker-page.ts'
import { trackingTokenId } from '../tracking/tracking-token.ts'
import { wordsFor } from '../tracking/wording.ts'

export type TokenRequest = FastifyRequest<{ Params: { token: string } }>

const HTML_TYPE = 'text/html; charset=utf-8'
/** How long clients are asked to wait before they connect again, in milliseconds. */
const RECONNECT_MS = 3_000

/** What a customer may see of an order: a page for a browser, JSON for everybody else. */
export function getTracking(served: ServedTracking) {
  return async (request: TokenRequest, reply: FastifyReply): Promise<string> => {
    keepSecret(reply)
    reply.header('vary', 'Accept, Accept-Language')
    const languages = languagesIn(request.headers['accept-language'])
    const read = () => trackingOf(served, request, languages)
    if (prefersHtml(request.headers.accept)) return answerPage(served, languages, read, reply)
    const { view } = await read()
    reply.type(JSON_TYPE)
    return JSON.stringify(view)
  }
}

/** The same, again whenever it changes. */
export function streamTracking(served: ServedTracking) {
  const { feed, maxBufferedBytes, draining } = served
  return async (request: TokenRequest, reply: FastifyReply): Promise<Readable> => {
    keepSecret(reply)
    const languages = languagesIn(request.headers['accept-language'])
    const { view } = await trackingOf(served, request, languages)
    const stream = new ClientStream(reply.raw, maxBufferedBytes)
    reply.header('x-accel-buffering', 'no').type('text/event-stream; charset=utf-8')
    stream.send(`retry: ${RECONNECT_MS}\n\n`)
    if (draining.aborted) stream.end()
    const last = request.headers['last-event-id']
    void feed.serve({
      stream,
      orderId: view.productOrder.id,
      version: typeof last === 'string' ? last : undefined,
      read: () => tryTracking(served, request, languages)
    })
    return stream.body
  }
}

async function answerPage(
  { options, services }: ServedTracking,
  languages: readonly string[],
  read: () => Promise<Tracking>,
  reply: FastifyReply
): Promise<string> {
  const words = wordsFor(languages)
  reply.type(HTML_TYPE).headers({ 'content-security-policy': contentSecurityPolicy, 'content-language': words.language })
  try {
    return trackerPage(await read(), words, options, services.clock.now())
  } catch (error) {
    const { status, headers } = toFailure(error)
    if (status !== 404 && status !== 503) throw error
    reply.code(status).headers(headers)
    return noticePage(words.language, options.brand, status === 404 ? words.unknownLink : words.busy)
  }
}

/** @throws {ApiError} 404 for whatever opens nothing */
async function trackingOf(served: ServedTracking, request: TokenRequest, languages: readonly string[]): Promise<Tracking> {
  const tracking = await tryTracking(served, request, languages)
  if (!tracking) throw refusal('notFound', 'this token opens nothing, or nothing any more')
  return tracking
}

async function tryTracking(
  { services }: ServedTracking,
  request: TokenRequest,
  languages: readonly string[]
): Promise<Tracking | undefined> {
  const id = trackingTokenId(request.params.token)
  return id === undefined ? undefined : readTracking(services, TENANT, id, languages)
}
