export { FmsClient } from './fms-client.ts'
export type { Authentication, FmsCall, FmsCallReport, FmsClientOptions, LookUpStrategy, Secret } from './fms-client-options.ts'
export { readNotification } from './read-notification.ts'
