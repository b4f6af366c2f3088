import {
  acceptProductOrder,
  defaultFulfilmentSettings,
  type Fallout,
  falloutDefinition,
  type NewProductOrder,
  placeProductOrder,
  stepFulfilment
} from '@crm-lite/domain'
import { MemoryFms, MemoryStore } from '@crm-lite/domain/testing'
import type { ApiServices } from '../build-api.ts'
import { servicesOver, startTestApp } from './start-test-app.ts'

const context = { tenant: 'default', actor: 'crm', correlationId: 'request-1' }

/** An app with an FMS, on which nothing happens but what a test does. */
export async function startProvisioning(
  t: Parameters<typeof startTestApp>[0],
  more: Partial<ApiServices> = {},
  corsOrigins: readonly string[] = []
) {
  let now = Date.parse('2026-03-02T09:00:00Z')
  const clock = { now: () => new Date(now) }
  const fms = new MemoryFms({ now: clock.now })
  const store = new MemoryStore({ clock })
  const fulfilment = { settings: defaultFulfilmentSettings, random: () => 0.5, canLookUp: fms.canLookUp }
  const services = { ...servicesOver(store), clock, ...more }
  const { app } = await startTestApp(t, { services, options: { fulfilment, corsOrigins } })
  const dependencies = { ...services, fulfilment, fms }
  const work = async () => {
    for (;;) {
      const claim = { kinds: ['fulfil'], limit: 1, leaseMs: 60_000, now: clock.now() } as const
      const [due] = await store.work.claim(claim)
      if (!due) return
      await store.work.done(due, await stepFulfilment(dependencies, due.id, context))
    }
  }
  const accepted = async (...ids: readonly string[]) => {
    const input: NewProductOrder = {
      productOrderItem: ids.map(id => ({ id, action: 'add', productOffering: { id: 'fibre' } }))
    }
    const { stored } = await placeProductOrder(dependencies, input, context)
    await acceptProductOrder(dependencies, stored.id, context)
    return stored.id
  }
  const fallouts = async () => {
    const query = { filter: { kind: 'and', filters: [] }, sort: [], limit: 5_000, offset: 0, count: false } as const
    const { items } = await store.list('default', falloutDefinition, query)
    return items.map(({ document }) => JSON.parse(document) as Fallout)
  }
  return {
    app,
    fms,
    store,
    work,
    accepted,
    fallouts,
    passMs: (ms: number) => {
      now += ms
    },
    /** Orders of one item each that the FMS refuses. */
    fallenOut: async (count = 1) => {
      const orders: string[] = []
      for (let index = 0; index < count; index++) orders.push(await accepted('1'))
      fms.failNext('create', ...orders.map(() => 'refuses' as const))
      await work()
      return orders
    }
  }
}
