import {
  checkResource,
  everything,
  type Journey,
  journeyDefinition,
  type ListQuery,
  type ProductOrder,
  productDefinition,
  productOrderDefinition
} from '@crm-lite/domain'
import { MemoryStore } from '@crm-lite/domain/testing'
import t from 'tap'
import { uuidV7Ids as ids } from '../ids.ts'
import { hasWhatTheKitWants, productsIn, provision } from '../testing/provision.ts'
import { fictionalOrder } from './fictional-order.ts'
import { seedOrders } from './seed-orders.ts'
import { seedProducts } from './seed-products.ts'

const all: ListQuery = { filter: everything, sort: [], offset: 0, limit: 1_000, count: false }
const clock = { now: () => new Date('2026-03-02T09:00:00Z') }
const request = { orders: 120, customers: 50, products: 0, seed: 1, concurrency: 4, tenant: 'default' }

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

t.test('orders change only what their customer has, and with nothing to change they change nothing', async t => {
  const store = new MemoryStore()
  await seedProducts({ unitOfWork: store }, { ...request, products: 60 })
  const products = new Map((await productsIn(store)).map(product => [product.id, product]))
  const orders = Array.from({ length: 120 }, (_, index) => fictionalOrder(1, index, { customers: 50, products: 60 }).input)
  const changes = orders.flatMap(({ productOrderItem, relatedParty = [] }) =>
    productOrderItem.filter(({ action }) => action === 'modify').map(item => ({ item, customer: relatedParty[0]?.id }))
  )
  t.ok(changes.length > 20)
  for (const { item, customer } of changes) {
    const product = products.get(item.product?.id ?? '')
    t.match(product, { status: 'active', relatedParty: [{ id: customer }] })
    t.equal(item.productOffering?.id, product?.productOffering?.id)
  }
  const others = Array.from({ length: 120 }, (_, index) => fictionalOrder(1, index, { customers: 50, products: 0 }).input)
  t.ok(others.every(({ productOrderItem }) => productOrderItem.every(({ action }) => action === 'add')))
})

t.test('every product that comes of a seeded order has what the standard and its kit look for', async t => {
  const store = new MemoryStore()
  await seedProducts({ unitOfWork: store }, { ...request, products: 60 })
  const inputs = Array.from({ length: 40 }, (_, index) => fictionalOrder(1, index, { customers: 50, products: 60 }).input)
  await provision(store, inputs)
  const products = await productsIn(store)
  const items = inputs.flatMap(({ productOrderItem }) => productOrderItem)
  t.equal(products.length, 60 + items.filter(({ action }) => action === 'add').length)
  t.ok(products.some(({ productOrderItem: [item] = [] }) => item?.orderItemAction === 'modify'))
  for (const product of products) {
    hasWhatTheKitWants(t, product)
    t.same(checkResource(productDefinition, product), [])
  }
})
