import type { Database } from '@crm-lite/adapters-db'
import type { StoredEvent } from '@crm-lite/domain'
import type { Arrival } from './compact-receiver.ts'
import { allEvents } from './read-all.ts'

/** All events about customers, in the order of the log. */
export function customerEvents(database: Pick<Database, 'events'>): Promise<StoredEvent[]> {
  return allEvents(database, { resources: ['customer'] })
}

/** How many of these are not among those. */
export function missing(these: Iterable<string>, those: { has(each: string): boolean }): number {
  let count = 0
  for (const each of these) if (!those.has(each)) count += 1
  return count
}

/** How many resources' events came in another order than they happened. What comes again may come late: the first arrivals count. */
export function outOfOrder(
  arrivals: Iterable<Pick<Arrival, 'eventId' | 'resourceId'>>,
  events: readonly Pick<StoredEvent, 'id'>[]
): number {
  const places = new Map(events.map(({ id }, place) => [id, place]))
  const seen = new Set<string>()
  const last = new Map<string, number>()
  const wrong = new Set<string>()
  for (const { eventId, resourceId } of arrivals) {
    if (seen.has(eventId)) continue
    seen.add(eventId)
    const place = places.get(eventId) ?? Number.NaN
    if (place < (last.get(resourceId) ?? -1)) wrong.add(resourceId)
    last.set(resourceId, place)
  }
  return wrong.size
}
