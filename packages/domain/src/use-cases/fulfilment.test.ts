import t from 'tap'
import {
  defaultFulfilmentSettings,
  type Fallout,
  type Fulfilment,
  falloutDefinition,
  fulfilmentDefinition,
  initialProvisioningCatalog,
  type ProvisioningCatalog,
  provisioningCatalogDefinition
} from '../fulfilment/index.ts'
import { type Journey, journeyDefinition } from '../journey/journey.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { ResourceDefinition } from '../kernel/resource.ts'
import type { ServiceOrderReport } from '../ports/fms-gateway.ts'
import { everything } from '../query/filter.ts'
import { type CancelProductOrder, cancelProductOrderDefinition } from '../resources/cancel-product-order.ts'
import { type Product, productDefinition } from '../resources/product.ts'
import { type NewProductOrder, type ProductOrder, productOrderDefinition } from '../resources/product-order.ts'
import type { NewProductOrderItem } from '../resources/product-order-item.ts'
import { MemoryFms, type MemoryFmsOptions } from '../testing/memory-fms.ts'
import { MemoryStore } from '../testing/memory-store.ts'
import { acceptProductOrder } from './accept-product-order.ts'
import { activateJourneySpecification } from './activate-journey-specification.ts'
import { createJourneySpecification } from './create-journey-specification.ts'
import { type DecisionOnFallout, decideOnFallout } from './decide-on-fallout.ts'
import { deleteProductOrder } from './delete-product-order.ts'
import { dueOrderWork } from './due-order-work.ts'
import { followNotification } from './follow-notification.ts'
import { moveOrderItems } from './move-order-items.ts'
import { patchProductOrder } from './patch-product-order.ts'
import { placeProductOrder } from './place-product-order.ts'
import { requestCancellation } from './request-cancellation.ts'
import { sendServiceOrder } from './send-service-order.ts'
import { settleCancellation } from './settle-cancellation.ts'
import { stepFulfilment } from './step-fulfilment.ts'

const context: RequestContext = { tenant: 'default', actor: 'asha', correlationId: 'c-1' }
const fibre = { id: '1', action: 'add', productOffering: { id: 'fibre' } } as const
const phone = { id: '2', action: 'add', productOffering: { id: 'phone' } } as const

