import type { FastifyInstance } from 'fastify'
import type { OpenApiDocument } from '../plugins/openapi-document.ts'

const ANSWER = /^http_requests_total\{method="([^"]+)",route="([^"]+)",status="(\d+)"\}/gm

/** The documentation's own pages, and what is no route of ours. */
const UNDOCUMENTED_ON_PURPOSE = /^(\/docs(\/|$)|unmatched$|\*$)/

/**
 * Every method, route and status that the app has answered so far and that its OpenAPI document does not know, such as
 * `GET /version 418`. The app's own metrics tell what it has answered.
 */
export async function undocumentedAnswers(app: FastifyInstance): Promise<string[]> {
  const { body } = await app.inject('/metrics')
  const document = app.swagger() as unknown as OpenApiDocument
  return [...body.matchAll(ANSWER)]
    .filter(([, , route = '']) => !UNDOCUMENTED_ON_PURPOSE.test(route))
    .filter(([, method = '', route = '', status = '']) => !isDocumented(document, method, route, status))
    .map(([, method, route, status]) => `${method} ${route} ${status}`)
}

function isDocumented(document: OpenApiDocument, method: string, route: string, status: string): boolean {
  const operations = document.paths[route.replace(/:(\w+)/g, '{$1}').replace('*', '{*}')]
  if (!operations) return false
  if (method === 'HEAD' && status === '405') return true
  const operation = operations[method === 'HEAD' ? 'get' : method.toLowerCase()]
  return operation ? Object.hasOwn(operation.responses, status) : status === (method === 'OPTIONS' ? '204' : '405')
}
