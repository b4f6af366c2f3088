import type { Clock, Ids, ResourceStore, UnitOfWork, ValueType } from '@crm-lite/domain'
import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import { apiBindings, sharedSchemas } from './apis/index.ts'
import { registerBodyParsing } from './plugins/body-parsing.ts'
import { answerClientError, answerExpectation } from './plugins/client-errors.ts'
import { registerCors } from './plugins/cors.ts'
import { answerFrameworkError, registerErrorHandling } from './plugins/error-handling.ts'
import { registerHealth } from './plugins/health.ts'
import { collectMethods, registerMethodNotAllowed } from './plugins/method-not-allowed.ts'
import { collectMetrics, registerMetrics } from './plugins/metrics.ts'
import { registerOpenApi } from './plugins/openapi.ts'
import { registerRequestContext, requestIdOf } from './plugins/request-context.ts'
import { defaultServerLimits, type ServerLimits, serverOptions } from './plugins/server-options.ts'
import { registerVersion, type Version } from './plugins/version.ts'
import { basePathOf } from './representation/base-paths.ts'
import { documentedSchemas } from './routes/documented-schemas.ts'
import { InFlight } from './routes/idempotency.ts'
import { registerResourceRoutes } from './routes/resource-routes.ts'
import { createValidators } from './schema/validation.ts'

/** What the API works with. It opens nothing itself. */
export interface ApiServices {
  readonly store: ResourceStore
  readonly unitOfWork: UnitOfWork
  readonly ids: Ids
  readonly clock: Clock
  /** What keeps the server from taking requests, in words; empty when nothing does. */
  readonly notReady: () => Promise<readonly string[]>
}

export interface ApiOptions {
  /** What clients reach the server by, without a slash at the end. `href` and `Location` start with it, whatever the Host header says. */
  readonly publicBaseUrl: string
  readonly tmfBasePath: string
  /** Whole paths for single APIs, by their keys (`TMF629_V4`). */
  readonly apiPaths: Readonly<Record<string, string>>
  /** Who may call from a browser; nobody when empty. */
  readonly corsOrigins: readonly string[]
  /** Whether a page that a client asked for and that is not the whole list is answered with 206. */
  readonly partialContent: boolean
  /** Declared extension attributes by the name of their resource: they can be filtered and sorted by. */
  readonly extensions: Readonly<Record<string, Readonly<Record<string, ValueType>>>>
  readonly version: Version
  readonly logger: FastifyBaseLogger | false
  /** How long slow clients may take. */
  readonly limits?: Partial<ServerLimits>
}

/** The HTTP server, ready to listen. */
export async function buildApi(services: ApiServices, options: ApiOptions): Promise<FastifyInstance> {
  const publicBaseUrl = options.publicBaseUrl.replace(/\/+$/, '')
  const app = Fastify({
    ...serverOptions({ ...defaultServerLimits, ...options.limits }),
    genReqId: requestIdOf,
    frameworkErrors: answerFrameworkError,
    clientErrorHandler: answerClientError
  })
  app.server.on('checkExpectation', answerExpectation)
  // Bodies are checked by the handlers and answers are text already: the schemas of the routes are documentation.
  app.setValidatorCompiler(() => () => true)
  app.setSerializerCompiler(() => value => JSON.stringify(value))

  const methods = collectMethods(app)
  registerRequestContext(app)
  const registry = collectMetrics(app)
  registerErrorHandling(app, options.logger)
  registerBodyParsing(app)
  await registerCors(app, options.corsOrigins)
  for (const schema of documentedSchemas(apiBindings, sharedSchemas)) app.addSchema(schema)
  await registerOpenApi(app, { apis: apiBindings, publicBaseUrl, paths: options, version: options.version.version })

  registerMetrics(app, registry)
  registerHealth(app, services.notReady)
  registerVersion(app, options.version)
  const validators = createValidators(apiBindings, sharedSchemas)
  const inFlight = new InFlight()
  for (const api of apiBindings) {
    const path = basePathOf(api, options)
    for (const binding of api.resources) {
      registerResourceRoutes(app, {
        api,
        binding,
        path: `${path}/${binding.path}`,
        hrefBase: `${publicBaseUrl}${path}/${binding.path}/`,
        extensions: options.extensions[binding.definition.name] ?? {},
        partialContent: options.partialContent,
        services,
        validators,
        inFlight
      })
    }
  }
  await app.after()
  registerMethodNotAllowed(app, methods)
  await app.ready()
  return app
}