/** A CRM with an FMS, on which nothing happens but what a test does. */
function world(options: MemoryFmsOptions = {}) {
  let last = 0
  let now = Date.parse('2026-03-02T09:00:00Z')
  const justSent = new Map<string, Fulfilment>()
  const clock = { now: () => new Date(now) }
  const fms = new MemoryFms({ ...options, now: clock.now })
  const store = new MemoryStore({ clock })
  const dependencies = {
    unitOfWork: store,
    store,
    clock,
    fms,
    ids: { next: () => `id-${String(++last).padStart(4, '0')}` },
    justSent: (id: string) => justSent.get(id),
    orderAcceptance: 'automatic' as const,
    fulfilment: { settings: defaultFulfilmentSettings, random: () => 0.5, canLookUp: fms.canLookUp }
  }
  const list = async <R>(definition: ResourceDefinition): Promise<R[]> => {
    const query = { filter: everything, sort: [], limit: 1_000, offset: 0, count: false }
    return (await store.list('default', definition, query)).items.map(each => JSON.parse(each.document) as R)
  }
  const get = async <R>(definition: ResourceDefinition, id: string): Promise<R> =>
    JSON.parse((await store.get('default', definition, id))!.document) as R
  const world = {
    fms,
    store,
    justSent,
    /** Orders that are placed from now on have a milestone that the FMS begins. */
    awaitProgress: async () => {
      const reachedBy = { by: 'serviceOrder', states: ['inProgress'] } as const
      const milestone = [{ key: 'begun', name: 'Begun', reachedBy: { ...reachedBy, states: [...reachedBy.states] } }]
      const { stored } = await createJourneySpecification(dependencies, { key: 'j', name: 'J', priority: 1, milestone }, context)
      await activateJourneySpecification(dependencies, { id: stored.id }, context)
    },
    advance: (ms: number) => {
      now += ms
    },
    order: (id: string) => get<ProductOrder>(productOrderDefinition, id),
    journey: (id: string) => get<Journey>(journeyDefinition, id),
    task: (id: string) => get<CancelProductOrder>(cancelProductOrderDefinition, id),
    fulfilments: () => list<Fulfilment>(fulfilmentDefinition),
    fallouts: () => list<Fallout>(falloutDefinition),
    products: () => list<Product>(productDefinition),
    events: async () => (await store.read('default', { limit: 1_000 })).events,
    place: async (...productOrderItem: NewProductOrderItem[]) => {
      const input: NewProductOrder = { productOrderItem }
      return (await placeProductOrder(dependencies, input, context)).stored.id
    },
    accept: (id: string) => acceptProductOrder(dependencies, id, context),
    /** As a worker does that has a place for calls; what it would send then is kept. */
    acceptPromptly: async (id: string, failing?: Error) => {
      const sent: (readonly Fulfilment[])[] = []
      const run: typeof store.run = async (tenant, work) => {
        const result = await store.run(tenant, work)
        if (failing) throw failing
        return result
      }
      const sending = { place: async () => ({ send: (fulfilments: readonly Fulfilment[]) => void sent.push(fulfilments) }) }
      const { acceptOrder } = dueOrderWork({ ...dependencies, unitOfWork: { run } }, sending)
      const work = { tenant: 'default', kind: 'acceptOrder', id, dueAt: '', attempts: 0, leasedUntilMs: 0 } as const
      await acceptOrder(work).catch(error => {
        if (error !== failing) throw error
      })
      return sent
    },
    send: (sent: Fulfilment) => sendServiceOrder(dependencies, sent, context),
    move: (orderId: string, itemId: string, to: 'assessingCancellation' | 'pendingCancellation') =>
      moveOrderItems(dependencies, { orderId, moves: [{ itemId, to }] }, context),
    patch: (id: string, change: object) =>
      patchProductOrder(dependencies, { id, apply: current => ({ ...current, ...change }) }, context),
    cancel: async (id: string) => (await requestCancellation(dependencies, { productOrder: { id } }, context)).stored.id,
    confirm: (taskId: string) => settleCancellation(dependencies, { taskId, decision: 'confirm' }, context),
    remove: (orderId: string) => deleteProductOrder(dependencies, { orderId }, context),
    decide: (decision: DecisionOnFallout, as = context) => decideOnFallout(dependencies, decision, as),
    hear: (report: ServiceOrderReport | undefined, more: object = {}) =>
      followNotification(
        dependencies,
        {
          eventType: 'ServiceOrderStateChangeEvent',
          change: 'stateChanged',
          ...(report && { report, serviceOrderId: report.id, externalId: report.externalId! }),
          ...more
        },
        context
      ),
    /** Does what is due, until nothing is. */
    work: async () => {
      for (let steps = 0; steps < 1_000; steps++) {
        const claim = { kinds: ['fulfil'], limit: 1, leaseMs: 60_000, now: clock.now() } as const
        const [work] = await store.work.claim(claim)
        if (!work) return
        const due = await stepFulfilment(dependencies, work.id, context)
        await store.work.done(work, due)
      }
      throw new Error('there is always something more to do')
    },
    accepted: async (...items: NewProductOrderItem[]) => {
      const id = await world.place(...items)
      await world.accept(id)
      return id
    },
    completeAll: () => {
      for (const { id } of fms.orders()) fms.complete(id)
    }
  }
  return world
}

