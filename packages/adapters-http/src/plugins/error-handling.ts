import type { FastifyBaseLogger, FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { refusal, toFailure } from '../representation/failure.ts'
import { loggable } from '../representation/loggable.ts'
import { JSON_TYPE, PROBLEM_TYPE, prefersProblem, problem, tmfError } from '../representation/tmf-error.ts'

/** Makes the TMF `Error` body of everything that is thrown, and logs what somebody should know about. */
export function registerErrorHandling(app: FastifyInstance, logger: FastifyBaseLogger | false): void {
  app.setErrorHandler((error, request, reply) => {
    if (logger) log(logger, error, request)
    return answer(error, request, reply)
  })
  // In a hook too: whether a body that nobody wants can be read does not matter.
  const hooks = { preHandler: [], onRequest: [refuseUnknownPath], onSend: [app.recordUnmatched] }
  app.setNotFoundHandler(hooks, refuseUnknownPath)
}

/** For `frameworkErrors`: what goes wrong before a route is found. No hook has run. */
export function answerFrameworkError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  reply.header('x-request-id', request.id)
  reply.send(answer(error, request, reply))
}

function answer(error: unknown, request: FastifyRequest, reply: FastifyReply): string {
  const failure = toFailure(error)
  const asProblem = prefersProblem(request.headers.accept)
  reply
    .code(failure.status)
    .headers(failure.headers)
    .type(asProblem ? PROBLEM_TYPE : JSON_TYPE)
  return JSON.stringify(asProblem ? problem(failure, request.id) : tmfError(failure, request.id))
}

async function refuseUnknownPath(): Promise<never> {
  throw refusal('unknownPath')
}

/** The route's pattern, never the URL; no message, as it may quote what a client sent. */
function log(logger: FastifyBaseLogger, error: unknown, request: FastifyRequest): void {
  const { status, faults } = toFailure(error)
  if (status < 500) return
  const place = { requestId: request.id, method: request.method, route: request.routeOptions.url }
  if (status === 500) logger.error({ ...place, err: loggable(error) }, 'a request failed')
  else logger.warn({ ...place, code: faults[0].code }, 'a request could not be served now')
}
