import type { Database } from '@crm-lite/adapters-db'
import type { Clock } from '@crm-lite/domain'
import type { Config } from './config.ts'
import type { EventServices } from './event-services.ts'
import type { DeliveryMetrics } from './workers/delivery-metrics.ts'
import { defaultDeliveryLimits, type WorkerLog } from './workers/delivery-options.ts'
import { DeliveryWorker } from './workers/delivery-worker.ts'
import { disableSubscription } from './workers/disable-subscription.ts'
import { purgePeriodically } from './workers/retention.ts'

export interface WorkerParts {
  readonly database: Database
  readonly clock: Clock
  readonly services: EventServices
  readonly metrics: DeliveryMetrics
  readonly log: WorkerLog
}

/** What delivers the events of a database. */
export function deliveryWorker(config: Config, { database, clock, services, metrics, log }: WorkerParts): DeliveryWorker {
  const { notifications, sender, secretsOf } = services
  return new DeliveryWorker({
    queue: database.deliveries,
    signal: database.workSignal,
    clock,
    wants: (subscription, event) => notifications.wants(subscription, event),
    notificationOf: (subscription, event, now) => ({
      body: notifications.render(subscription, event),
      secrets: secretsOf(subscription, now),
      ...(event.traceparent !== undefined && { traceparent: event.traceparent })
    }),
    send: request => sender.send(request),
    disable: (tenant, id) => disableSubscription(database.unitOfWork, tenant, id),
    metrics,
    log,
    limits: {
      ...defaultDeliveryLimits,
      concurrency: config.deliveryConcurrency,
      concurrencyPerSubscription: config.deliveryConcurrencyPerSubscription,
      leaseMs: config.leaseMs
    }
  })
}

/** Removes what is too old, now and every hour. Returns what ends that. */
export function keepPurged(
  config: Config,
  { database, clock, log }: Pick<WorkerParts, 'database' | 'clock' | 'log'>
): () => void {
  const { eventRetentionDays, deliveredRetentionHours } = config
  const purgeExpired = () => database.purgeExpired()
  return purgePeriodically(
    {
      events: database.events,
      deliveries: database.deliveries,
      purgeExpired,
      clock,
      eventRetentionDays,
      deliveredRetentionHours
    },
    err => log.warn({ err }, 'what is too old could not be removed')
  )
}
