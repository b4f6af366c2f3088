export { apiBindings, sharedSchemas } from './apis/index.ts'
export { readFalloutCommand } from './apis/order-journey/read-fallout-command.ts'
export { journeySpecificationFaults } from './apis/order-journey/specification-faults.ts'
export type {
  ApiBinding,
  AttributeNode,
  AttributeTree,
  Leniency,
  NamedSchema,
  Operation,
  ResourceBinding
} from './binding.ts'
export { type ApiOptions, type ApiServices, buildApi } from './build-api.ts'
export { defaultFeedLimits, type FeedLimits } from './hub/event-feed.ts'
export type { HubDeliveries, HubServices, TestMessage, TestResult } from './hub/hub-services.ts'
export * from './hub/index.ts'
export { Notifications } from './hub/notifications.ts'
export type { TellingOptions } from './hub/told-resource.ts'
// What is built too must know of `drain()`, which this adds to the server.
export type {} from './plugins/health.ts'
export { defaultServerLimits, type ServerLimits } from './plugins/server-options.ts'
export type { Version } from './plugins/version.ts'
export { type ErrorCode, type ErrorCodeMeaning, errorCodes } from './representation/error-codes.ts'
export { FMS_LISTENER_PATH, type FmsListener } from './routes/fms-listener.ts'
export type { TrackingOptions } from './tracking/served-tracking.ts'
