import { setTimeout as pause } from 'node:timers/promises'
import { type Database, openDatabase } from '@crm-lite/adapters-db'
import { newWebhookSecret } from '@crm-lite/adapters-http'
import {
  type ClaimedDelivery,
  type Customer,
  changeResource,
  changeSubscription,
  createResource,
  createSubscription,
  customerDefinition,
  type DeliveryQueue,
  type EventSubscription,
  eventSubscriptionDefinition,
  mergePatch,
  type Outcome
} from '@crm-lite/domain'
import { type Environment, readConfig } from '../config.ts'
import { type EventServices, eventServices } from '../event-services.ts'
import { uuidV7Ids } from '../ids.ts'
import { DeliveryMetrics } from '../workers/delivery-metrics.ts'
import type { DeliveryWorker } from '../workers/delivery-worker.ts'
import { deliveryWorker } from '../workers.ts'
import { SECRET_KEY, type Test } from './start-crm.ts'

export const TENANT = 'default'
const POLL_MS = 5
const context = { tenant: TENANT, actor: 'tester', correlationId: 'test' }

export interface Subscribed {
  readonly id: string
  readonly secret: string
}

export interface Mark {
  readonly step: 'delivered' | 'retry' | 'park' | 'giveBack'
  readonly subscriptionId: string
  readonly dueAt?: Date
  readonly code?: string
}

/** A database with everything that delivers its events, and a clock that stands until it is moved. */
export interface EventWorld {
  readonly database: Database
  readonly services: EventServices
  readonly log: string[]
  /** What the workers made of their attempts. */
  readonly marks: Mark[]
  now(): Date
  advance(ms: number): void
  /** A further worker; started by nobody. */
  worker(): DeliveryWorker
  /** Does all that is due now, with a worker that is always the same. */
  deliver(): Promise<number>
  subscribe(callback: string, query?: string): Promise<Subscribed>
  changeSubscription(id: string, apply: (current: EventSubscription) => EventSubscription): Promise<void>
  subscription(id: string): Promise<EventSubscription>
  create(name: string, attributes?: Partial<Customer>): Promise<string>
  change(id: string, patch: object): Promise<void>
}

/** @param env settings that differ from those of development */
export async function openWorld(
  t: Test,
  url: string,
  env: Environment = {},
  start = '2026-03-01T00:00:00Z'
): Promise<EventWorld> {
  let now = Date.parse(start)
  const clock = { now: () => new Date(now) }
  const result = readConfig({ CRM_MODE: 'development', SECRET_KEY, DATABASE_URL: url, ...env }, () => '')
  if ('faults' in result) throw new Error(result.faults.join('\n'))
  const { config } = result
  const services = eventServices(config, 'https://crm.example.com')
  const database = await openDatabase({ url, clock, exclusive: true })
  const log: string[] = []
  const note = (_fields: object, message: string) => void log.push(message)
  const metrics = new DeliveryMetrics()
  const marks: Mark[] = []
  const watched = { ...database, deliveries: noting(database.deliveries, marks) }
  const worker = () => deliveryWorker(config, { database: watched, clock, services, metrics, log: { info: note, warn: note } })
  const usual = worker()
  t.teardown(async () => {
    await usual.stop(0)
    await services.sender.close()
    await database.close()
  })
  const dependencies = { unitOfWork: database.unitOfWork, ids: uuidV7Ids, clock }
  /** On PostgreSQL whatever else is under way in the cluster may keep an event back for a while. */
  const canBeRead = async ({ stored: { id, revision } }: Outcome) => {
    const query = { resourceId: id, limit: 1_000 }
    while (!(await database.events.read(TENANT, query)).events.some(event => event.revision === revision)) await pause(POLL_MS)
    return id
  }
  return {
    database,
    services,
    log,
    marks,
    now: clock.now,
    advance: ms => {
      now += ms
    },
    worker,
    deliver: () => usual.processAll(),
    subscribe: async (callback, query) => {
      const id = uuidV7Ids.next()
      const secret = newWebhookSecret()
      const { host } = new URL(callback)
      const sealedSecret = services.hub.secrets.seal(secret, id)
      await createSubscription(
        dependencies,
        { id, api: 'TMF629_V4', callback, host, sealedSecret, ...(query !== undefined && { query }) },
        context
      )
      return { id, secret }
    },
    changeSubscription: async (id, apply) => void (await changeSubscription(dependencies, { id }, apply, context)),
    subscription: async id => {
      const stored = await database.store.get(TENANT, eventSubscriptionDefinition, id)
      return JSON.parse(stored?.document ?? 'null') as EventSubscription
    },
    create: async (name, attributes = {}) => {
      const customer = { name, engagedParty: { id: '500', '@referredType': 'Organization' }, ...attributes }
      return canBeRead(await createResource<Customer>(dependencies, customerDefinition, customer, context))
    },
    change: async (id, patch) => {
      const apply = (current: object) => mergePatch(current, patch)
      await canBeRead(await changeResource(dependencies, customerDefinition, { id, apply }, context))
    }
  }
}

function noting(queue: DeliveryQueue, marks: Mark[]): DeliveryQueue {
  const note = (step: Mark['step'], { subscription }: ClaimedDelivery, more: Pick<Mark, 'dueAt' | 'code'> = {}) =>
    void marks.push({ step, subscriptionId: subscription.id, ...more })
  return {
    ...queue,
    delivered: (delivery, at) => {
      note('delivered', delivery)
      return queue.delivered(delivery, at)
    },
    retry: (delivery, dueAt, failure) => {
      note('retry', delivery, { dueAt, code: failure.code })
      return queue.retry(delivery, dueAt, failure)
    },
    park: (delivery, failure) => {
      note('park', delivery, { code: failure.code })
      return queue.park(delivery, failure)
    },
    giveBack: (delivery, dueAt) => {
      note('giveBack', delivery, { dueAt })
      return queue.giveBack(delivery, dueAt)
    }
  }
}
