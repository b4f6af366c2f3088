import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'
import {
  type ClaimedWork,
  type Customer,
  createResource,
  customerDefinition,
  type DoWork,
  deleteProductOrder,
  type EventQuery,
  type OrderAcceptance,
  orderHistoryDefinition,
  type ProductOrder,
  placeProductOrder,
  productOrderDefinition,
  type StoredEvent
} from '@crm-lite/domain'
import { Registry } from 'prom-client'
import t, { type Test } from 'tap'
import { uuidV7Ids } from '../ids.ts'
import { until } from '../testing/start-crm.ts'
import { type DatabaseParts, type OpenTestDatabase, testDatabases } from '../testing/test-databases.ts'
import { dueWorker } from '../workers.ts'
import { DueWorker, type DueWorkerOptions } from './due-worker.ts'
import { WorkMetrics } from './work-metrics.ts'

const kinds = ['acceptOrder', 'lookAtJourney'] as const
const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
const LEASE_MS = 30_000
const context = { tenant: 'default', actor: 'tester', correlationId: 'test' }

const engines = await testDatabases(t)

interface World {
  readonly database: DatabaseParts
  readonly registry: Registry
  readonly warnings: object[]
  worker(): DueWorker
  place(): Promise<string>
  advance(ms: number): void
  order(id: string): Promise<ProductOrder>
  moves(id: string): Promise<StoredEvent[]>
  alerts(): Promise<StoredEvent[]>
}

async function openWorld(t: Test, makeParts: OpenTestDatabase, orderAcceptance: OrderAcceptance = 'automatic') {
  let ms = Date.parse('2026-03-02T09:00:00Z')
  const clock = { now: () => new Date(ms) }
  const database = await makeParts(t, clock)
  const registry = new Registry()
  const metrics = { work: new WorkMetrics(registry) }
  metrics.work.watch(database.work, clock)
  const warnings: object[] = []
  const log = { info: () => undefined, warn: (fields: object) => void warnings.push(fields) }
  const dependencies = { unitOfWork: database.unitOfWork, ids: uuidV7Ids, clock, orderAcceptance }
  const input = { productOrderItem: [{ id: '1', action: 'add' }] }
  const world: World = {
    database,
    registry,
    warnings,
    worker: () => {
      const worker = dueWorker({ orderAcceptance, leaseMs: LEASE_MS }, { database, clock, metrics, log })
      t.teardown(() => worker.stop(0))
      return worker
    },
    place: async () => (await placeProductOrder(dependencies, input as never, context)).stored.id,
    advance: by => {
      ms += by
    },
    order: async id => {
      const stored = await database.store.get('default', productOrderDefinition, id)
      return JSON.parse(stored?.document ?? 'null') as ProductOrder
    },
    moves: id => told({ kinds: ['stateChanged'], resourceId: id }),
    alerts: () => told({ kinds: ['jeopardyAlert'] })
  }
  /** All of them: what other tests do on the same server delays what can be read, so something newer is waited for. */
  async function told(query: Omit<EventQuery, 'limit'>): Promise<StoredEvent[]> {
    const { stored } = await createResource<Customer>(
      dependencies,
      customerDefinition,
      { name: 'Marker', engagedParty: { id: '1', '@referredType': 'Individual' } },
      context
    )
    const marker = { kinds: ['created'], resourceId: stored.id, limit: 1 } as const
    while ((await database.events.read('default', marker)).events.length === 0) await nextTurn()
    return [...(await database.events.read('default', { ...query, limit: 1_000 })).events]
  }
  return { ...world, clock, dependencies, metrics, log }
}

