import type { Database } from '@crm-lite/adapters-db'
import { newWebhookSecret, SecretBox } from '@crm-lite/adapters-http'
import { type Customer, createResource, createSubscription, customerDefinition } from '@crm-lite/domain'
import { uuidV7Ids } from '../../ids.ts'
import { aCustomer } from '../customers-client.ts'
import { SECRET_KEY } from '../start-crm.ts'

export const clock = { now: () => new Date() }
export const context = { tenant: 'default', actor: 'proof', correlationId: 'proof' }
const AT_ONCE = 200

/** As the hub does it, where no server runs. */
export async function subscribe({ unitOfWork }: Pick<Database, 'unitOfWork'>, callback: string): Promise<string> {
  const id = uuidV7Ids.next()
  const sealedSecret = new SecretBox(SECRET_KEY).seal(newWebhookSecret(), id)
  const subscription = { id, api: 'TMF629_V4', callback, host: new URL(callback).host, sealedSecret }
  await createSubscription({ unitOfWork, ids: uuidV7Ids, clock }, subscription, context)
  return id
}

/** Creates so many customers, each of which is an event. Returns their ids. */
export async function createCustomers({ unitOfWork }: Pick<Database, 'unitOfWork'>, count: number): Promise<string[]> {
  const ids: string[] = []
  const create = async (name: string) => {
    const { stored } = await createResource<Customer>(
      { unitOfWork, ids: uuidV7Ids, clock },
      customerDefinition,
      aCustomer(name),
      context
    )
    ids.push(stored.id)
  }
  for (let first = 0; first < count; first += AT_ONCE) {
    const many = Math.min(AT_ONCE, count - first)
    await Promise.all(Array.from({ length: many }, (_, index) => create(`Customer ${first + index}`)))
  }
  return ids
}
