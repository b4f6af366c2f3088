import { mkdtempSync, rmSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '@crm-lite/adapters-db/testing'
import { newWebhookSecret } from '@crm-lite/adapters-http'
import {
  pausedSubscription,
  RETRY_DELAYS_MS,
  RETRY_JITTER,
  removeSubscription,
  resumedSubscription,
  subscriptionWithNewSecret
} from '@crm-lite/domain'
import { Webhook } from 'standardwebhooks'
import t, { type Test } from 'tap'
import type { Environment } from '../config.ts'
import { openWorld, TENANT } from '../testing/event-world.ts'
import { type Received, resourceIn, startReceiver } from '../testing/start-receiver.ts'

t.setTimeout(240_000)

const HOUR_MS = 3_600_000
const folder = mkdtempSync(join(tmpdir(), 'crm-deliveries-'))
const postgres = await startPostgres()
t.teardown(async () => {
  await postgres.stop()
  rmSync(folder, { recursive: true, force: true })
})

let files = 0
const engines = { sqlite: async () => `sqlite:${join(folder, `${files++}.db`)}`, postgres: () => postgres.createDatabase() }

const names = (received: readonly Received[]) => received.map(each => resourceIn(each).name)
const types = (received: readonly Received[]) => received.map(each => each.event.eventType)

/** Waits for what happens by itself, without letting the clock of the machine go by. */
async function soon(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${String(condition)}`)
    await new Promise(setImmediate)
  }
}

/** Whether a secret signed this, at the time it says. */
function isSignedWith(secret: string, { headers, body, id }: Received): boolean {
  const at = new Date(Number(headers['webhook-timestamp']) * 1000)
  return String(headers['webhook-signature'])
    .split(' ')
    .includes(new Webhook(secret).sign(id, at, body))
}

for (const [engine, newUrl] of Object.entries(engines)) {
  t.test(engine, async t => {
    const world = async (t: Test, env?: Environment) => openWorld(t, await newUrl(), env)

    t.test('who subscribes gets what happens from then on, signed, once, and in order', async t => {
      const { subscribe, create, change, deliver, advance } = await world(t)
      const receiver = await startReceiver(t)
      const before = await create('before')
      const { secret } = await subscribe(receiver.url)
      const id = await create('Moon')
      await change(id, { name: 'Sun', status: 'active' })
      await change(before, { name: 'Before' })
      await deliver()
      advance(HOUR_MS)
      t.equal(await deliver(), 0, 'nothing a second time')
      t.same(types(receiver.received.filter(each => resourceIn(each).id === id)), [
        'CustomerCreateEvent',
        'CustomerAttributeValueChangeEvent',
        'CustomerStateChangeEvent'
      ])
      t.equal(receiver.received.length, 4)
      t.equal(new Set(receiver.received.map(each => each.id)).size, 4)
      t.ok(receiver.received.every(each => isSignedWith(secret, each)))
      t.ok(receiver.received.every(each => each.id === each.event.eventId))
    })

    t.test('a subscriber gets what its query names', async t => {
      const { subscribe, create, deliver } = await world(t)
      const [some, all] = [await startReceiver(t), await startReceiver(t)]
      await subscribe(some.url, 'eventType=CustomerCreateEvent&event.customer.status=active')
      await subscribe(all.url)
      await create('a', { status: 'active' })
      await create('b', { status: 'closed' })
      await deliver()
      t.same([names(some.received), names(all.received).sort()], [['a'], ['a', 'b']])
    })

    t.test('a delivery that fails is tried ten times over 75 hours, and then parked until it is released', async t => {
      const { subscribe, create, deliver, advance, database, now, log, marks } = await world(t)
      const receiver = await startReceiver(t, 503)
      const { id } = await subscribe(receiver.url)
      await create('Moon')
      const start = now().getTime()
      for (let attempt = 1; attempt < RETRY_DELAYS_MS.length; attempt++) {
        await deliver()
        const { dueAt } = marks.at(-1) ?? {}
        const waitMs = (dueAt?.getTime() ?? Number.NaN) - now().getTime()
        const planned = RETRY_DELAYS_MS[attempt] ?? Number.NaN
        t.ok(waitMs >= planned && waitMs <= planned * (1 + RETRY_JITTER), `attempt ${attempt + 1} after ${waitMs} ms`)
        advance(waitMs)
      }
      await deliver()
      const lastedMs = now().getTime() - start
      t.ok(lastedMs > 75 * HOUR_MS && lastedMs < 84 * HOUR_MS)
      t.equal(receiver.received.length, 10)
      t.equal(new Set(receiver.received.map(each => each.id)).size, 1, 'the same id each time')

      const parked = await database.deliveries.parked(TENANT, id, { limit: 10, offset: 0 })
      t.match(parked, [{ resource: 'customer', attempts: 10, failureCode: 'status503' }])
      t.ok(log.includes('a delivery was parked'))
      advance(100 * HOUR_MS)
      receiver.answerWith(204)
      t.equal(await deliver(), 0, 'nobody tries a parked delivery')
      t.equal(await database.deliveries.release(TENANT, id, undefined, now()), 1)
      await deliver()
      t.equal(receiver.received.length, 11)
      t.same(await database.deliveries.parked(TENANT, id, { limit: 10, offset: 0 }), [])
    })

    t.test('later events of a resource wait while one is being tried again; others do not', async t => {
      const { subscribe, create, change, deliver, advance } = await world(t)
      const receiver = await startReceiver(t)
      receiver.answerWith((response: ServerResponse, received) => {
        response.writeHead(resourceIn(received).name === 'bad' ? 500 : 204).end()
      })
      await subscribe(receiver.url)
      const waiting = await create('bad')
      await change(waiting, { name: 'second' })
      await change(waiting, { name: 'third' })
      await create('other')
      await deliver()
      t.same(names(receiver.received).sort(), ['bad', 'other'])
      receiver.answerWith(204)
      t.equal(await deliver(), 0)
      advance(6_000)
      await deliver()
      t.same(names(receiver.received).slice(-3), ['bad', 'second', 'third'])
    })

    t.test('once it is parked the later ones go on; released, it comes late and out of order', async t => {
      const { subscribe, create, change, deliver, advance, database, now } = await world(t)
      const receiver = await startReceiver(t, (response, received) => {
        response.writeHead(resourceIn(received).name === 'bad' ? 500 : 204).end()
      })
      const { id } = await subscribe(receiver.url)
      const customer = await create('bad')
      await change(customer, { name: 'second' })
      for (let count = 0; count < 12; count++) {
        await deliver()
        advance(27 * HOUR_MS)
      }
      await deliver()
      t.same(names(receiver.received), [...Array.from({ length: 10 }, () => 'bad'), 'second'])
      receiver.answerWith(204)
      const [parked] = await database.deliveries.parked(TENANT, id, { limit: 10, offset: 0 })
      t.equal(await database.deliveries.release(TENANT, id, parked ? [parked.id] : [], now()), 1)
      await deliver()
      t.equal(names(receiver.received).at(-1), 'bad')
    })

    t.test('a receiver that is gone disables its subscription and parks what waits', async t => {
      const { subscribe, subscription, changeSubscription, create, change, deliver, database, advance, now } = await world(t)
      const receiver = await startReceiver(t, 410)
      const { id } = await subscribe(receiver.url)
      const customer = await create('a')
      await change(customer, { name: 'b' })
      await change(customer, { name: 'c' })
      await deliver()
      t.equal(receiver.received.length, 1)
      t.match(await subscription(id), { state: 'disabled', stateReason: /410/ })
      t.equal((await database.deliveries.parked(TENANT, id, { limit: 10, offset: 0 })).length, 3)
      await create('while it was disabled')
      advance(HOUR_MS)
      await deliver()
      t.equal(receiver.received.length, 1)

      receiver.answerWith(204)
      await changeSubscription(id, resumedSubscription)
      await create('after')
      await deliver()
      t.same(names(receiver.received).slice(1), ['after'])
      await database.deliveries.release(TENANT, id, undefined, now())
      await deliver()
      t.same(names(receiver.received).slice(2).sort(), ['a', 'b', 'c'])
    })

    t.test('a breaker lets one probe through in 30 s, and what it held is due at once when that succeeds', async t => {
      const { subscribe, create, deliver, advance, database } = await world(t, { DELIVERY_CONCURRENCY_PER_SUBSCRIPTION: '1' })
      const receiver = await startReceiver(t, 500)
      await subscribe(receiver.url)
      for (let count = 0; count < 20; count++) await create(`customer ${count}`)
      await deliver()
      t.equal(receiver.received.length, 5, 'it opens at the fifth failure')
      advance(29_000)
      await deliver()
      t.equal(receiver.received.length, 5)
      for (let probe = 1; probe <= 3; probe++) {
        advance(30_000)
        await deliver()
        t.equal(receiver.received.length, 5 + probe, 'one probe')
      }
      receiver.answerWith(204)
      advance(30_000)
      await deliver()
      t.equal(new Set(names(receiver.received.slice(8))).size, 20, 'all of them, those that were tried before too')
      t.equal((await database.deliveries.figures(new Date())).pending, 0)
    })

    t.test('a host that cannot be reached gets one probe for all its subscriptions', async t => {
      const { subscribe, create, deliver, advance, database } = await world(t)
      const lost = await startReceiver(t)
      const { port } = new URL(lost.url)
      // Nobody listens on port 1: connections are refused.
      for (let count = 0; count < 3; count++) await subscribe(`http://127.0.0.1:1/${count}`)
      await subscribe(`http://127.0.0.1:${port}/live`)
      for (let count = 0; count < 4; count++) await create(`customer ${count}`)
      await deliver()
      const breaker = await database.deliveries.breaker({ host: '127.0.0.1:1' })
      t.equal(breaker.state, 'open')
      t.equal(lost.received.length, 4, 'another port of the same machine is another host')
      advance(30_000)
      t.equal(await deliver(), 1, 'one probe')
    })

    t.test('a paused subscription keeps what comes until it is resumed', async t => {
      const { subscribe, changeSubscription, create, deliver } = await world(t)
      const receiver = await startReceiver(t)
      const { id } = await subscribe(receiver.url)
      await changeSubscription(id, pausedSubscription)
      await create('a')
      await create('b')
      t.equal(await deliver(), 0)
      await changeSubscription(id, resumedSubscription)
      await deliver()
      t.same(names(receiver.received).sort(), ['a', 'b'])
    })

    t.test('a subscription that was removed gets nothing more', async t => {
      const { subscribe, create, deliver, database } = await world(t)
      const receiver = await startReceiver(t, 500)
      const { id } = await subscribe(receiver.url)
      await create('a')
      await deliver()
      const context = { tenant: TENANT, actor: 'tester', correlationId: 'test' }
      await removeSubscription({ unitOfWork: database.unitOfWork, deliveries: database.deliveries }, { id }, context)
      await create('b')
      t.equal(await deliver(), 0)
      t.match(await database.deliveries.figures(new Date()), { pending: 0, parked: 0, unseenEvents: 0 })
    })

    t.test('after a rotation both secrets sign for a day', async t => {
      const { subscribe, changeSubscription, create, deliver, services, now, advance } = await world(t)
      const receiver = await startReceiver(t)
      const { id, secret } = await subscribe(receiver.url)
      const next = newWebhookSecret()
      const sealed = services.hub.secrets.seal(next, id)
      await changeSubscription(id, current => subscriptionWithNewSecret(current, sealed, now()))
      const signers = async () => {
        await create('customer')
        await deliver()
        const last = receiver.received.at(-1)
        return last ? [isSignedWith(next, last), isSignedWith(secret, last)] : []
      }
      t.same(await signers(), [true, true])
      advance(23 * HOUR_MS)
      t.same(await signers(), [true, true])
      advance(2 * HOUR_MS)
      t.same(await signers(), [true, false])
    })

    t.test('a subscriber that never answers delays nobody else', async t => {
      const { subscribe, create, worker } = await world(t, {
        DELIVERY_TIMEOUT_MS: '2000',
        DELIVERY_CONCURRENCY_PER_SUBSCRIPTION: '4'
      })
      const silent = await startReceiver(t, () => {})
      const live = await startReceiver(t)
      await subscribe(silent.url)
      await subscribe(live.url)
      for (let count = 0; count < 60; count++) await create(`customer ${count}`)
      const working = worker()
      working.start()
      const startedAt = performance.now()
      await soon(() => live.received.length === 60)
      t.equal(live.received.length, 60)
      t.ok(performance.now() - startedAt < 1_900, 'before the first of the others had timed out')
      t.ok(silent.received.length <= 4, 'no more at a time than its lane holds')
      await working.stop(0)
    })

    t.test('a worker that stops gives back what it has not begun, and loses nothing', async t => {
      const { subscribe, create, worker, deliver } = await world(t, { DELIVERY_CONCURRENCY_PER_SUBSCRIPTION: '2' })
      const pending: ServerResponse[] = []
      const receiver = await startReceiver(t, response => void pending.push(response))
      await subscribe(receiver.url)
      for (let count = 0; count < 10; count++) await create(`customer ${count}`)
      const first = worker()
      first.start()
      await soon(() => pending.length === 2)
      const stopped = first.stop(10_000)
      for (const response of pending.splice(0)) response.writeHead(204).end()
      await stopped
      receiver.answerWith(204)
      await deliver()
      t.same(
        names(receiver.received).sort(),
        Array.from({ length: 10 }, (_, count) => `customer ${count}`)
      )
    })

    t.test('sends that do not end when a worker stops are cut off, and tried again by the next one', async t => {
      const { subscribe, create, worker, deliver } = await world(t)
      const receiver = await startReceiver(t, () => {})
      await subscribe(receiver.url)
      await create('Moon')
      const first = worker()
      first.start()
      await soon(() => receiver.received.length === 1)
      await first.stop(20)
      receiver.answerWith(204)
      await deliver()
      t.same(names(receiver.received), ['Moon', 'Moon'])
    })

    t.test('two workers share the work: every event arrives once', async t => {
      const { subscribe, create, worker } = await world(t)
      const receiver = await startReceiver(t)
      await subscribe(receiver.url)
      await Promise.all(Array.from({ length: 300 }, (_, count) => create(`customer ${count}`)))
      const workers = [worker(), worker()]
      for (const each of workers) each.start()
      await soon(() => new Set(receiver.received.map(each => each.id)).size === 300)
      await Promise.all(workers.map(each => each.stop(10_000)))
      t.equal(receiver.received.length, 300)
    })

    t.test('a started worker delivers at once what is committed, without looking all the time', async t => {
      const { subscribe, create, worker, database } = await world(t)
      const receiver = await startReceiver(t)
      await subscribe(receiver.url)
      const working = worker()
      working.start()
      const latencies: number[] = []
      for (let count = 1; count <= 10; count++) {
        await create(`customer ${count}`)
        const committedAt = performance.now()
        await soon(() => receiver.received.length === count)
        latencies.push(performance.now() - committedAt)
      }
      latencies.sort((a, b) => a - b)
      t.ok((latencies[5] ?? 0) < 250, `median ${latencies[5]?.toFixed(1)} ms`)
      await working.stop(1_000)
      t.equal((await database.deliveries.figures(new Date())).pending, 0)
    })

    t.test('events of a time can be delivered again, with the ids they had', async t => {
      const { subscribe, subscription, create, deliver, advance, database, now, services } = await world(t)
      const receiver = await startReceiver(t)
      const { id } = await subscribe(receiver.url, 'eventType=CustomerCreateEvent')
      await create('early')
      advance(HOUR_MS)
      const from = now().toISOString()
      const customer = await create('in time')
      advance(1_000)
      const to = now().toISOString()
      await create('late')
      await deliver()
      const current = await subscription(id)
      const wants = services.notifications.wants.bind(services.notifications, current)
      t.equal(await database.deliveries.replay({ ...current, tenant: TENANT }, { from, to }, wants, now()), 1)
      await deliver()
      t.equal(receiver.received.length, 4)
      const again = receiver.received.filter(each => resourceIn(each).id === customer)
      t.same([again.length, new Set(again.map(each => each.id)).size], [2, 1])
    })
  })
}