t.test('what is accepted where there is a place for calls', async t => {
  t.test('is stored as sent, and sent by who has accepted it', async t => {
    const { place, acceptPromptly, send, fulfilments, fms, work, completeAll, advance, order } = world()
    const id = await place(fibre, phone)
    const [sent = [], ...more] = await acceptPromptly(id)
    t.same(more, [])
    t.same(await fulfilments(), sent)
    t.match(sent, [
      { state: 'sent', tries: 1 },
      { state: 'sent', tries: 1 }
    ])
    await work()
    t.same(fms.orders(), [], 'nobody else sends it')
    for (const each of sent) await send(each)
    t.match(await fulfilments(), [{ state: 'placed' }, { state: 'placed' }])
    completeAll()
    advance(15_000)
    await work()
    t.match(await order(id), { state: 'completed' })
  })

  t.test('is sent in part where there is much of it, as all of it has the same time to be taken', async t => {
    const crm = world()
    const items = Array.from({ length: 12 }, (_, index) => ({ ...fibre, id: String(index + 1) }))
    const id = await crm.place(...items)
    const [sent] = await crm.acceptPromptly(id)
    t.equal(sent!.length, 8)
    t.same((await crm.fulfilments()).filter(({ state }) => state === 'intended').length, 4)
  })

  t.test('is not told anything new by being under way, but where its journey waits for that', async t => {
    for (const isAwaited of [false, true]) {
      const crm = world()
      if (isAwaited) await crm.awaitProgress()
      const id = await crm.place(fibre)
      const [[sent] = []] = await crm.acceptPromptly(id)
      t.same(await crm.fulfilments(), [sent], 'it is known as it is stored')
      crm.justSent.set(sent!.id, sent!)
      const item = { id: 'service', state: 'inProgress', milestones: [], errorMessages: [] }
      const rest = { milestones: [], jeopardyAlerts: [], errorMessages: [] }
      await crm.hear({ id: 'so-1', externalId: sent!.id, state: 'inProgress', items: [item], ...rest })
      const begun = (await crm.journey(id)).milestone.find(({ key }) => key === 'begun')
      t.equal(begun?.state, isAwaited ? 'reached' : undefined)
      t.match(await crm.fulfilments(), [{ state: isAwaited ? 'placed' : 'sent' }])
    }
  })

  t.test('is looked up when who has accepted it was killed before the call', async t => {
    const { place, acceptPromptly, fms, work, advance, fulfilments } = world()
    await acceptPromptly(await place(fibre))
    advance(defaultFulfilmentSettings.callTimeoutMs)
    await work()
    t.match(await fulfilments(), [{ state: 'unknown' }])
    advance(defaultFulfilmentSettings.settleTimeMs)
    await work()
    t.match(await fulfilments(), [{ state: 'placed', tries: 2, attempt: 1 }])
    t.equal(fms.orders().length, 1)
  })

  t.test('is not sent when it is not known whether the acceptance was stored', async t => {
    const { place, acceptPromptly, fulfilments } = world()
    t.same(await acceptPromptly(await place(fibre), new Error('the connection broke')), [[]])
    t.match(await fulfilments(), [{ state: 'sent' }])
  })

  t.test('is sent once, however often it is accepted', async t => {
    const { place, acceptPromptly } = world()
    const id = await place(fibre)
    t.match(await acceptPromptly(id), [[{ state: 'sent' }]])
    t.same(await acceptPromptly(id), [[]])
  })
})

