import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  activateJourneySpecification,
  addMilestone,
  type Customer,
  changeJourney,
  changeResource,
  createJourneySpecification,
  createResource,
  customerDefinition,
  everything,
  JOURNEY_FOLLOWER_ID,
  type Journey,
  journeyDefinition,
  journeyFollowerDefinition,
  type MilestoneSpecification,
  type OrderHistory,
  orderHistoryDefinition,
  placeProductOrder,
  retireJourneySpecification
} from '@crm-lite/domain'
import t, { type Test } from 'tap'
import { uuidV7Ids } from '../ids.ts'
import { until } from '../testing/start-crm.ts'
import { type DatabaseParts, type OpenTestDatabase, testDatabases } from '../testing/test-databases.ts'
import { eventFollower } from '../workers.ts'

type Told = Exclude<MilestoneSpecification['reachedBy'], { by: 'hand' }>

const tenant = 'default'
const context = { tenant, actor: 'asha', correlationId: 'test' }
const clock = { now: () => new Date() }
const engines = await testDatabases(t)

/** Where an order says for which item of which other order its product is. */
const ORDERED_FOR = 'productOrderItem.product.productOrderItem'

const signed: Told = {
  by: 'event',
  resource: 'customer',
  kind: 'stateChanged',
  orderPath: 'agreement.id',
  where: [{ path: 'status', in: ['signed'] }]
}

async function openWorld(t: Test, makeParts: OpenTestDatabase) {
  const database = await makeParts(t, clock)
  const dependencies = { unitOfWork: database.unitOfWork, ids: uuidV7Ids, clock }
  const warnings: object[] = []
  const log = { info: () => undefined, warn: (fields: object) => void warnings.push(fields) }
  const follower = (parts: Partial<DatabaseParts> = {}) => {
    const made = eventFollower({ database: { ...database, ...followable(database), ...parts }, clock, log })
    t.teardown(() => made.stop(0))
    return made
  }
  const activate = async (reachedBy: Told, key = 'signing') => {
    const milestone = [
      { key: 'told', name: 'Told', reachedBy },
      { key: 'end', name: 'End', reachedBy: { by: 'hand' as const } }
    ]
    const { stored } = await createJourneySpecification(
      dependencies,
      { key, name: key, match: { category: key }, milestone },
      context
    )
    await activateJourneySpecification(dependencies, { id: stored.id }, context)
    return stored.id
  }
  const place = async (category = 'signing') => {
    const input = { category, productOrderItem: [{ id: '1', action: 'add' as const }] }
    return (await placeProductOrder(dependencies, input, context)).stored.id
  }
  const customerOf = async (...orders: string[]) => {
    const agreement = orders.map(id => ({ id }))
    const input = { name: 'Asha', engagedParty: { '@referredType': 'Individual', id: 'p' }, agreement }
    return (await createResource<Customer>(dependencies, customerDefinition, input, context)).stored.id
  }
  const put = (id: string, status: string) =>
    changeResource(
      dependencies,
      customerDefinition,
      { id, apply: current => ({ ...current, status }) },
      { ...context, actor: 'ben' }
    )
  const told = async (orderId: string, key = 'told') => {
    const stored = await database.store.get(tenant, journeyDefinition, orderId)
    return (JSON.parse(stored!.document) as Journey).milestone.find(each => each.key === key)
  }
  const states = async (ids: readonly string[]) => (await Promise.all(ids.map(id => told(id)))).map(each => each?.state)
  const reached = async () => {
    const query = { filter: everything, sort: [], limit: 1_000, offset: 0, count: false }
    const { items } = await database.store.list(tenant, orderHistoryDefinition, query)
    const all = items.map(({ document }) => JSON.parse(document) as OrderHistory)
    return all.filter(({ milestone, to }) => milestone?.key === 'told' && to === 'reached')
  }
  const stored = () => database.store.get(tenant, journeyFollowerDefinition, JOURNEY_FOLLOWER_ID)
  /** PostgreSQL shows events when older transactions have ended, also those of other tests: waits until all so far can be read. */
  const settled = async () => {
    const marker = { kinds: ['created'], resourceId: await customerOf(), limit: 1 } as const
    while ((await database.events.read(tenant, marker)).events.length === 0) await nextTurn()
  }
  return { settled, database, dependencies, warnings, follower, activate, place, customerOf, put, told, states, reached, stored }
}

/** The memory store's functions stand in its class. */
function followable({ unitOfWork, store, events, workSignal }: DatabaseParts) {
  return { unitOfWork, store, events, workSignal }
}

