import t from 'tap'
import { initialJourneyCatalog, type JourneyCatalog, withAwaited } from '../journey/journey-catalog.ts'
import type { FmsFailure } from '../ports/fms-gateway.ts'
import { MemoryFms } from '../testing/memory-fms.ts'
import { MemoryStore } from '../testing/memory-store.ts'
import { openCatalog, storeWithMoreAwaited } from './change-catalog.ts'
import { doubtSubscription, keepSubscribed, lookAtSubscription, noteCallback } from './keep-subscribed.ts'

const MINUTE_MS = 60_000
const CALLBACK = 'https://crm.example/fms-listener/secret'

function world() {
  let nowMs = Date.parse('2026-03-02T09:00:00Z')
  const store = new MemoryStore()
  const fms = new MemoryFms()
  const clock = { now: () => new Date(nowMs) }
  const dependencies = { store, unitOfWork: store, clock, fms }
  return {
    fms,
    store,
    keep: (callback: string | undefined = CALLBACK, name = 'https://fms.example') =>
      keepSubscribed(dependencies, { fms: name, ...(callback !== '' && { callback }) }, 'default'),
    hear: () => noteCallback(dependencies, 'default'),
    miss: () => doubtSubscription(dependencies, 'default'),
    look: () => lookAtSubscription(dependencies, 'default'),
    /** An order has milestones from now on that wait for what the FMS tells. */
    awaitFms: () =>
      store.run('default', async transaction => {
        const open = await openCatalog(transaction)
        await storeWithMoreAwaited(transaction, open, awaiting(open.catalog), clock.now().toISOString())
      }),
    pass: (minutes: number) => {
      nowMs += minutes * MINUTE_MS
    },
    isDue: async () => (await store.work.nextDueAt(['subscribe'])) !== undefined
  }
}

t.test('a subscription is made once, and not again by those who start later', async t => {
  const { keep, fms } = world()
  t.equal(await keep(), undefined)
  t.equal(await keep(), undefined)
  t.equal(fms.calls.subscribe, 1)
})

t.test('milestones of service orders are asked for from when on a journey waits for them', async t => {
  const { keep, awaitFms, fms, isDue } = world()
  await keep()
  t.same(fms.wishes, ['changes'])
  await awaitFms()
  t.ok(await isDue())
  await keep()
  t.same(fms.wishes, ['changes', 'everything'])
  t.match(fms.calls, { subscribe: 2, unsubscribe: 1 }, 'the old one is given up')
  await keep()
  t.equal(fms.calls.subscribe, 2)
})

t.test('an FMS that takes one subscription for an address forgets the old one first', async t => {
  const { keep, awaitFms, fms } = world()
  await keep()
  await awaitFms()
  fms.subscribe = onceWith(fms, { ...refused, code: 'conflict' })
  t.equal(await keep(), undefined)
  t.same(fms.wishes, ['changes', 'everything'])
  t.same(fms.callbacks(), [CALLBACK])
})

t.test('an FMS that cannot tell a part of it is asked for everything', async t => {
  const { keep, fms } = world()
  fms.subscribe = onceWith(fms, refused)
  t.equal(await keep(), undefined)
  t.same(fms.wishes, ['everything'])
})

t.test('where nothing is registered nothing more is asked for', async t => {
  const { awaitFms, isDue } = world()
  await awaitFms()
  t.notOk(await isDue())
  t.ok(awaiting(initialJourneyCatalog).awaitsFms)
})

const refused = { kind: 'refused', code: 'badRequest', retryable: false, isOutcomeUnknown: false, message: 'no' } as const

/** Answers so the first time. */
function onceWith(fms: MemoryFms, answer: FmsFailure): MemoryFms['subscribe'] {
  const subscribe = fms.subscribe.bind(fms)
  return async () => {
    fms.subscribe = subscribe
    return answer
  }
}

function awaiting(catalog: JourneyCatalog): JourneyCatalog {
  return withAwaited(catalog, [{ reachedBy: { by: 'serviceOrder', states: ['inProgress'] } }], '2026-03-02T09:00:00Z')
}

t.test('another address is registered before the old one is given up', async t => {
  const { keep, fms } = world()
  await keep()
  await keep('https://crm.example/fms-listener/other')
  t.match(fms.calls, { subscribe: 2, unsubscribe: 1 })
})

t.test('another FMS is not asked to forget what it has never heard of', async t => {
  const { keep, fms } = world()
  await keep()
  await keep(CALLBACK, 'https://other.example')
  t.match(fms.calls, { subscribe: 2, unsubscribe: 0 })
})

t.test('a server that is not to be told anything has the FMS forget it', async t => {
  const { keep, fms } = world()
  await keep('')
  t.match(fms.calls, { subscribe: 0, unsubscribe: 0 })
  await keep()
  await keep('')
  await keep('')
  t.match(fms.calls, { subscribe: 1, unsubscribe: 1 })
})

t.test('what the FMS has not taken is told, and nothing is stored of it', async t => {
  const { keep, fms } = world()
  fms.failNext('subscribe', 'breaks')
  t.match(await keep(), { retryable: true })
  t.equal(await keep(), undefined)
  t.equal(fms.calls.subscribe, 2)
})

t.test('an FMS that has forgotten is found out by what it does not tell', async t => {
  const { keep, miss, hear, pass, fms, isDue } = world()
  await miss()
  t.notOk(await isDue(), 'where nothing was registered nothing is missed')
  await keep()
  pass(4)
  await miss()
  t.notOk(await isDue(), 'it may just have been too late')
  pass(2)
  await hear()
  pass(4)
  await miss()
  t.notOk(await isDue(), 'it still tells')
  pass(2)
  await miss()
  t.ok(await isDue())
  t.equal(await keep(), undefined)
  t.match(fms.calls, { subscribe: 2, unsubscribe: 1 }, 'registered anew, and only once')
  await keep()
  t.equal(fms.calls.subscribe, 2)
})

t.test('the subscription is looked at when a server starts', async t => {
  const { look, isDue } = world()
  await look()
  t.ok(await isDue())
})
