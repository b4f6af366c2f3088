import type { Database } from '@crm-lite/adapters-db'
import type { EventQuery, Resource, ResourceDefinition, StoredEvent } from '@crm-lite/domain'

const TENANT = 'default'
const AT_ONCE = 1_000

/** Every resource of a type. */
export async function allOf<R extends Resource>(
  { store }: Pick<Database, 'store'>,
  definition: ResourceDefinition
): Promise<R[]> {
  const all: R[] = []
  const query = { filter: { kind: 'and', filters: [] }, sort: [], limit: AT_ONCE, offset: 0, count: false } as const
  for (let page = await store.list(TENANT, definition, query); ; ) {
    all.push(...page.items.map(({ document }) => JSON.parse(document) as R))
    if (!page.next) return all
    page = await store.list(TENANT, definition, { ...query, after: page.next })
  }
}

/** All events that are asked for, in the order of the log. */
export async function allEvents(
  { events }: Pick<Database, 'events'>,
  query: Pick<EventQuery, 'resources' | 'kinds'>
): Promise<StoredEvent[]> {
  const all: StoredEvent[] = []
  for (let after: string | undefined; ; ) {
    const page = await events.read(TENANT, { limit: AT_ONCE, ...query, ...(after !== undefined && { after }) })
    all.push(...page.events)
    if (page.atEnd) return all
    after = page.next
  }
}
