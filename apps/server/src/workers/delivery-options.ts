import type { WebhookRequest, WebhookResult } from '@crm-lite/adapters-http'
import type { Clock, DeliveryQueue, EventSubscription, StoredEvent, WorkSignal } from '@crm-lite/domain'
import type { DeliveryMetrics } from './delivery-metrics.ts'

export interface DeliveryWorkerOptions {
  readonly queue: DeliveryQueue
  readonly signal: WorkSignal
  /** What is due when. */
  readonly clock: Clock
  /** Whether a subscription gets an event. Has no effects, and does not throw. */
  readonly wants: (subscription: EventSubscription, event: StoredEvent) => boolean
  /** @throws {Error} when it cannot be told, or not be signed */
  readonly notificationOf: (subscription: EventSubscription, event: StoredEvent, now: Date) => Notification
  readonly send: (request: WebhookRequest) => Promise<WebhookResult>
  /** Stores that a subscription is disabled, because its receiver is gone. */
  readonly disable: (tenant: string, subscriptionId: string) => Promise<void>
  readonly metrics: DeliveryMetrics
  readonly log: WorkerLog
  readonly limits: DeliveryLimits
  readonly random?: () => number
  /** In milliseconds, and not turned back or forth by anybody: `performance.now()`. */
  readonly monotonicMs?: () => number
}

/** An event as one subscriber gets it, and what proves where it comes from. */
export type Notification = Pick<WebhookRequest, 'body' | 'secrets' | 'traceparent'>

export interface WorkerLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}

export interface DeliveryLimits {
  /** Sends at the same time, in all and to one subscription. */
  readonly concurrency: number
  readonly concurrencyPerSubscription: number
  /** How many deliveries are claimed at once. */
  readonly claimBatch: number
  /** How many events are looked at in one transaction. */
  readonly fanOutBatch: number
  readonly leaseMs: number
  /** How often to look whether there is something to do when nothing has said so. */
  readonly pollMs: number
}

export const defaultDeliveryLimits: DeliveryLimits = {
  concurrency: 256,
  concurrencyPerSubscription: 16,
  claimBatch: 256,
  fanOutBatch: 500,
  leaseMs: 30_000,
  pollMs: 5_000
}
