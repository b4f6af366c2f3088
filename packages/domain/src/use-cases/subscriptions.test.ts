import t from 'tap'
import {
  type EventSubscription,
  eventSubscriptionDefinition,
  pausedSubscription,
  resumedSubscription,
  sealedSecretsAt,
  subscriptionWithNewSecret
} from '../index.ts'
import { MemoryStore } from '../testing/memory-store.ts'
import { changeSubscription } from './change-subscription.ts'
import { createSubscription, type NewSubscription } from './create-subscription.ts'
import { removeSubscription } from './remove-subscription.ts'

const context = { tenant: 'default', actor: 'asha', correlationId: 'request-1' }
const once = { ...context, idempotency: { scope: 'POST /hub', key: 'key', fingerprint: 'f' } }
const now = new Date('2026-03-01T09:00:00.000Z')

const input: NewSubscription = {
  id: 'subscription-1',
  api: 'TMF629_V4',
  callback: 'https://receiver.example.com/listener',
  host: 'receiver.example.com:443',
  query: 'eventType=CustomerCreateEvent',
  sealedSecret: 'sealed'
}

function world() {
  let last = 0
  const store = new MemoryStore()
  const dropped: string[] = []
  const dependencies = {
    unitOfWork: store,
    ids: { next: () => `id-${++last}` },
    clock: { now: () => now },
    deliveries: {
      drop: async (tenant: string, id: string) => {
        dropped.push(`${tenant}/${id}`)
      }
    }
  }
  const read = async (id = input.id) => {
    const stored = await store.get('default', eventSubscriptionDefinition, id)
    return stored && (JSON.parse(stored.document) as EventSubscription)
  }
  return { store, dependencies, dropped, read }
}

t.test('a new subscription is active, and an event that says nothing about it marks where it starts', async t => {
  const { store, dependencies, read } = world()
  t.match(await createSubscription(dependencies, input, context), { kind: 'created', stored: { id: input.id, revision: 1 } })
  t.same(await read(), { ...input, '@type': 'EventSubscription', state: 'active', createdAt: '2026-03-01T09:00:00.000Z' })
  const { events } = await store.read('default', { limit: 10 })
  t.match(events, [{ kind: 'created', resource: 'eventSubscription', resourceId: input.id, document: `{"id":"${input.id}"}` }])
  t.equal(events.length, 1)
})

t.test('a repeated registration is answered with the first one', async t => {
  const { store, dependencies, read } = world()
  await createSubscription(dependencies, input, once)
  const repeated = await createSubscription(dependencies, { ...input, id: 'subscription-2', sealedSecret: 'other' }, once)
  t.equal(repeated.stored.id, input.id)
  t.equal(await read('subscription-2'), undefined)
  t.equal((await store.read('default', { limit: 10 })).events.length, 1)
})

t.test('pausing and resuming', async t => {
  const { store, dependencies, read } = world()
  await createSubscription(dependencies, input, context)
  const of = { id: input.id, api: input.api }
  await changeSubscription(dependencies, of, pausedSubscription, context)
  t.equal((await read())?.state, 'paused')
  t.equal((await changeSubscription(dependencies, of, pausedSubscription, context)).kind, 'unchanged')
  const disabled = { state: 'disabled', stateReason: 'gone' } as const
  await changeSubscription(dependencies, { id: input.id }, current => ({ ...current, ...disabled }), context)
  await changeSubscription(dependencies, of, pausedSubscription, context)
  t.match(await read(), disabled, 'what is disabled is not paused')
  await changeSubscription(dependencies, of, resumedSubscription, context)
  t.same(await read(), { ...input, '@type': 'EventSubscription', state: 'active', createdAt: now.toISOString() })
  t.equal((await store.read('default', { limit: 10 })).events.length, 1, 'nobody is told')
})

t.test('after a rotation both secrets sign for a day', async t => {
  const { dependencies, read } = world()
  await createSubscription(dependencies, input, context)
  await changeSubscription(dependencies, input, current => subscriptionWithNewSecret(current, 'newer', now), context)
  const rotated = (await read())!
  const after = (ms: number) => sealedSecretsAt(rotated, new Date(now.getTime() + ms))
  t.same(after(0), ['newer', 'sealed'])
  t.same(after(24 * 3_600_000 - 1), ['newer', 'sealed'])
  t.same(after(24 * 3_600_000), ['newer'])
})

t.test('what ends a subscription drops what it still waited for', async t => {
  const { dependencies, dropped, read } = world()
  await createSubscription(dependencies, input, context)
  await removeSubscription(dependencies, { id: input.id, api: input.api }, context)
  t.equal(await read(), undefined)
  t.same(dropped, ['default/subscription-1'])
})

t.test('the hub of another API does not know it', async t => {
  const { dependencies, dropped, read } = world()
  await createSubscription(dependencies, input, context)
  const elsewhere = { id: input.id, api: 'TMF632_V4' }
  await t.rejects(changeSubscription(dependencies, elsewhere, pausedSubscription, context), { code: 'notFound' })
  await t.rejects(removeSubscription(dependencies, elsewhere, context), { code: 'notFound' })
  await t.rejects(removeSubscription(dependencies, { id: 'nobody' }, context), { code: 'notFound' })
  t.match(await read(), { state: 'active' })
  t.same(dropped, [])
})
