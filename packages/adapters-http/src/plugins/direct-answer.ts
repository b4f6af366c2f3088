import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { JSON_TYPE } from '../representation/tmf-error.ts'

/** Answers with the text of a resource and its entity tag. What it returns is for the handler to return. */
export type AnswerText = (request: FastifyRequest, reply: FastifyReply, tag: string, text: string) => string | undefined

/**
 * How one route answers with the text of a resource.
 *
 * Past Fastify's way through its headers and hooks where nobody else adds headers to the answer: that way costs as much as finding the
 * resource. What the hooks do for the other answers, the id of the request and the count, is done here.
 */
export function answersOf(app: FastifyInstance, route: string, options: { readonly othersAddHeaders: boolean }): AnswerText {
  if (options.othersAddHeaders) return answerText
  const record = app.recorderOf(route)
  return (request, reply, tag, text) => {
    if (request.method !== 'GET') return answerText(request, reply, tag, text)
    const { id, startedAt } = request
    const length = Buffer.byteLength(text)
    record('GET', 200, performance.now() - startedAt)
    reply.hijack()
    reply.raw.writeHead(200, ['x-request-id', id, 'etag', tag, 'content-type', JSON_TYPE, 'content-length', String(length)])
    // ASCII is the same in both, and Latin-1 is copied as it is.
    reply.raw.end(text, length === text.length ? 'latin1' : 'utf8')
    return undefined
  }
}

/** Answers a POST that nothing more is to be said about than that it was taken in; in the same way. */
export type AnswerTaken = (request: FastifyRequest, reply: FastifyReply) => string | undefined

export function takenAnswersOf(
  app: FastifyInstance,
  route: string,
  options: { readonly othersAddHeaders: boolean }
): AnswerTaken {
  if (options.othersAddHeaders) return answerTaken
  const record = app.recorderOf(route)
  return ({ id, startedAt }, reply) => {
    record('POST', 201, performance.now() - startedAt)
    reply.hijack()
    reply.raw.writeHead(201, ['x-request-id', id, 'cache-control', 'no-store', 'content-type', JSON_TYPE, 'content-length', '2'])
    reply.raw.end(NOTHING, 'latin1')
    return undefined
  }
}

const NOTHING = '{}'

function answerTaken(_request: FastifyRequest, reply: FastifyReply): string {
  reply.code(201).header('cache-control', 'no-store').type(JSON_TYPE)
  return NOTHING
}

function answerText(_request: FastifyRequest, reply: FastifyReply, tag: string, text: string): string {
  reply.header('etag', tag).type(JSON_TYPE)
  return text
}