t.test('what is accepted is sent, followed, and stands in the inventory when it is done', async t => {
  const { accepted, work, fms, fulfilments, completeAll, advance, order, products, journey, events } = world()
  const id = await accepted(fibre, phone)
  t.same(
    (await fulfilments()).map(({ id: externalId, state }) => [externalId, state]),
    [
      [`${id}:1:1`, 'intended'],
      [`${id}:2:1`, 'intended']
    ]
  )
  t.same(
    (await journey(id)).fulfilment?.map(({ item }) => item.id),
    ['1', '2']
  )
  await work()
  t.same(
    fms.orders().map(({ externalId }) => externalId),
    [`${id}:1:1`, `${id}:2:1`]
  )
  t.equal((await order(id)).state, 'inProgress')
  completeAll()
  advance(60_000)
  await work()
  const completed = await order(id)
  t.equal(completed.state, 'completed')
  t.same((await journey(id)).state, 'ended')
  t.same(
    (await products()).map(({ status, productOffering, productOrderItem }) => [
      status,
      productOffering?.id,
      productOrderItem?.[0]?.productOrderId
    ]),
    [
      ['active', 'fibre', id],
      ['active', 'phone', id]
    ]
  )
  const moves = (await events()).filter(({ kind, resource }) => kind === 'stateChanged' && resource === 'productOrder')
  t.same(
    moves.map(({ document }) => (JSON.parse(document) as ProductOrder).state),
    ['inProgress', 'completed']
  )
})

t.test('what is neither offered nor a product is completed without the FMS', async t => {
  const { accepted, fms, order, products, fulfilments } = world()
  const id = await accepted({ id: '1', action: 'add' })
  t.equal((await order(id)).state, 'completed')
  t.same([fms.requests, await products(), await fulfilments()], [[], [], []])
})

t.test('a lost answer is looked up when the FMS has settled, and nothing is sent twice', async t => {
  for (const fault of ['losesAnswer', 'isLate', 'isDown', 'garbles'] as const) {
    const { accepted, work, fms, advance, fulfilments } = world()
    const id = await accepted(fibre)
    fms.failNext('create', fault)
    await work()
    fms.settle()
    advance(defaultFulfilmentSettings.settleTimeMs)
    await work()
    advance(60_000)
    await work()
    t.equal(fms.countOf(`${id}:1:1`), 1, fault)
    t.same(
      (await fulfilments()).map(({ state }) => state),
      ['placed']
    )
  }
})

t.test('who stood still between storing and sending sends nothing any more: it may be sent by others by then', async t => {
  const { accepted, work, fms, advance, fulfilments } = world()
  const id = await accepted(fibre)
  const create = fms.create.bind(fms)
  fms.create = (...call) => {
    advance(defaultFulfilmentSettings.callTimeoutMs)
    fms.create = create
    return create(...call)
  }
  await work()
  t.equal(fms.orders().length, 0)
  advance(60_000)
  await work()
  t.equal(fms.countOf(`${id}:1:1`), 1)
  t.match(await fulfilments(), [{ state: 'placed', tries: 2 }])
})

t.test('callbacks may have told all before the answer comes, which then changes nothing', async t => {
  const { accepted, work, fms, hear, store, events, fulfilments } = world()
  await accepted(fibre)
  const create = fms.create.bind(fms)
  let told = 0
  fms.create = async (...call) => {
    const answer = await create(...call)
    const [taken] = fms.orders()
    fms.complete(taken!.id)
    await hear(fms.orders()[0])
    told = (await events()).length
    store.run = () => Promise.reject(new Error('there is nothing to store'))
    return answer
  }
  await work()
  t.match(await fulfilments(), [{ state: 'completed' }])
  t.equal((await events()).length, told)
})

t.test('callbacks are followed; the same again, about others and out of turn they change nothing', async t => {
  const { accepted, work, fms, hear, order, products, events } = world()
  const id = await accepted(fibre)
  await work()
  const [placed] = fms.orders()
  fms.complete(placed!.id)
  const [done] = fms.orders()
  t.equal(await hear(done), 'followed')
  t.equal((await order(id)).state, 'completed')
  const told = (await events()).length
  for (const again of [done, placed, done]) t.equal(await hear(again), 'followed')
  t.equal(await hear({ ...done!, id: 'strange', externalId: 'strange' }), 'unknown')
  t.equal(await hear(undefined, { serviceOrderId: done!.id }), 'followed', 'found by what the FMS calls it')
  t.equal((await events()).length, told)
  t.equal((await products()).length, 1)
})

