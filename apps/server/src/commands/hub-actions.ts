import type { Database } from '@crm-lite/adapters-db'
import {
  changeSubscription,
  type EventSubscription,
  eventSubscriptionDefinition,
  everything,
  pausedSubscription,
  resumedSubscription
} from '@crm-lite/domain'
import { systemClock } from '../compose.ts'
import { eventServices } from '../event-services.ts'
import { uuidV7Ids } from '../ids.ts'
import { publicBaseUrlOf } from '../public-base-url.ts'
import { TENANT } from '../tenant.ts'
import { withDatabase } from './command-config.ts'
import { CommandFailed } from './failure.ts'
import { printTable } from './print-table.ts'

const PAGE = 200

const print = (line: string) => void process.stdout.write(`${line}\n`)

export function listSubscriptions(): Promise<void> {
  return withDatabase(async database => {
    const subscriptions = await allSubscriptions(database)
    const rows = await Promise.all(
      subscriptions.map(async ({ id, api, state, callback, query = '' }) => [
        id,
        api,
        state,
        await parkedCount(database, id),
        callback,
        query
      ])
    )
    printTable(['id', 'api', 'state', 'parked', 'callback', 'query'], rows)
  })
}

export function testSubscription(id: string): Promise<void> {
  return withDatabase(async (database, config) => {
    const subscription = await subscriptionWith(database, id)
    const services = eventServices(config, publicBaseUrlOf(config))
    const eventId = uuidV7Ids.next()
    const body = services.notifications.testBody(subscription.api, eventId, systemClock.now())
    const result = await services.hub.sendTest(subscription, { id: eventId, body }).finally(() => services.sender.close())
    if (result.kind === 'delivered') return print(`delivered: the receiver answered ${result.status}`)
    if (result.kind === 'gone') throw new CommandFailed('not delivered: the receiver answered 410')
    if (result.kind === 'refused') throw new CommandFailed(`not delivered: the receiver answered ${result.status}`)
    throw new CommandFailed(`not delivered: ${result.reason}`)
  })
}

export function pauseSubscription(id: string): Promise<void> {
  return change(id, pausedSubscription)
}

export function resumeSubscription(id: string): Promise<void> {
  return change(id, resumedSubscription)
}

export function listParked(id: string): Promise<void> {
  return withDatabase(async database => {
    await subscriptionWith(database, id)
    const rows: string[][] = []
    for (let offset = 0; ; offset += PAGE) {
      const page = await database.deliveries.parked(TENANT, id, { limit: PAGE, offset })
      rows.push(
        ...page.map(each => [
          each.id,
          each.eventId,
          `${each.resource}/${each.resourceId}`,
          String(each.attempts),
          each.failureCode,
          each.parkedAt
        ])
      )
      if (page.length < PAGE) break
    }
    printTable(['delivery', 'event', 'resource', 'attempts', 'failure', 'parked at'], rows)
  })
}

export function releaseParked(id: string, deliveries: readonly string[]): Promise<void> {
  return withDatabase(async database => {
    await subscriptionWith(database, id)
    const ids = deliveries.length > 0 ? deliveries : undefined
    print(`released ${await database.deliveries.release(TENANT, id, ids, systemClock.now())}`)
  })
}

/** @throws {CommandFailed} when there is none */
export async function subscriptionWith(database: Database, id: string): Promise<EventSubscription> {
  const stored = await database.store.get(TENANT, eventSubscriptionDefinition, id)
  if (!stored) throw new CommandFailed('there is no subscription with this id: `crm hub list` shows them')
  return JSON.parse(stored.document) as EventSubscription
}

function change(id: string, apply: (current: EventSubscription) => EventSubscription): Promise<void> {
  return withDatabase(async ({ unitOfWork }) => {
    const context = { tenant: TENANT, actor: 'operator', correlationId: uuidV7Ids.next() }
    const { stored } = await changeSubscription({ unitOfWork }, { id }, apply, context)
    print(`${id} is ${(JSON.parse(stored.document) as EventSubscription).state}`)
  })
}

async function allSubscriptions({ store }: Database): Promise<EventSubscription[]> {
  const found: EventSubscription[] = []
  for (let offset = 0; ; offset += PAGE) {
    const query = { filter: everything, sort: [], limit: PAGE, offset, count: false }
    const { items } = await store.list(TENANT, eventSubscriptionDefinition, query)
    found.push(...items.map(({ document }) => JSON.parse(document) as EventSubscription))
    if (items.length < PAGE) return found
  }
}

async function parkedCount({ deliveries }: Database, id: string): Promise<string> {
  const { length } = await deliveries.parked(TENANT, id, { limit: PAGE, offset: 0 })
  return length < PAGE ? String(length) : `${PAGE} or more`
}