for (const [engine, makeParts] of Object.entries(engines)) {
  t.test(engine, async t => {
    t.test('a milestone is reached when what names its order, in a list too, becomes what it waits for', async t => {
      const { activate, place, customerOf, put, states, told, follower, reached, database, warnings, settled } = await openWorld(
        t,
        makeParts
      )
      await activate(signed)
      const [a, b, other] = [await place(), await place(), await place('other')]
      const customer = await customerOf(a, 'nobody', b, other, 'no id \u{1F600}')
      await put(customer, 'asked')
      await follower().processAll()
      t.same(await states([a, b]), ['open', 'open'])
      await put(customer, 'signed')
      await settled()
      t.ok((await follower().processAll()) > 0)
      t.same(await states([a, b]), ['reached', 'reached'])
      t.match(await reached(), [{ actor: 'ben' }, { actor: 'ben' }])
      const { events } = await database.events.read(tenant, { kinds: ['stateChanged'], resourceId: customer, limit: 10 })
      t.equal((await told(a))?.date, events.at(-1)?.at, 'when it happened')
      t.same(warnings, [])
    })

    t.test('a running journey is served whose specification is no longer in use, and a milestone of one order alone', async t => {
      const { activate, place, customerOf, put, states, told, follower, dependencies, settled } = await openWorld(t, makeParts)
      const specification = await activate(signed)
      const [order, custom] = [await place(), await place('other')]
      await retireJourneySpecification(dependencies, { id: specification }, context)
      const reachedBy: Told = {
        by: 'event',
        resource: 'productOrder',
        orderPath: `${ORDERED_FOR}.productOrderId`,
        kind: 'created'
      }
      await changeJourney(
        dependencies,
        custom,
        (journey, moment) => addMilestone(journey, { key: 'own', name: 'Own', reachedBy }, moment),
        context
      )
      await put(await customerOf(order), 'signed')
      const product = { productOrderItem: [{ productOrderId: custom, orderItemId: '1' }] }
      const input = { productOrderItem: [{ id: '1', action: 'add' as const, product }] }
      await placeProductOrder(dependencies, input, context)
      await settled()
      await follower().processAll()
      t.same(await states([order]), ['reached'])
      t.equal((await told(custom, 'own'))?.state, 'reached')
    })

    t.test('where nothing is awaited nothing is read and nothing stored', async t => {
      const { customerOf, put, follower, stored, activate } = await openWorld(t, makeParts)
      await activate({ by: 'event', resource: 'productOrder', kind: 'stateChanged' })
      await activate({ by: 'event', resource: 'cancelProductOrder' }, 'cancelling')
      await put(await customerOf('x'), 'signed')
      const read = async () => t.fail('the log is read')
      const events = { read, end: read, purge: read } as unknown as DatabaseParts['events']
      t.equal(await follower({ events }).processAll(), 0)
      t.equal(await stored(), undefined)
    })

    t.test('several follow at once, and every milestone is reached once', async t => {
      const { activate, place, customerOf, put, states, follower, reached, warnings, settled } = await openWorld(t, makeParts)
      await activate(signed)
      const orders = await Promise.all(Array.from({ length: 30 }, () => place()))
      const customers = await Promise.all(orders.map(id => customerOf(id)))
      const followers = [follower(), follower(), follower()]
      for (const half of [customers.slice(0, 15), customers.slice(15)]) {
        await Promise.all([...half.map(id => put(id, 'signed')), ...followers.map(each => each.processAll())])
        await Promise.all(followers.map(each => each.processAll()))
      }
      await settled()
      await follower().processAll()
      t.same(new Set(await states(orders)), new Set(['reached']))
      t.equal((await reached()).length, orders.length)
      t.same(warnings, [])
    })

    t.test('who is cut off in the middle is followed by another one, which loses nothing and repeats nothing', async t => {
      const { activate, place, customerOf, put, states, follower, reached, database, stored, settled } = await openWorld(
        t,
        makeParts
      )
      await activate(signed)
      const orders = await Promise.all(Array.from({ length: 150 }, () => place()))
      for (const id of orders) await put(await customerOf(id), 'signed')
      await settled()
      for (const lastsFor of [3, 40, 130]) {
        let applied = 0
        const { unitOfWork } = database
        const dying: DatabaseParts['unitOfWork'] = {
          run: async (tenant, work) => {
            if (applied++ >= lastsFor) throw new Error('killed')
            return unitOfWork.run(tenant, work)
          }
        }
        await t.rejects(follower({ unitOfWork: dying }).processAll(), { message: 'killed' })
      }
      await follower().processAll()
      t.same(new Set(await states(orders)), new Set(['reached']))
      t.equal((await reached()).length, orders.length)
      const { revision } = (await stored())!
      t.equal(await follower().processAll(), 0, 'another one begins where that one ended')
      t.equal((await stored())!.revision, revision, 'and has nothing to store')
    })

    t.test('what comes into use while events are read is not passed over', async t => {
      const { activate, place, customerOf, put, told, follower, database, settled } = await openWorld(t, makeParts)
      await activate({ by: 'event', resource: 'individual' }, 'first')
      let order = ''
      const read: DatabaseParts['events']['read'] = async (tenant, query) => {
        if (order === '') {
          await activate(signed)
          order = await place()
          await put(await customerOf(order), 'signed')
        }
        return database.events.read(tenant, query)
      }
      const { events } = database
      await follower({ events: { read, end: () => events.end(), purge: before => events.purge(before) } }).processAll()
      await settled()
      await follower().processAll()
      t.equal((await told(order))?.state, 'reached')
    })
  })
}

for (const engine of ['SQLite', 'PostgreSQL'] as const) {
  t.test(`${engine}: one that runs is woken by events, and does nothing more once it is stopped`, async t => {
    const { activate, place, customerOf, put, told, follower, warnings } = await openWorld(t, engines[engine])
    await activate(signed)
    const [first, second] = [await place(), await place()]
    const running = follower()
    running.start()
    await put(await customerOf(first), 'signed')
    let state: string | undefined
    const look = async () => {
      state = (await told(first))?.state
    }
    await until(
      () => {
        void look()
        return state === 'reached'
      },
      () => `the milestone, which is ${state}`
    )
    await running.stop(1_000)
    await put(await customerOf(second), 'signed')
    await new Promise(setImmediate)
    t.equal((await told(second))?.state, 'open')
    t.same(warnings, [])
  })
}
