import Fastify, { type FastifyError, type FastifyInstance } from 'fastify'
import { Mistake } from '../checker.ts'

const MAX_BODY_BYTES = 10_485_760

/** The HTTP server without its routes: how bodies and mistakes are dealt with. */
export function buildApp(): FastifyInstance {
  const app = Fastify({
    bodyLimit: MAX_BODY_BYTES,
    forceCloseConnections: true,
    routerOptions: { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true, maxParamLength: 1_000 }
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, String(body))
  )
  // Clients send JSON under many names, and `DELETE` with a type but without a body.
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, body === '' ? undefined : JSON.parse(String(body)))
    } catch {
      done(new Mistake('The body is not JSON', 'malformedBody'))
    }
  })
  app.setNotFoundHandler((_request, reply) => reply.code(404).send(errorBody(404, 'notFound', 'There is nothing here')))
  app.setErrorHandler((error: FastifyError | Mistake, _request, reply) => {
    const status = error instanceof Mistake ? error.status : (error.statusCode ?? 500)
    if (status >= 500 && !(error instanceof Mistake)) process.stderr.write(`${error.stack ?? error.message}\n`)
    return reply.code(status).send(errorBody(status, error instanceof Mistake ? error.code : 'failed', error.message))
  })
  return app
}

function errorBody(status: number, code: string, reason: string): Readonly<Record<string, string>> {
  return { '@type': 'Error', code, reason, status: String(status) }
}
