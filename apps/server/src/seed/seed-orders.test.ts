import {
  everything,
  type Journey,
  journeyDefinition,
  type ListQuery,
  type ProductOrder,
  productOrderDefinition
} from '@crm-lite/domain'
import { MemoryStore } from '@crm-lite/domain/testing'
import t from 'tap'
import { uuidV7Ids as ids } from '../ids.ts'
import { seedOrders } from './seed-orders.ts'

const all: ListQuery = { filter: everything, sort: [], offset: 0, limit: 1_000, count: false }
const clock = { now: () => new Date('2026-03-02T09:00:00Z') }
const request = { orders: 120, customers: 50, seed: 1, concurrency: 4, tenant: 'default' }

async function ordersOf(store: MemoryStore): Promise<ProductOrder[]> {
  const { items } = await store.list('default', productOrderDefinition, all)
  return items.map(({ document }) => JSON.parse(document) as ProductOrder)
}

t.test('orders are placed and have gone on their way, each with its journey', async t => {
  const store = new MemoryStore()
  t.same(await seedOrders({ store, unitOfWork: store, ids, clock }, request), { added: 120, present: 0 })
  const orders = await ordersOf(store)
  const states = new Set(orders.map(({ state }) => state))
  for (const state of ['acknowledged', 'inProgress', 'completed', 'rejected', 'cancelled'] as const)
    t.ok(states.has(state), state)
  t.ok(orders.every(({ orderDate }) => orderDate < clock.now().toISOString()))
  for (const { id, productOrderItem } of orders.slice(0, 20)) {
    const journey = JSON.parse((await store.get('default', journeyDefinition, id))!.document) as Journey
    t.equal(journey.milestone.filter(({ item }) => item).length, productOrderItem.length)
  }
})

t.test('the same seed makes the same orders, and a repeated run adds what is missing', async t => {
  const [one, other] = [new MemoryStore(), new MemoryStore()]
  await seedOrders({ store: one, unitOfWork: one, ids, clock }, { ...request, orders: 30 })
  await seedOrders({ store: other, unitOfWork: other, ids, clock }, { ...request, concurrency: 1, orders: 20 })
  t.same(await seedOrders({ store: other, unitOfWork: other, ids, clock }, { ...request, orders: 30 }), {
    added: 10,
    present: 20
  })
  t.same(await ordersOf(other), await ordersOf(one))
})
