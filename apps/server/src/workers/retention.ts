import type { Clock, DeliveryQueue, EventLog } from '@crm-lite/domain'

const HOUR_MS = 60 * 60 * 1000
const DAY_MS = 24 * HOUR_MS

export interface RetentionOptions {
  readonly events: Pick<EventLog, 'purge'>
  readonly deliveries: Pick<DeliveryQueue, 'purgeDelivered'>
  /** Removes remembered answers that are too old to be given again. */
  readonly purgeExpired: () => Promise<void>
  readonly clock: Clock
  readonly eventRetentionDays: number
  readonly deliveredRetentionHours: number
}

/** Removes what nobody may ask for any more. Deliveries first: they refer to events. */
export async function purge(options: RetentionOptions): Promise<void> {
  const now = options.clock.now().getTime()
  await options.purgeExpired()
  await options.deliveries.purgeDelivered(new Date(now - options.deliveredRetentionHours * HOUR_MS))
  await options.events.purge(new Date(now - options.eventRetentionDays * DAY_MS))
}

/** At once, as a server that is restarted every half hour would never come to it otherwise, and then every hour. Returns what stops it. */
export function purgePeriodically(options: RetentionOptions, onFailure: (error: unknown) => void): () => void {
  const run = () => void purge(options).catch(onFailure)
  run()
  const timer = setInterval(run, HOUR_MS).unref()
  return () => clearInterval(timer)
}
