import type { Database } from '@crm-lite/adapters-db'
import { type Customer, createResource, createSubscription, customerDefinition, type UnitOfWork } from '@crm-lite/domain'
import { eventServices } from '../../apps/server/src/event-services.ts'
import { createBody } from '../data/bench-customer.ts'
import { benchConfig, clock, context, ids } from './events-world.ts'

/** As many clients at once as the load generator has. */
const AT_ONCE = 64

/** Work that stores everything but its events: what a change costs without them. */
export function withoutEvents(unitOfWork: UnitOfWork): UnitOfWork {
  return {
    run: (tenant, work) => unitOfWork.run(tenant, transaction => work({ ...transaction, publish: () => {} }))
  }
}

/** Creates so many customers of the data set, as so many clients would at once. */
export async function createCustomers(unitOfWork: UnitOfWork, first: number, many: number): Promise<void> {
  const bodies = Array.from({ length: many }, (_, index) => createBody(first + index))
  const client = async () => {
    for (let body = bodies.pop(); body !== undefined; body = bodies.pop())
      await createResource<Customer>({ unitOfWork, ids, clock }, customerDefinition, JSON.parse(body) as Customer, context)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, client))
}

/** As the hub of the customer API does it. */
export async function subscribe({ unitOfWork }: Pick<Database, 'unitOfWork'>, callback: string): Promise<void> {
  const { hub } = eventServices(benchConfig('sqlite:unused.db'), 'http://127.0.0.1')
  const id = ids.next()
  const sealedSecret = hub.secrets.seal(hub.newSecret(), id)
  const subscription = { id, api: 'TMF629_V4', callback, host: new URL(callback).host, sealedSecret }
  await createSubscription({ unitOfWork, ids, clock }, subscription, context)
}
