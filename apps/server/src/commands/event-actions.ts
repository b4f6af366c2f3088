import { apiBindings, Notifications } from '@crm-lite/adapters-http'
import { resourceDefinitions, type StoredEvent } from '@crm-lite/domain'
import { systemClock } from '../compose.ts'
import { publicBaseUrlOf } from '../public-base-url.ts'
import { TENANT } from '../tenant.ts'
import { withDatabase } from './command-config.ts'
import type { ListOptions, ReplayOptions } from './event-options.ts'
import { CommandFailed } from './failure.ts'
import { subscriptionWith } from './hub-actions.ts'
import { printTable } from './print-table.ts'

const resources: readonly string[] = resourceDefinitions.map(({ name }) => name)

export function listEvents({ resource, id, from, to, after, limit, json }: ListOptions): Promise<void> {
  if (resource !== undefined && !resources.includes(resource))
    throw new CommandFailed(`there is no resource ${resource}; there are ${resources.join(', ')}`)
  return withDatabase(async ({ events }) => {
    const page = await events.read(TENANT, {
      resources: resource === undefined ? resources : [resource],
      ...(id !== undefined && { resourceId: id }),
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
      ...(after !== undefined && { after }),
      limit
    })
    if (json) for (const event of page.events) process.stdout.write(`${jsonOf(event)}\n`)
    else printTable(['time', 'event', 'what', 'resource', 'revision', 'changed'], page.events.map(rowOf))
    if (!page.atEnd) process.stderr.write(`there are more: --after ${page.next}\n`)
  })
}

export function replayEvents(id: string, { from, to, query }: ReplayOptions): Promise<void> {
  return withDatabase(async (database, config) => {
    const subscription = await subscriptionWith(database, id)
    const notifications = new Notifications(apiBindings, { ...config, publicBaseUrl: publicBaseUrlOf(config) })
    const now = systemClock.now()
    const narrower = query === undefined ? undefined : notifications.parse(subscription.api, query)
    const count = await database.deliveries.replay(
      { ...subscription, tenant: TENANT },
      { from, to: to ?? now.toISOString() },
      event => notifications.wants(subscription, event) && (narrower?.wants(event) ?? true),
      now
    )
    process.stdout.write(`${count} events are delivered again\n`)
  })
}

function rowOf({ at, id, kind, resource, resourceId, revision, changedPaths }: StoredEvent): string[] {
  return [at, id, kind, `${resource}/${resourceId}`, String(revision), changedPaths.join(',')]
}

function jsonOf({ tenant: _tenant, document, ...event }: StoredEvent): string {
  return JSON.stringify({ ...event, document: JSON.parse(document) })
}