t.test('what the FMS cannot do holds the order until somebody decides', async t => {
  const { accepted, work, fms, advance, order, fallouts, decide, completeAll, events } = world()
  const id = await accepted(fibre, phone)
  await work()
  const [first, second] = fms.orders()
  fms.moveTo(first!.id, 'failed')
  fms.complete(second!.id)
  advance(60_000)
  await work()
  const held = await order(id)
  t.equal(held.state, 'held')
  t.match(held.productOrderErrorMessage, [{ code: 'failedAtFms' }])
  const [fallout] = await fallouts()
  t.match(fallout, { status: 'open', kind: 'failedAtFms', productOrder: { id }, item: { id: '1' } })
  await decide({ falloutId: fallout!.id, command: { action: 'assign', owner: 'asha' } })
  t.match(await fallouts(), [{ status: 'assigned', owner: 'asha' }])
  await decide({ falloutId: fallout!.id, command: { action: 'retry' }, reason: 'the line is there now' })
  t.match(await fallouts(), [{ status: 'resolved', resolution: 'retry' }])
  t.equal((await order(id)).state, 'inProgress')
  await work()
  t.equal(fms.countOf(`${id}:1:2`), 1, 'another attempt')
  completeAll()
  advance(60_000)
  await work()
  t.equal((await order(id)).state, 'completed')
  await t.rejects(decide({ falloutId: fallout!.id, command: { action: 'skip' } }), { code: 'illegalMove' })
  const ofFallout = (await events()).filter(({ resource }) => resource === 'fallout')
  t.same(
    ofFallout.map(({ kind }) => kind),
    ['created', 'attributesChanged', 'stateChanged', 'attributesChanged', 'stateChanged']
  )
})

t.test('a cancellation waits for the FMS: confirmed when everything is cancelled there, and what was done is undone', async t => {
  const { accepted, work, fms, advance, order, task, cancel, confirm, remove, hear, products, fulfilments, completeAll } = world()
  const id = await accepted(fibre, phone)
  await work()
  fms.complete('service-order-1')
  await hear(fms.orders()[0])
  t.equal((await products()).length, 1)
  const taskId = await cancel(id)
  t.equal((await order(id)).state, 'assessingCancellation')
  await t.rejects(confirm(taskId), { code: 'illegalMove' })
  await work()
  fms.endCancellation('cancellation-1', 'done')
  advance(60_000)
  await work()
  t.equal((await order(id)).state, 'cancelled')
  t.equal((await task(taskId)).state, 'done')
  await t.rejects(remove(id), { code: 'notDeletable' }, 'something is still undone')
  await work()
  t.match(fms.requests.at(-1), { externalId: `${id}:1:2`, items: [{ action: 'delete' }] })
  completeAll()
  advance(60_000)
  await work()
  t.match(await products(), [{ status: 'terminated' }])
  t.ok((await fulfilments()).every(({ state }) => state !== 'placed'))
  t.match(await remove(id), { kind: 'deleted' })
})

t.test('while a cancellation is decided about, items do not come to their ends unseen by each other', async t => {
  const { store, accepted, work, fms, advance, order, cancel } = world()
  const id = await accepted(fibre, phone)
  await work()
  await cancel(id)
  await work()
  const revision = async () => (await store.get('default', journeyDefinition, id))!.revision
  const before = await revision()
  fms.endCancellation('cancellation-1', 'done')
  advance(60_000)
  await work()
  t.equal((await order(id)).state, 'assessingCancellation', 'the other item is not settled')
  t.ok((await revision()) > before, 'whoever decides about that one now is overtaken, and looks again')
})

t.test('what is gone at the FMS is cancelled, also when people end the cancellation of the order otherwise', async t => {
  const { accepted, work, fms, advance, order, cancel, move, patch } = world()
  const id = await accepted(fibre, phone)
  await work()
  await cancel(id)
  await work()
  fms.endCancellation('cancellation-1', 'done')
  advance(60_000)
  await work()
  await move(id, '1', 'pendingCancellation')
  t.match(await order(id), { state: 'assessingCancellation', productOrderItem: [{ state: 'pendingCancellation' }, {}] })
  await patch(id, { state: 'inProgress' })
  t.match(await order(id), { state: 'inProgress', productOrderItem: [{ state: 'cancelled' }, { state: 'inProgress' }] })
})