for (const [engine, makeParts] of Object.entries(engines)) {
  t.test(engine, async t => {
    t.test('an order is accepted once, after it was answered as acknowledged', async t => {
      const { worker, place, order, moves } = await openWorld(t, makeParts)
      const id = await place()
      t.equal((await order(id)).state, 'acknowledged')
      t.equal(await worker().processAll(), 1)
      t.equal((await order(id)).state, 'inProgress')
      t.equal(await worker().processAll(), 0)
      t.match(await moves(id), [{ actor: 'crm', revision: 2 }])
    })

    t.test('where people accept orders nothing is scheduled, and what was before is dropped', async t => {
      const { worker, place, order, database } = await openWorld(t, makeParts, 'manual')
      const id = await place()
      t.equal(await worker().processAll(), 0)
      await database.unitOfWork.run('default', async transaction =>
        transaction.schedule({ kind: 'acceptOrder', id, dueAt: '2026-03-02T09:00:00Z' })
      )
      t.equal(await worker().processAll(), 1)
      t.equal((await order(id)).state, 'acknowledged')
      t.equal(await database.work.nextDueAt(['acceptOrder']), undefined)
    })

    t.test('several workers look at what is due at the same time, and every alert is raised and told once', async t => {
      const { worker, place, order, alerts, advance, database, clock } = await openWorld(t, makeParts)
      const ids = await Promise.all(Array.from({ length: 10 }, place))
      const workers = [worker(), worker(), worker()]
      await Promise.all(workers.map(each => each.processAll()))
      // Delivered is planned six days after the order; the warnings are two days, a day and four hours before.
      for (const [raised, hours] of [95, 2, 24, 20, 4].entries()) {
        advance(hours * 60 * MINUTE_MS)
        await Promise.all(workers.map(each => each.processAll()))
        t.equal((await alerts()).length, raised * ids.length, `${raised} of each after ${hours} more hours`)
      }
      for (const id of ids) {
        const { productOrderJeopardyAlert: raised = [], productOrderMilestone } = await order(id)
        t.same(
          raised.map(({ jeopardyType, exception }) => exception ?? jeopardyType),
          ['Normal', 'Hazard', 'Critical', 'milestoneViolated']
        )
        t.match(productOrderMilestone, [{}, {}, { status: 'Violated' }, {}])
      }
      t.same(await database.work.figures(clock.now()), { waiting: 0, overdueAgeS: 0 })
    })

    t.test('what a worker has claimed that died is done by another one when the lease is over', async t => {
      const { worker, place, order, advance, database, clock } = await openWorld(t, makeParts)
      const id = await place()
      const [claimed] = await database.work.claim({ kinds: kinds, limit: 1, leaseMs: LEASE_MS, now: clock.now() })
      t.equal(await worker().processAll(), 0)
      advance(LEASE_MS)
      t.equal(await worker().processAll(), 1)
      t.equal((await order(id)).state, 'inProgress')
      t.equal(await database.work.done(claimed as ClaimedWork), false)
      const history = await database.store.list('default', orderHistoryDefinition, {
        filter: { kind: 'in', path: { segments: [{ name: 'subject', many: false }], type: 'string' }, values: ['order'] },
        sort: [],
        limit: 10,
        offset: 0,
        count: true
      })
      t.equal(history.total, 1)
    })

    t.test('a journey whose order was deleted needs nothing', async t => {
      const { worker, place, advance, database, dependencies, clock } = await openWorld(t, makeParts)
      const id = await place()
      for (const kind of kinds) {
        await database.unitOfWork.run('default', async transaction =>
          transaction.schedule({ kind, id: 'gone', dueAt: '2026-03-02T09:00:00Z' })
        )
      }
      await deleteProductOrder(dependencies, { orderId: id }, context)
      advance(10 * DAY_MS)
      await worker().processAll()
      t.same(await database.work.figures(clock.now()), { waiting: 0, overdueAgeS: 0 })
    })

    t.test('one that looks too early finds nothing to do, and looks again when it is time', async t => {
      const { worker, place, alerts, advance, database } = await openWorld(t, makeParts)
      const id = await place()
      await worker().processAll()
      const due = await database.work.nextDueAt(kinds)
      await database.unitOfWork.run('default', async transaction =>
        transaction.schedule({ kind: 'lookAtJourney', id, dueAt: '2026-03-02T09:00:00Z' })
      )
      t.equal(await worker().processAll(), 1)
      t.same([await alerts(), await database.work.nextDueAt(kinds)], [[], due])
      advance(4 * DAY_MS)
      await worker().processAll()
      t.equal((await alerts()).length, 1)
    })
  })
}

t.test('what fails is tried again later and later, and is counted', async t => {
  const { database, clock, metrics, log, warnings, advance, registry } = await openWorld(t, engines.memory)
  const failing: DoWork = async () => {
    throw new Error('broken')
  }
  const options = { queue: database.work, signal: database.workSignal, clock, metrics: metrics.work, log, leaseMs: LEASE_MS }
  const worker = new DueWorker({ ...options, handlers: { acceptOrder: failing, lookAtJourney: async () => undefined } })
  await database.unitOfWork.run('default', async transaction => {
    for (const kind of kinds) transaction.schedule({ kind, id: 'a', dueAt: clock.now().toISOString() })
  })
  t.equal(await worker.processAll(), 2)
  for (const seconds of [1, 2, 4]) {
    t.equal((await database.work.nextDueAt(kinds))?.getTime(), clock.now().getTime() + seconds * 1_000)
    advance(seconds * 1_000)
    t.equal(await worker.processAll(), 1)
  }
  t.match(warnings, [{ kind: 'acceptOrder', id: 'a', attempts: 1 }, { attempts: 2 }, { attempts: 3 }, { attempts: 4 }])
  advance(10_000)
  const text = await registry.metrics()
  t.match(text, 'due_work_total{kind="acceptOrder",outcome="failed"} 4')
  t.match(text, 'due_work_total{kind="lookAtJourney",outcome="done"} 1')
  t.match(text, 'due_work_lateness_seconds_count 1')
  t.match(text, 'due_work_waiting 1')
  t.match(text, 'due_work_overdue_seconds 2')
})

