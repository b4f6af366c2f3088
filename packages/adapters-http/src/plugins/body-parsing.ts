import { isUtf8 } from 'node:buffer'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ApiError } from '../representation/api-error.ts'
import { refusal } from '../representation/failure.ts'
import { checkJson } from './check-json.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The bytes of the body, when there were any. */
    rawBody: Buffer | undefined
  }
}

/** Media types whose bodies are JSON. */
export const JSON_MEDIA_TYPE = 'application/json'
export const MERGE_PATCH_MEDIA_TYPE = 'application/merge-patch+json'
export const JSON_PATCH_MEDIA_TYPE = 'application/json-patch+json'

/** Reads JSON bodies; every other media type is refused with 415. */
export function registerBodyParsing(app: FastifyInstance): void {
  app.decorateRequest('rawBody', undefined)
  app.removeAllContentTypeParsers()
  parseAsJson(app, JSON_MEDIA_TYPE)
}

/** Makes a media type one that the routes of this scope read as JSON. */
export function parseAsJson(scope: FastifyInstance, mediaType: string): void {
  scope.addContentTypeParser(mediaType, { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    try {
      done(null, parseBody(request, body))
    } catch (error) {
      done(error as Error)
    }
  })
}

function parseBody(request: FastifyRequest, body: Buffer): unknown {
  const { 'content-type': contentType = '', 'content-encoding': encoding = 'identity' } = request.headers
  if (encoding !== 'identity') throw refusal('unsupportedMediaType', 'bodies must not be compressed')
  if (/;\s*charset\s*=(?!\s*"?utf-8"?\s*(;|$))/i.test(contentType))
    throw refusal('unsupportedMediaType', 'the charset must be UTF-8')
  if (body.length === 0) return undefined
  request.rawBody = body
  if (!isUtf8(body)) throw refusal('invalidJson', 'the body is not UTF-8')
  const text = body.toString('utf8')
  const value = parse(text)
  const fault = checkJson(value, text)
  if (fault) throw new ApiError(400, fault)
  return value
}

/** The parser's own message quotes the body. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw refusal('invalidJson', 'the body is not JSON')
  }
}