t.test('what was completed without the FMS is undone too', async t => {
  const { store, accepted, work, cancel, order, products } = world()
  const rule = {
    id: 'r-1',
    '@type': 'ProvisioningRule',
    key: 'phone',
    name: 'Nothing to do',
    version: 1,
    lifecycleStatus: 'active' as const,
    match: { productOfferingId: ['phone'] },
    serviceOrderItem: []
  }
  await store.run('default', async transaction => {
    transaction.insert(provisioningCatalogDefinition, { ...initialProvisioningCatalog, rule: [rule] } as ProvisioningCatalog)
  })
  const id = await accepted(fibre, phone)
  t.match(await products(), [{ status: 'active', productOffering: { id: 'phone' } }])
  await cancel(id)
  await work()
  t.equal((await order(id)).state, 'cancelled')
  t.match(await products(), [{ status: 'terminated' }])
})

t.test('what was taken away cannot be undone without somebody who knows how', async t => {
  const { accepted, work, fms, advance, cancel, order, products, fallouts, completeAll } = world()
  await accepted(fibre)
  await work()
  completeAll()
  advance(60_000)
  await work()
  const [product] = await products()
  const id = await accepted({ id: '1', action: 'delete', product: { id: product!.id } }, phone)
  await work()
  fms.complete('service-order-2')
  advance(60_000)
  await work()
  t.match(await products(), [{ status: 'terminated' }])
  await cancel(id)
  await work()
  fms.endCancellation('cancellation-1', 'done')
  advance(60_000)
  await work()
  t.equal((await order(id)).state, 'cancelled')
  t.match(await fallouts(), [{ kind: 'notCompensable', status: 'open' }])
})

t.test('a cancellation is refused when the FMS goes on, and the order does', async t => {
  const { accepted, work, fms, advance, order, task, cancel, completeAll } = world()
  const id = await accepted(fibre)
  await work()
  const taskId = await cancel(id)
  await work()
  fms.endCancellation('cancellation-1', 'terminatedWithError')
  advance(60_000)
  await work()
  t.match(await task(taskId), { state: 'terminatedWithError' })
  t.match(await order(id), { state: 'inProgress', note: [{ text: 'The fulfilment system goes on with the order' }] })
  completeAll()
  advance(60_000)
  await work()
  t.equal((await order(id)).state, 'completed')
})

t.test('what was not sent yet is cancelled at once', async t => {
  const { accepted, work, fms, order, task, cancel } = world()
  const id = await accepted(fibre)
  const taskId = await cancel(id)
  t.equal((await order(id)).state, 'cancelled')
  t.equal((await task(taskId)).state, 'done')
  await work()
  t.same(fms.requests, [])
})

t.test('one item is cancelled at the FMS while the others go on', async t => {
  const { accepted, work, fms, advance, order, move, completeAll } = world()
  const id = await accepted(fibre, phone)
  await work()
  await move(id, '1', 'assessingCancellation')
  await work()
  fms.endCancellation('cancellation-1', 'done')
  fms.complete('service-order-2')
  advance(60_000)
  await work()
  t.match(await order(id), { state: 'partial', productOrderItem: [{ state: 'cancelled' }, { state: 'completed' }] })

  const other = await accepted(fibre)
  await work()
  await move(other, '1', 'assessingCancellation')
  await work()
  fms.endCancellation('cancellation-2', 'terminatedWithError')
  advance(60_000)
  await work()
  t.match(await order(other), { state: 'inProgress', productOrderItem: [{ state: 'inProgress' }] })
  completeAll()
  advance(60_000)
  await work()
  t.equal((await order(other)).state, 'completed')
})
