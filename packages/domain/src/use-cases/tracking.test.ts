import t from 'tap'
import { defaultJourneySpecification, journeyDefinition, takeOrder, trackingTokenDefinition } from '../journey/index.ts'
import { isRefusal } from '../kernel/refusal.ts'
import { productOrderDefinition } from '../resources/product-order.ts'
import { MemoryStore } from '../testing/memory-store.ts'
import { createTrackingToken } from './create-tracking-token.ts'
import { purgeTrackingTokens } from './purge-tracking-tokens.ts'
import { readTracking } from './read-tracking.ts'
import { revokeTrackingToken } from './revoke-tracking-token.ts'

const context = { tenant: 'default', actor: 'asha', correlationId: 'request-1' }
const once = { ...context, idempotency: { scope: 'POST /trackingToken', key: 'key', fingerprint: 'f' } }
const START = Date.parse('2026-03-02T09:00:00Z')
const DAY = 86_400_000
const day = (days: number) => new Date(START + days * DAY).toISOString()
const secrets = { description: 'the red door', relatedParty: [{ id: '42', name: 'Asha', '@referredType': 'Individual' }] }

async function world() {
  let now = new Date(START)
  const store = new MemoryStore()
  const dependencies = { store, unitOfWork: store, clock: { now: () => now } }
  const input = {
    externalId: 'PO-7',
    ...secrets,
    productOrderItem: [{ id: '1', action: 'add' as const, product: { name: 'Fibre 500' } }]
  }
  const order = { orderId: 'order-1', journeyId: 'order-1', specifications: [defaultJourneySpecification] }
  const taken = takeOrder(input, order, { now, actor: 'asha' })
  if (isRefusal(taken)) throw new Error(taken.message)
  await store.run('default', async transaction => {
    transaction.insert(productOrderDefinition, taken.order)
    transaction.insert(journeyDefinition, taken.journey)
  })
  return {
    store,
    dependencies,
    create: (id: string, expiresAt = day(90), by: typeof context = context) =>
      createTrackingToken(dependencies, { id, orderId: 'order-1', expiresAt }, by),
    read: (id: string, languages: string[] = []) => readTracking(dependencies, 'default', id, languages),
    passDays: (days: number) => {
      now = new Date(now.getTime() + days * DAY)
    }
  }
}

t.test(
  'a token shows where its order stands, in the language of the reader, and nothing that is none of their business',
  async t => {
    const { create, read, store } = await world()
    t.match(await create('digest'), { kind: 'created', stored: { id: 'digest', revision: 1 } })
    const tracking = await read('digest', ['de'])
    t.match(tracking, { version: '1.1', view: { productOrder: { id: 'order-1', externalId: 'PO-7' }, state: 'acknowledged' } })
    t.match(tracking?.view.milestone[0], { name: 'Bestellung eingegangen', status: 'done' })
    t.notMatch(JSON.stringify(tracking), /red door|Asha|42/)
    t.same(store.events, [], 'nobody is told')
    t.equal(await read('other'), undefined)
  }
)

t.test('a token opens nothing once it is revoked', async t => {
  const { create, read, dependencies } = await world()
  await create('one')
  await create('two')
  t.match(await revokeTrackingToken(dependencies, 'one', context), { kind: 'deleted' })
  t.equal(await read('one'), undefined)
  t.ok(await read('two'), 'the other one still does')
  await t.rejects(revokeTrackingToken(dependencies, 'one', context), { code: 'notFound' })
})

t.test('a token opens nothing from the moment on at which it expires, and is forgotten then', async t => {
  const { create, read, passDays, dependencies, store } = await world()
  for (let count = 0; count < 250; count++) await create(`early-${count}`, day(1))
  await create('late', day(2))
  passDays(0.999)
  t.ok(await read('early-0'))
  t.equal(await purgeTrackingTokens(dependencies, 'default'), 0)
  passDays(0.001)
  t.equal(await read('early-0'), undefined)
  t.equal(await purgeTrackingTokens(dependencies, 'default'), 250)
  t.equal(await store.get('default', trackingTokenDefinition, 'early-0'), undefined)
  t.ok(await read('late'))
})

t.test('a token is made for an order that exists, and for a time to come', async t => {
  const { create, dependencies, read, store } = await world()
  const forNone = { id: 'digest', orderId: 'order-2', expiresAt: day(1) }
  await t.rejects(createTrackingToken(dependencies, forNone, context), { code: 'notFound' })
  await t.rejects(create('digest', day(0)), { code: 'invalidValue', details: { faults: [{ pointer: '/expiresAt' }] } })
  await create('digest')
  await store.run('default', async transaction => {
    const stored = await transaction.get(productOrderDefinition, 'order-1')
    if (stored) transaction.delete(productOrderDefinition, stored)
  })
  t.equal(await read('digest'), undefined, 'nor does it show an order that is gone')
})

t.test('a repeated request makes no second token', async t => {
  const { create, read } = await world()
  const first = await create('one', day(90), once)
  t.same((await create('two', day(90), once)).stored, first.stored)
  t.equal(await read('two'), undefined)
})
