import {
  type Clock,
  cancelProductOrderDefinition,
  type EventLog,
  type FulfilmentPolicy,
  falloutDefinition,
  type Ids,
  journeyDefinition,
  journeySpecificationDefinition,
  type OrderAcceptance,
  productOrderDefinition,
  provisioningRuleDefinition,
  type ResourceDefinition,
  type ResourceStore,
  type UnitOfWork,
  type ValueType,
  type WorkSignal
} from '@crm-lite/domain'
import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import { handlersOf } from './apis/handlers.ts'
import { apiBindings, sharedSchemas } from './apis/index.ts'
import { orderJourneyV1 } from './apis/order-journey/v1.ts'
import type { ApiBinding } from './binding.ts'
import { defaultFeedLimits, EventFeed, type FeedLimits } from './hub/event-feed.ts'
import type { HubDeliveries, HubServices } from './hub/hub-services.ts'
import { Notifications } from './hub/notifications.ts'
import { toldResources } from './hub/told-resource.ts'
import { registerBodyParsing } from './plugins/body-parsing.ts'
import { answerClientError, answerExpectation } from './plugins/client-errors.ts'
import { registerCors } from './plugins/cors.ts'
import { answerFrameworkError, registerErrorHandling } from './plugins/error-handling.ts'
import { registerHealth } from './plugins/health.ts'
import { collectMethods, registerMethodNotAllowed } from './plugins/method-not-allowed.ts'
import { collectMetrics, registerMetrics } from './plugins/metrics.ts'
import { type DocumentedApi, registerOpenApi } from './plugins/openapi.ts'
import { registerRequestContext, requestIdOf, TENANT } from './plugins/request-context.ts'
import { defaultServerLimits, type ServerLimits, serverOptions } from './plugins/server-options.ts'
import { registerSilentConnections } from './plugins/silent-connections.ts'
import { registerVersion, type Version } from './plugins/version.ts'
import { basePathOf } from './representation/base-paths.ts'
import { loggable } from './representation/loggable.ts'
import { registerCancellationDecisions } from './routes/cancellation-decisions.ts'
import { documentedSchemas } from './routes/documented-schemas.ts'
import { EVENT_TAG } from './routes/event-route-schemas.ts'
import { registerEventRoutes } from './routes/event-routes.ts'
import { registerFalloutDesk } from './routes/fallout-desk.ts'
import { type FmsListener, registerFmsListener } from './routes/fms-listener.ts'
import { registerHubRoutes } from './routes/hub-routes.ts'
import { InFlight } from './routes/idempotency.ts'
import { registerMilestoneRoutes } from './routes/milestone-routes.ts'
import { registerOrderItemState } from './routes/order-item-state.ts'
import { registerResourceRoutes } from './routes/resource-routes.ts'
import { registerRuleActions } from './routes/rule-actions.ts'
import type { ServedEvents } from './routes/served-events.ts'
import type { ServedResource } from './routes/served-resource.ts'
import { registerSpecificationActions } from './routes/specification-actions.ts'
import { registerTrackingRoutes } from './routes/tracking-routes.ts'
import { createValidators } from './schema/validation.ts'
import { defaultTrackingOptions, type ServedTracking, type TrackingOptions } from './tracking/served-tracking.ts'
import { TrackingFeed } from './tracking/tracking-feed.ts'
import { newTrackingLink } from './tracking/tracking-link.ts'

/** What the API works with. It opens nothing itself. */
export interface ApiServices {
  readonly store: ResourceStore
  readonly unitOfWork: UnitOfWork
  readonly ids: Ids
  readonly clock: Clock
  readonly events: EventLog
  readonly deliveries: HubDeliveries
  /** Rings when there may be new events. */
  readonly workSignal: WorkSignal
  readonly hub: HubServices
  /** How callbacks of the FMS are taken in, with `fulfilment` of the options; absent: they aren't. */
  readonly fmsListener?: FmsListener
  /** What keeps the server from taking requests, in words; empty when nothing does. */
  readonly notReady: () => Promise<readonly string[]>
  /** What others count, in the text format of Prometheus: shown together with our own. */
  readonly metrics?: () => Promise<string>
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
  /** Of the stream of events. */
  readonly feed?: Partial<FeedLimits>
  /** Whether what is ordered is accepted without anybody; absent: it isn't. */
  readonly orderAcceptance?: OrderAcceptance
  /** How orders are handed to the FMS; absent: they aren't. */
  readonly fulfilment?: FulfilmentPolicy
  /** Of what customers follow their orders with. */
  readonly tracking?: Partial<TrackingOptions>
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
  registerSilentConnections(app)
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
  const documented = [...apiBindings.map(api => documentedApi(api, options)), documentedEvents(options)]
  await registerOpenApi(app, { apis: documented, publicBaseUrl, version: options.version.version })

