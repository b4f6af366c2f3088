import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  type Clock,
  defaultFulfilmentSettings,
  type Fallout,
  type FmsGateway,
  falloutDefinition,
  type NewProductOrder,
  type Product,
  type ProductOrder,
  placeProductOrder,
  productDefinition,
  productOrderDefinition,
  type ResourceDefinition
} from '@crm-lite/domain'
import { MemoryFms } from '@crm-lite/domain/testing'
import { Registry } from 'prom-client'
import t, { type Test } from 'tap'
import { uuidV7Ids } from '../ids.ts'
import { until } from '../testing/start-crm.ts'
import { type DatabaseParts, type OpenTestDatabase, testDatabases } from '../testing/test-databases.ts'
import { dueWorker, type FmsParts, fmsWorker } from '../workers.ts'
import { WorkMetrics } from './work-metrics.ts'

const engines = await testDatabases(t)
const context = { tenant: 'default', actor: 'tester', correlationId: 'test' }
const config = { leaseMs: 5_000, orderAcceptance: 'automatic' } as const
const settings = { ...defaultFulfilmentSettings, callTimeoutMs: 5_000 }
const STEP_MS = 15_000

async function openWorld(t: Test, open: OpenTestDatabase, clock: Clock, fms: FmsGateway) {
  const database = await open(t, clock)
  const warnings: object[] = []
  const log = { info: () => undefined, warn: (fields: object) => void warnings.push(fields) }
  const policy = { settings, random: () => 0.5, canLookUp: fms.canLookUp }
  const parts = { database, clock, metrics: { work: new WorkMetrics(new Registry()) }, log }
  const workers = (more: Partial<FmsParts> = {}) => {
    const ofFms = { gateway: fms, policy, concurrency: 16, room: () => 16, isAnswering: () => true, ...more }
    const made = { due: dueWorker(config, { ...parts, fms: ofFms }), fms: fmsWorker(config, { ...parts, fms: ofFms }) }
    t.teardown(() => Promise.all([made.due.stop(0), made.fms.stop(0)]))
    return made
  }
  return { database, warnings, workers, ...readers(database), place: placer(database, clock) }
}

function placer({ unitOfWork }: DatabaseParts, clock: Clock) {
  const dependencies = { unitOfWork, ids: uuidV7Ids, clock, orderAcceptance: config.orderAcceptance }
  return async (items = 1) => {
    const productOrderItem = Array.from({ length: items }, (_, n) => ({
      id: `${n}`,
      action: 'add' as const,
      productOffering: { id: 'fibre' }
    }))
    return (await placeProductOrder(dependencies, { productOrderItem } satisfies NewProductOrder, context)).stored.id
  }
}

function readers({ store }: DatabaseParts) {
  const list = async <R>(definition: ResourceDefinition): Promise<R[]> => {
    const filter = { kind: 'and', filters: [] } as const
    const { items } = await store.list('default', definition, { filter, sort: [], limit: 1_000, offset: 0, count: false })
    return items.map(({ document }) => JSON.parse(document) as R)
  }
  return {
    orders: () => list<ProductOrder>(productOrderDefinition),
    products: () => list<Product>(productDefinition),
    fallouts: () => list<Fallout>(falloutDefinition)
  }
}

function steppedClock() {
  let ms = Date.parse('2026-03-02T09:00:00Z')
  const advance = (by: number) => {
    ms += by
  }
  return { clock: { now: () => new Date(ms) }, advance }
}

for (const [engine, open] of Object.entries(engines)) {
  t.test(`${engine}: what is ordered is provisioned, through whatever goes wrong with the calls`, async t => {
    const { clock, advance } = steppedClock()
    const fms = new MemoryFms({ now: clock.now })
    const { place, workers, orders, products, fallouts, warnings } = await openWorld(t, open, clock, fms)
    fms.failNext('create', 'losesAnswer', 'isDown', 'isLate', 'garbles', 'breaksAfter', 'isBusy')
    fms.failNext('get', 'garbles', 'isSilent')
    await Promise.all([place(3), place(), place(2)])
    const worker = workers()
    for (let round = 0; round < 12; round++) {
      await worker.due.processAll()
      await worker.fms.processAll()
      fms.settle()
      for (const { id, state } of fms.orders()) if (round > 4 && state !== 'completed') fms.complete(id)
      advance(STEP_MS * 2)
    }
    t.same(
      (await orders()).map(({ state }) => state),
      ['completed', 'completed', 'completed']
    )
    t.same((await products()).length, 6)
    t.same(await fallouts(), [])
    t.equal(new Set(fms.orders().map(({ externalId }) => externalId)).size, fms.orders().length, 'nothing is there twice')
    t.same(warnings, [])
  })

  t.test(`${engine}: what a worker leaves behind that was killed in a call is looked up by another`, async t => {
    const { clock, advance } = steppedClock()
    const fms = new MemoryFms({ now: clock.now })
    const silent = new MemoryFms({ now: clock.now })
    let calls = 0
    silent.create = request => {
      calls++
      void fms.create(request)
      return new Promise(() => undefined)
    }
    const { place, workers, orders } = await openWorld(t, open, clock, fms)
    await place(2)
    await workers().due.processAll()
    void workers({ gateway: silent }).fms.processAll()
    while (calls < 2) await nextTurn()
    const other = workers()
    t.equal(await other.fms.processAll(), 0, 'it is under way')
    advance(settings.callTimeoutMs)
    await other.fms.processAll()
    advance(settings.settleTimeMs)
    await other.fms.processAll()
    for (const { id } of fms.orders()) fms.complete(id)
    advance(STEP_MS)
    await other.fms.processAll()
    t.match(await orders(), [{ state: 'completed' }])
    t.equal(fms.orders().length, 2)
  })
}

for (const engine of ['SQLite', 'PostgreSQL'] as const) {
  t.test(`${engine}: a call that hangs keeps nothing else waiting, and nothing is begun while there is no room`, async t => {
    const clock = { now: () => new Date() }
    const fms = new MemoryFms()
    const create = fms.create.bind(fms)
    let hanging = 0
    fms.create = request => {
      if (hanging++ === 0) return new Promise(() => undefined)
      return create(request)
    }
    const { place, workers, orders } = await openWorld(t, engines[engine], clock, fms)
    let room = 0
    const worker = workers({ concurrency: 2, room: () => room })
    worker.due.start()
    worker.fms.start()
    await Promise.all(Array.from({ length: 12 }, () => place()))
    while ((await orders()).some(({ state }) => state !== 'inProgress')) await nextTurn()
    t.same(fms.orders(), [])
    room = 2
    await place()
    await until(
      () => fms.orders().length === 12,
      () => `all but one, ${fms.orders().length} are there`
    )
    t.equal(hanging, 13)
    await worker.fms.stop(0)
  })
}