/** A worker whose work is ended by the test, on a database of its own. */
async function endedByHand(t: Test, options: Partial<DueWorkerOptions> & { ids: readonly string[] }) {
  const { ids, ...others } = options
  const database = await engines.memory(t, { now: () => new Date() })
  const begun: string[] = []
  const endings = new Map<string, () => void>()
  const worker = new DueWorker({
    queue: database.work,
    signal: database.workSignal,
    clock: { now: () => new Date() },
    handlers: {
      acceptOrder: ({ id }) => {
        begun.push(id)
        return new Promise(resolve => endings.set(id, () => resolve(undefined)))
      }
    },
    metrics: new WorkMetrics(new Registry()),
    log: { info: () => undefined, warn: (fields: object) => t.fail(JSON.stringify(fields)) },
    leaseMs: LEASE_MS,
    pollMs: MINUTE_MS,
    ...others
  })
  const schedule = (...ids: readonly string[]) =>
    database.unitOfWork.run('default', async transaction => {
      const dueAt = new Date(Date.now() - 1_000).toISOString()
      for (const id of ids) transaction.schedule({ kind: 'acceptOrder', id, dueAt })
    })
  await schedule(...ids)
  t.teardown(() => worker.stop(0))
  const begins = (many: number) =>
    until(
      () => begun.length === many,
      () => `${many} are begun, ${begun.length} are`
    )
  return { worker, begun, begins, schedule, end: (id: string) => endings.get(id)?.() }
}

t.test('room that somebody else makes is used while something else takes long', async t => {
  let room = 1
  const { worker, begins, end } = await endedByHand(t, { ids: ['a', 'b', 'c'], concurrency: 3, room: () => room })
  worker.start()
  await begins(1)
  for (let turn = 0; turn < 10; turn++) await nextTurn()
  room = 3
  worker.roomMade()
  await begins(3)
  for (const id of ['a', 'b', 'c']) end(id)
})

t.test('to wait for a place is no work, after which it would have to rest', async t => {
  let nowMs = 0
  const { worker, begun, begins, end, schedule } = await endedByHand(t, {
    ids: [],
    concurrency: 1,
    isBusy: () => true,
    monotonicMs: () => nowMs,
    pollMs: 50
  })
  worker.start()
  const place = worker.takePlace()
  await schedule('a')
  await pause(200)
  t.same(begun, [], 'somebody else has the only place')
  nowMs += MINUTE_MS
  place?.()
  await begins(1)
  end('a')
})

t.test('what takes longer than its lease is not begun a second time beside itself', async t => {
  const { worker, begun, begins, end } = await endedByHand(t, { ids: ['a'], leaseMs: 1, pollMs: 50 })
  worker.start()
  await begins(1)
  await pause(200)
  t.same(begun, ['a'])
  end('a')
})

t.test('who waits for a place is let go when the worker stops', async t => {
  const { worker, begins, end } = await endedByHand(t, { ids: ['a'], concurrency: 1 })
  worker.start()
  await begins(1)
  const waiting = worker.waitForPlace(MINUTE_MS)
  const stopped = worker.stop(MINUTE_MS)
  t.equal(await waiting, undefined)
  end('a')
  await stopped
})

t.test('room that somebody else makes is used at once, by who waits for a place and for what is due', async t => {
  let room = 0
  const { worker, begun, begins, end } = await endedByHand(t, { ids: ['a', 'b', 'c'], concurrency: 3, room: () => room })
  worker.start()
  const waiting = worker.waitForPlace(MINUTE_MS)
  for (let turn = 0; turn < 10; turn++) await nextTurn()
  t.same(begun, [])
  room = 3
  worker.roomMade()
  t.ok(await waiting, 'who waits for a place gets one')
  await begins(2)
  t.equal(worker.takePlace(), undefined)
  end(begun[0]!)
  await begins(3)
  t.equal(new Set(begun).size, 3)
  for (const id of begun) end(id)
})

for (const engine of ['SQLite', 'PostgreSQL'] as const) {
  t.test(`${engine}: a worker that runs is woken by what is scheduled, and does nothing more once it is stopped`, async t => {
    const database = await engines[engine](t, { now: () => new Date() })
    const done: string[] = []
    const note: DoWork = async ({ id }) => {
      done.push(id)
      return undefined
    }
    const log = { info: () => undefined, warn: (fields: object) => t.fail(JSON.stringify(fields)) }
    const worker = new DueWorker({
      queue: database.work,
      signal: database.workSignal,
      clock: { now: () => new Date() },
      handlers: { acceptOrder: note, lookAtJourney: note },
      metrics: new WorkMetrics(new Registry()),
      log,
      leaseMs: LEASE_MS,
      pollMs: MINUTE_MS
    })
    worker.start()
    t.teardown(() => worker.stop(0))
    const schedule = (id: string, inMs: number) =>
      database.unitOfWork.run('default', async transaction =>
        transaction.schedule({ kind: 'acceptOrder', id, dueAt: new Date(Date.now() + inMs).toISOString() })
      )
    await Promise.all([schedule('later', 300), ...Array.from({ length: 100 }, (_, n) => schedule(`at once ${n}`, 0))])
    await until(
      () => done.length === 101,
      () => `all, ${done.length} are done`
    )
    t.same([new Set(done).size, done.at(-1)], [101, 'later'])
    await worker.stop(1_000)
    await schedule('too late', 0)
    await new Promise(setImmediate)
    t.equal(done.length, 101)
  })
}