  registerMetrics(app, registry, services.metrics)
  const draining = registerHealth(app, services.notReady)
  registerVersion(app, options.version)
  const validators = createValidators(apiBindings, sharedSchemas)
  const inFlight = new InFlight()
  const notifications = new Notifications(apiBindings, options)
  const tracking = servedTracking(services, options, draining, inFlight)
  const resourceServices = { ...services, ...orderServices(services, options, tracking) }
  const served = apiBindings.flatMap(api => {
    const path = basePathOf(api, options)
    return api.resources.map(
      (binding): ServedResource => ({
        api,
        binding,
        path: `${path}/${binding.path}`,
        hrefBase: `${publicBaseUrl}${path}/${binding.path}/`,
        extensions: options.extensions[binding.definition.name] ?? {},
        partialContent: options.partialContent,
        othersAddHeaders: options.corsOrigins.length > 0,
        services: resourceServices,
        handlers: handlersOf(binding),
        validators,
        inFlight
      })
    )
  })
  for (const each of served) registerResourceRoutes(app, each)
  const servedAs = (definition: ResourceDefinition) => served.find(each => each.binding.definition === definition)!
  const orders = servedAs(productOrderDefinition)
  registerOrderItemState(app, { orders, path: basePathOf(orderJourneyV1, options) })
  registerMilestoneRoutes(app, servedAs(journeyDefinition))
  registerSpecificationActions(app, { specifications: servedAs(journeySpecificationDefinition), orders })
  registerRuleActions(app, { rules: servedAs(provisioningRuleDefinition), orders })
  registerFalloutDesk(app, {
    fallouts: servedAs(falloutDefinition),
    onFailure: failureLog(options, 'a fallout record could not be decided about')
  })
  registerCancellationDecisions(app, {
    cancellations: servedAs(cancelProductOrderDefinition),
    path: basePathOf(orderJourneyV1, options)
  })
  for (const api of apiBindings) {
    const path = basePathOf(api, options)
    const hub = { api, path: `${path}/hub`, hrefBase: `${publicBaseUrl}${path}/hub/`, notifications, services, inFlight }
    registerHubRoutes(app, hub)
  }
  registerEventRoutes(app, servedEvents(services, options, draining))
  registerTrackingRoutes(app, tracking)
  await app.after()
  registerMethodNotAllowed(app, methods)
  // Not before: a method that is not served there is answered as it is under any unknown path.
  const { fmsListener } = services
  const { fulfilment } = options
  if (fmsListener && fulfilment) {
    const othersAddHeaders = options.corsOrigins.length > 0
    registerFmsListener(app, { ...fmsListener, othersAddHeaders, services: { ...resourceServices, fulfilment } })
  }
  await app.ready()
  return app
}

/** Below the common base path, where TMF688 has it too. */
const EVENTS_PATH = 'event/v4'

function documentedApi(api: ApiBinding, options: ApiOptions): DocumentedApi {
  return { ...api, basePath: basePathOf(api, options), tags: api.resources.map(each => each.definition.name) }
}

function documentedEvents(options: ApiOptions): DocumentedApi {
  return {
    document: 'event-v4',
    title: 'Events',
    description: 'What happened and what happens, in all APIs.',
    version: '4.0.0',
    basePath: eventsPath(options),
    tags: [EVENT_TAG]
  }
}

function eventsPath({ tmfBasePath }: ApiOptions): string {
  return basePathOf({ key: '', path: EVENTS_PATH }, { tmfBasePath, apiPaths: {} })
}

function servedEvents({ events, workSignal: signal }: ApiServices, options: ApiOptions, draining: AbortSignal): ServedEvents {
  const limits = { ...defaultFeedLimits, ...options.feed }
  const resources = new Map(apiBindings.flatMap(api => [...toldResources(api, options)]))
  const path = `${eventsPath(options)}/event`
  return {
    path,
    url: `${options.publicBaseUrl.replace(/\/+$/, '')}${path}`,
    resources,
    events,
    feed: new EventFeed({ events, signal, tenant: TENANT, resources }, limits),
    maxBufferedBytes: limits.maxBufferedBytes,
    draining,
    onFailure: failureLog(options, 'a stream of events failed')
  }
}

/** Notes what nobody expected, where no answer tells of it. */
function failureLog({ logger }: ApiOptions, message: string): (error: unknown) => void {
  return error => {
    if (logger) logger.error({ err: loggable(error) }, message)
  }
}

function servedTracking(services: ApiServices, options: ApiOptions, draining: AbortSignal, inFlight: InFlight): ServedTracking {
  const limits = { ...defaultFeedLimits, ...options.feed }
  const path = basePathOf(orderJourneyV1, options)
  return {
    path,
    url: `${options.publicBaseUrl.replace(/\/+$/, '')}${path}`,
    options: { ...defaultTrackingOptions, ...options.tracking },
    services,
    feed: new TrackingFeed(services.events, services.workSignal, TENANT, limits),
    maxBufferedBytes: limits.maxBufferedBytes,
    draining,
    inFlight
  }
}

/** What orders are placed with beyond what every resource is changed with. */
function orderServices({ clock }: ApiServices, { orderAcceptance, fulfilment }: ApiOptions, { url, options }: ServedTracking) {
  const { link, tokenLifetimeMs } = options
  return {
    ...(orderAcceptance && { orderAcceptance }),
    ...(fulfilment && { fulfilment }),
    ...(link === 'header' && { newTrackingLink: () => newTrackingLink(url, clock, tokenLifetimeMs) })
  }
}
