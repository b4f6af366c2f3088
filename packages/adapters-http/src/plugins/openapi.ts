import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import { Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import type { ApiBinding } from '../binding.ts'
import { FMS_TAG } from '../routes/fms-listener.ts'
import { occasionalHeaders } from '../routes/header-schemas.ts'
import { HUB_TAG } from '../routes/hub-route-schemas.ts'
import { errorResponses } from '../routes/response-schemas.ts'
import { TRACKING_TAG } from '../routes/tracking-route-schemas.ts'
import { documentBelow, type OpenApiDocument, withRequiredHeaders } from './openapi-document.ts'

/** A part of what is served that has a document of its own. */
export interface DocumentedApi extends Pick<ApiBinding, 'document' | 'title' | 'description' | 'version'> {
  /** One slash in front, none at the end. */
  readonly basePath: string
  readonly tags: readonly string[]
}

interface Documented {
  readonly apis: readonly DocumentedApi[]
  readonly publicBaseUrl: string
  /** Of the server. */
  readonly version: string
}

/**
 * The OpenAPI documents, made from the routes that run: `/openapi.json` has everything, `/openapi/<document>.json` one API each. `/docs`
 * shows them. Must be registered before the routes that it describes.
 */
export async function registerOpenApi(app: FastifyInstance, { apis, publicBaseUrl, version }: Documented): Promise<void> {
  const description = 'Customers and parties over the TM Forum Open APIs.'
  const tags = apis.flatMap(({ title, tags }) => tags.map(name => ({ name, description: title })))
  await app.register(swagger, {
    stripBasePath: false,
    convertConstToEnum: false,
    openapi: {
      openapi: '3.1.0',
      info: { title: 'CRM Lite', description, version },
      servers: [{ url: publicBaseUrl }],
      tags: [
        ...tags,
        { name: HUB_TAG, description: 'Subscriptions to events.' },
        { name: TRACKING_TAG, description: 'What customers follow their orders with.' },
        { name: FMS_TAG, description: 'What the fulfilment management system tells.' },
        { name: 'operations', description: 'Running the server.' }
      ]
    },
    refResolver: { buildLocalReference: (schema, _base, _fragment, index) => String(schema['$id'] ?? `def-${index}`) }
  })
  const urls = [{ name: 'Everything', url: '/openapi.json' }, ...apis.map(api => ({ name: api.title, url: documentUrl(api) }))]
  await app.register(swaggerUi, { routePrefix: '/docs', uiConfig: { urls, docExpansion: 'list' } })

  const whole = () => withRequiredHeaders(app.swagger() as unknown as OpenApiDocument, occasionalHeaders)
  serve(app, '/openapi.json', 'The OpenAPI document of everything', whole)
  for (const api of apis) {
    const { title, version, description } = api
    const document = () => documentBelow(whole(), `${api.basePath}/`, { title, version, description })
    serve(app, documentUrl(api), `The OpenAPI document of ${title}`, document)
  }
}

function documentUrl(api: DocumentedApi): string {
  return `/openapi/${api.document}.json`
}

function serve(app: FastifyInstance, url: string, summary: string, document: () => OpenApiDocument): void {
  const body = Type.Unsafe<OpenApiDocument>({ type: 'object', description: 'An OpenAPI 3.1 document.' })
  const schema = { summary, tags: ['operations'], response: { 200: body, ...errorResponses([]) } }
  // The routes don't change while the server runs.
  let text: string | undefined
  app.get(url, { schema }, async (_request, reply) => {
    text ??= JSON.stringify(document())
    reply.type('application/json; charset=utf-8')
    return text
  })
}
