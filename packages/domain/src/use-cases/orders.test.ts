import t from 'tap'
import { defaultJourneySpecification } from '../journey/default-specification.ts'
import { type Journey, journeyDefinition } from '../journey/journey.ts'
import { initialJourneyCatalog, journeyCatalogDefinition } from '../journey/journey-catalog.ts'
import type { JourneySpecification, MilestoneSpecification } from '../journey/journey-specification.ts'
import { mergePatch } from '../kernel/merge-patch.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import { type OrderHistory, orderHistoryDefinition } from '../ordering/history.ts'
import type { ProductOrderItemState } from '../ordering/order-item-states.ts'
import type { ProductOrderState } from '../ordering/order-states.ts'
import type { Outcome } from '../ports/unit-of-work.ts'
import { everything } from '../query/filter.ts'
import { type CancelProductOrder, cancelProductOrderDefinition } from '../resources/cancel-product-order.ts'
import { customerDefinition } from '../resources/customer.ts'
import { type NewProductOrder, type ProductOrder, productOrderDefinition } from '../resources/product-order.ts'
import { MemoryStore } from '../testing/memory-store.ts'
import { acceptProductOrder } from './accept-product-order.ts'
import { applyEventToJourney } from './apply-event-to-journey.ts'
import type { OrderAcceptance } from './change-order.ts'
import { deleteProductOrder } from './delete-product-order.ts'
import { moveOrderItems } from './move-order-items.ts'
import { patchProductOrder } from './patch-product-order.ts'
import { placeProductOrder } from './place-product-order.ts'
import { requestCancellation } from './request-cancellation.ts'
import { type Settlement, settleCancellation } from './settle-cancellation.ts'

const START = Date.parse('2026-03-02T09:00:00Z')
const context: RequestContext = { tenant: 'default', actor: 'asha', correlationId: 'c-1' }
const anOrder: NewProductOrder = {
  productOrderItem: [
    { id: '1', action: 'add' },
    { id: '2', action: 'add' }
  ]
}

function world(orderAcceptance: OrderAcceptance = 'manual') {
  let last = 0
  const now = new Date(START)
  const store = new MemoryStore({ clock: { now: () => now } })
  const ids = { next: () => `id-${String(++last).padStart(4, '0')}` }
  const dependencies = { unitOfWork: store, ids, clock: { now: () => now }, orderAcceptance }
  const read = async <T>(definition: { readonly name: string }, id: string): Promise<T | undefined> => {
    const found = await store.get('default', definition as typeof productOrderDefinition, id)
    return found && (JSON.parse(found.document) as T)
  }
  const list = async <T>(definition: typeof productOrderDefinition | typeof orderHistoryDefinition): Promise<T[]> => {
    const page = await store.list('default', definition, { filter: everything, sort: [], limit: 1_000, offset: 0, count: false })
    return page.items.map(each => JSON.parse(each.document) as T)
  }
  return {
    store,
    queue: store.work,
    place: async (input: Partial<NewProductOrder> = {}, as = context) =>
      parsed<ProductOrder>(await placeProductOrder(dependencies, { ...anOrder, ...input }, as)),
    accept: (id: string) => acceptProductOrder(dependencies, id, context),
    patch: (id: string, patch: object, as = context) =>
      patchProductOrder(dependencies, { id, apply: current => mergePatch(current, patch) }, as),
    move: (orderId: string, moves: Record<string, ProductOrderItemState>, reason?: string) =>
      moveOrderItems(
        dependencies,
        { orderId, moves: Object.entries(moves).map(([itemId, to]) => ({ itemId, to })), reason },
        context
      ),
    remove: (orderId: string) => deleteProductOrder(dependencies, { orderId }, context),
    cancel: async (id: string, more: object = {}) =>
      parsed<CancelProductOrder>(await requestCancellation(dependencies, { productOrder: { id }, ...more }, context)),
    settle: async (settlement: Settlement) =>
      parsed<CancelProductOrder>(await settleCancellation(dependencies, settlement, context)),
    order: async (id: string) => (await read<ProductOrder>(productOrderDefinition, id))!,
    journey: async (id: string) => (await read<Journey>(journeyDefinition, id))!,
    task: async (id: string) => (await read<CancelProductOrder>(cancelProductOrderDefinition, id))!,
    find: read,
    history: async () => (await list<OrderHistory>(orderHistoryDefinition)).map(told),
    reasons: async () => (await list<OrderHistory>(orderHistoryDefinition)).map(each => each.reason),
    happen: (orderId: string, document: object) =>
      applyEventToJourney(
        dependencies,
        { orderId, happening: { resource: 'shipment', kind: 'stateChanged', document } },
        context
      ),
    /** What was told since it was asked last. */
    told: newsOf(store),
    catalog: (...specification: JourneySpecification[]) =>
      store.run('default', async transaction => {
        transaction.insert(journeyCatalogDefinition, { ...initialJourneyCatalog, specification } as typeof initialJourneyCatalog)
      })
  }
}

function newsOf(store: MemoryStore) {
  let seen = 0
  return () => {
    const news = store.events.slice(seen)
    seen = store.events.length
    return news.map(({ resource, kind, revision }) => `${resource} ${kind} ${revision}`)
  }
}

const parsed = <T>({ stored }: Outcome) => JSON.parse(stored.document) as T
const told = ({ subject, item, milestone, from, to, attribute }: OrderHistory) =>
  `${milestone ? `milestone ${milestone.key}` : item ? `item ${item.id}` : subject}: ${from} > ${to}${attribute === 'state' ? '' : '!'}`
const refused = (code: string) => ({ code, name: 'DomainError' })
const states = ({ state, productOrderItem }: ProductOrder) => [state, ...productOrderItem.map(item => item.state)].join(' ')
const milestones = ({ milestone }: Journey) => milestone.map(({ key, state }) => `${key} ${state}`)

t.test('placing an order', async t => {
  t.test('acknowledges it, at the start of the journey that fits, in one transaction', async t => {
    const { place, order, journey, history, told } = world()
    const placed = await place()
    t.equal(states(placed), 'acknowledged acknowledged acknowledged')
    t.same(placed.relatedParty, [])
    t.same(await order(placed.id), placed)
    const its = await journey(placed.id)
    t.same([its.id, its.productOrder.id, its.specification.key], [placed.id, placed.id, 'default'])
    t.same(milestones(its), ['received reached', 'accepted open', 'delivered:1 open', 'delivered:2 open', 'completed open'])
    t.same(await history(), ['milestone received: open > reached'])
    t.same(told(), ['productOrder created 1', 'productOrder milestone 1'])
  })

  t.test('tells which milestones are reached by that, and nothing else', async t => {
    const { place, store } = world()
    const { id } = await place()
    const notice = JSON.parse(store.events[1]!.document)
    t.match(notice, { id, '@type': 'ProductOrder', productOrderMilestone: [{ id: 'received', status: 'Completed' }] })
    t.same(Object.keys(notice), ['id', '@type', 'productOrderMilestone'])
  })

  t.test('has the journey looked at when its first date is near, and the order accepted where that needs nobody', async t => {
    const due = async (acceptance: OrderAcceptance) => {
      const { place, queue } = world(acceptance)
      await place()
      const found = await queue.claim({
        kinds: ['acceptOrder', 'lookAtJourney'],
        limit: 9,
        leaseMs: 1,
        now: new Date(START + 86_400_000)
      })
      return found.map(({ kind, dueAt }) => `${kind} ${(Date.parse(dueAt) - START) / 3_600_000}`)
    }
    t.same(await due('manual'), ['lookAtJourney 20'])
    t.same(await due('automatic'), ['acceptOrder 0', 'lookAtJourney 20'])
  })

  t.test('follows the journeys that are active, also those for certain customers', async t => {
    const { place, journey, catalog, store } = world()
    const special = { ...defaultJourneySpecification, id: 'gold-1', key: 'gold' }
    await catalog(defaultJourneySpecification, {
      ...special,
      match: { customerCharacteristic: [{ name: 'tier', value: 'gold' }] }
    })

    await store.run('default', async transaction => {
      const engagedParty = { id: '500', '@referredType': 'Organization' }
      const customer = { id: 'c-1', name: 'Asha', engagedParty, characteristic: [{ name: 'tier', value: 'gold' }] }
      transaction.insert(customerDefinition, customer)
    })
    const keyFor = async (id: string, type: string) => {
      const { id: order } = await place({ relatedParty: [{ id, '@referredType': type }] })
      return (await journey(order)).specification.key
    }
    t.equal(await keyFor('c-1', 'Customer'), 'gold')
    t.equal(await keyFor('c-1', 'Organization'), 'default')
    t.equal(await keyFor('c-2', 'Customer'), 'default', 'it need not exist here')
  })

  t.test('is done once for one idempotency key', async t => {
    const { place, told } = world()
    const once = { ...context, idempotency: { scope: 'POST /', key: 'k', fingerprint: 'f' } }
    const first = await place({}, once)
    t.same(await place({}, once), first)
    t.equal(told().length, 2)
  })

  t.test('without items, or with items that cannot be told apart, is refused', async t => {
    const { place } = world()
    await t.rejects(place({ productOrderItem: [] }), refused('missingAttribute'))
    const item = { id: '1', action: 'add' } as const
    await t.rejects(place({ productOrderItem: [item, item] }), {
      ...refused('invalidValue'),
      details: { faults: [{ pointer: '/productOrderItem/1/id' }] }
    })
    await t.rejects(place({ externalId: 'x'.repeat(513) }), refused('invalidValue'))
  })
})

t.test('moving an order', async t => {
  t.test('takes its items and its journey along, and is told', async t => {
    const { place, patch, order, journey, history, told } = world()
    const { id } = await place()
    told()
    const outcome = await patch(id, { state: 'inProgress' })
    t.match(outcome, { kind: 'changed', stored: { revision: 2 } })
    t.equal(states(await order(id)), 'inProgress inProgress inProgress')
    t.same(milestones(await journey(id)).slice(0, 2), ['received reached', 'accepted reached'])
    t.same(told(), ['productOrder attributesChanged 2', 'productOrder stateChanged 2', 'productOrder milestone 2'])
    t.same((await history()).slice(1), [
      'item 1: acknowledged > inProgress',
      'item 2: acknowledged > inProgress',
      'order: acknowledged > inProgress',
      'milestone accepted: open > reached'
    ])
  })

  t.test('twice is once', async t => {
    const { place, patch, told, history } = world()
    const { id } = await place()
    await patch(id, { state: 'inProgress' })
    told()
    const before = await history()
    t.match(await patch(id, { state: 'inProgress' }), { kind: 'unchanged', stored: { revision: 2 } })
    t.same([told(), await history()], [[], before])
  })

  t.test('where the table does not lead is refused, and says what is allowed', async t => {
    const { place, patch, order } = world()
    const { id } = await place()
    await t.rejects(patch(id, { state: 'completed' }), {
      ...refused('illegalMove'),
      details: { allowed: ['inProgress', 'pending', 'rejected', 'assessingCancellation'] }
    })
    await patch(id, { state: 'inProgress' })
    await t.rejects(patch(id, { state: 'completed' }), refused('itemsDisagree'))
    await t.rejects(patch(id, { category: 'other' }), refused('notChangeable'))
    await t.rejects(patch(id, { orderDate: '2020-01-01T00:00:00Z' }), refused('serverOwned'))
    await t.rejects(patch(id, { stateBeforeCancellation: 'held' }), refused('serverOwned'))
    await t.rejects(patch('none', {}), refused('notFound'))
    t.equal(states(await order(id)), 'inProgress inProgress inProgress')
  })

  t.test('of which somebody has another revision in mind is refused', async t => {
    const { place, store } = world()
    const { id } = await place()
    const dependencies = { unitOfWork: store, ids: { next: () => 'x' }, clock: { now: () => new Date(START) } }
    const change = { id, apply: (current: object) => ({ ...current, description: 'x' }), expects: () => false }
    await t.rejects(patchProductOrder(dependencies, change, context), refused('staleRevision'))
  })

  t.test('to be without parties leaves an empty list of them', async t => {
    const { place, patch, order } = world()
    const { id } = await place({ relatedParty: [{ id: '500', '@referredType': 'Organization' }] })
    await patch(id, { relatedParty: null })
    t.same((await order(id)).relatedParty, [])
  })
})

t.test('accepting an order', async t => {
  t.test('may be asked for again and again', async t => {
    const { place, accept, order, told, queue } = world('automatic')
    const { id } = await place()
    t.equal((await accept(id)).kind, 'changed')
    told()
    t.equal((await accept(id)).kind, 'unchanged')
    t.equal(states(await order(id)), 'inProgress inProgress inProgress')
    t.same(told(), [])
    t.same(
      await queue.claim({ kinds: ['acceptOrder'], limit: 9, leaseMs: 1, now: new Date(START + 1) }),
      [],
      'it is not due any more'
    )
  })

  t.test('that waited for something is due again once that has come', async t => {
    const { place, patch, accept, queue } = world('automatic')
    const { id } = await place()
    const due = () => queue.claim({ kinds: ['acceptOrder'], limit: 9, leaseMs: 1, now: new Date(START + 1) })
    await patch(id, { state: 'pending' })
    t.equal((await accept(id)).kind, 'unchanged')
    t.same(await due(), [])
    await patch(id, { state: 'acknowledged' })
    t.equal((await due()).length, 1)
  })

  t.test('with nothing to do completes it at once, and every step is told', async t => {
    const { place, accept, order, journey, told, history } = world()
    const { id } = await place({ productOrderItem: [{ id: '1', action: 'noChange' }] })
    told()
    await accept(id)
    t.equal(states(await order(id)), 'completed completed')
    t.equal((await journey(id)).state, 'ended')
    t.same(
      told().filter(each => each.includes('state')),
      ['productOrder stateChanged 2', 'productOrder stateChanged 3']
    )
    t.same(
      (await history()).filter(each => each.startsWith('order')),
      ['order: acknowledged > inProgress', 'order: inProgress > completed']
    )
  })
})

t.test('moving items', async t => {
  t.test('moves the order, with the reason in the history', async t => {
    const { place, accept, move, order, journey, reasons, queue } = world()
    const { id } = await place()
    await accept(id)
    await move(id, { '1': 'completed' }, 'plugged in')
    t.equal(states(await order(id)), 'inProgress completed inProgress')
    t.ok((await reasons()).includes('plugged in'))
    await move(id, { '2': 'completed' })
    const done = await order(id)
    t.equal(states(done), 'completed completed completed')
    t.equal(done.completionDate, new Date(START).toISOString())
    t.ok((await journey(id)).milestone.every(({ state }) => state === 'reached'))
    const later = new Date(START + 365 * 86_400_000)
    t.same(await queue.claim({ kinds: ['lookAtJourney'], limit: 9, leaseMs: 1, now: later }), [], 'nothing is due any more')
  })

  t.test('that fail is told as an error', async t => {
    const { place, accept, move, store } = world()
    const { id } = await place()
    await accept(id)
    await move(id, { '1': 'failed' }, 'no line')
    const notice = store.events.find(({ kind }) => kind === 'errorMessage')
    t.match(JSON.parse(notice!.document), { id, productOrderErrorMessage: [{ code: 'itemFailed', message: 'no line' }] })
  })

  t.test('that are unknown, or that may not move so, is refused', async t => {
    const { place, move } = world()
    const { id } = await place()
    await t.rejects(move(id, { '9': 'completed' }), refused('notFound'))
    await t.rejects(move(id, { '1': 'inProgress' }), refused('illegalMove'))
    await t.rejects(move('none', { '1': 'inProgress' }), refused('notFound'))
  })
})

t.test('cancelling', async t => {
  t.test('before work began is done at once: three entries, three events of the order, and the task is done', async t => {
    const { place, cancel, order, journey, history, told, reasons } = world()
    const { id } = await place()
    told()
    const task = await cancel(id, { cancellationReason: 'changed my mind' })
    t.match(task, { state: 'done', effectiveCancellationDate: new Date(START).toISOString() })
    t.equal(states(await order(id)), 'cancelled cancelled cancelled')
    t.equal((await journey(id)).state, 'ended')
    const entries = await history()
    t.same(
      entries.filter(each => each.startsWith('order')),
      [
        'order: acknowledged > assessingCancellation',
        'order: assessingCancellation > pendingCancellation',
        'order: pendingCancellation > cancelled'
      ]
    )
    t.same(
      entries.filter(each => each.startsWith('task')),
      ['task: acknowledged > inProgress', 'task: inProgress > done']
    )
    t.ok((await reasons()).includes('changed my mind'))
    const news = told()
    t.equal(news.filter(each => each.startsWith('productOrder stateChanged')).length, 3)
    t.same(
      news.filter(each => each.startsWith('cancel')),
      ['cancelProductOrder created 1', 'cancelProductOrder stateChanged 2', 'cancelProductOrder stateChanged 3']
    )
  })

  t.test('of work that has begun is assessed: confirmed, the order is cancelled', async t => {
    const { place, accept, cancel, settle, order, journey, told } = world()
    const { id } = await place()
    await accept(id)
    const task = await cancel(id)
    t.equal(task.state, 'inProgress')
    t.same((await journey(id)).cancelProductOrder, { id: task.id })
    told()
    t.equal((await settle({ taskId: task.id, decision: 'confirm' })).state, 'done')
    t.equal(states(await order(id)), 'cancelled cancelled cancelled')
    t.equal((await journey(id)).cancelProductOrder, undefined)
    t.ok(told().includes('cancelProductOrder stateChanged 3'))
    t.equal((await settle({ taskId: task.id, decision: 'confirm' })).state, 'done')
    t.same(told(), [], 'twice is once')
    await t.rejects(settle({ taskId: task.id, decision: 'refuse' }), refused('illegalMove'))
    await t.rejects(settle({ taskId: 'none', decision: 'refuse' }), refused('notFound'))
  })

  t.test('refused, the order goes on where it was, each item too, and shows nothing of where that is', async t => {
    const { place, accept, move, cancel, settle, order, journey, store, find } = world()
    const { id } = await place({ productOrderItem: [...anOrder.productOrderItem, { id: '3', action: 'add' }] })
    await accept(id)
    await move(id, { '1': 'held', '3': 'completed' })
    const before = states(await order(id))
    const task = await cancel(id)
    const assessed = await order(id)
    t.equal(states(assessed), 'assessingCancellation assessingCancellation assessingCancellation completed')
    t.same((await journey(id)).stateBeforeCancellation, {
      order: 'inProgress',
      item: [
        { id: '1', state: 'held' },
        { id: '2', state: 'inProgress' }
      ]
    })
    const texts = [JSON.stringify(assessed), JSON.stringify(await find(cancelProductOrderDefinition, task.id))]
    const told = [...texts, ...store.events.map(each => each.document + each.changedPaths)]
    t.notOk(told.some(text => text.includes('stateBeforeCancellation')))
    t.equal((await settle({ taskId: task.id, decision: 'refuse', reason: 'the cable is laid' })).state, 'terminatedWithError')
    const after = await order(id)
    t.equal(states(after), before)
    t.match(after.note?.at(-1), { author: 'asha', text: 'the cable is laid' })
    t.equal((await journey(id)).stateBeforeCancellation, undefined)
  })

  t.test('is settled too when the order is moved by other means', async t => {
    const moved = async (to: ProductOrderState[], expected: string) => {
      const { place, accept, patch, cancel, task, history } = world()
      const { id } = await place()
      await accept(id)
      const { id: taskId } = await cancel(id)
      for (const state of to) await patch(id, { state })
      t.equal((await task(taskId)).state, expected)
      return (await history()).filter(each => each.startsWith('task')).at(-1)
    }
    t.equal(await moved(['inProgress'], 'terminatedWithError'), 'task: inProgress > terminatedWithError')
    t.equal(await moved(['pendingCancellation'], 'inProgress'), 'task: acknowledged > inProgress')
    t.equal(await moved(['pendingCancellation', 'cancelled'], 'done'), 'task: inProgress > done')
  })

  t.test('known at once to be impossible is refused, says why, and nothing is stored', async t => {
    const { place, accept, move, cancel, told, catalog } = world()
    const received = { ...defaultJourneySpecification.milestone[1]!, isPointOfNoReturn: true }
    const [first, , ...rest] = defaultJourneySpecification.milestone
    await catalog({ ...defaultJourneySpecification, milestone: [first!, received, ...rest] })
    const { id } = await place()
    await accept(id)
    told()
    await t.rejects(cancel(id), { ...refused('notCancellable'), message: /past its point of no return: Order accepted/ })
    await move(id, { '1': 'completed', '2': 'completed' })
    await t.rejects(cancel(id), { ...refused('notCancellable'), message: /completed already/ })
    await t.rejects(cancel('none'), refused('notFound'))
    t.notOk(told().some(each => each.startsWith('cancel')))
  })
})

t.test('deleting an order', async t => {
  t.test('takes its journey and what is due with it, and leaves its history', async t => {
    const { place, remove, find, history, told, queue } = world('automatic')
    const { id } = await place()
    told()
    t.equal((await remove(id)).kind, 'deleted')
    t.equal(await find(productOrderDefinition, id), undefined)
    t.equal(await find(journeyDefinition, id), undefined)
    t.same(await history(), ['milestone received: open > reached'])
    t.same(told(), ['productOrder deleted 1'])
    const later = new Date(START + 365 * 86_400_000)
    t.same(await queue.claim({ kinds: ['acceptOrder', 'lookAtJourney'], limit: 9, leaseMs: 1, now: later }), [])
    await t.rejects(remove(id), refused('notFound'))
  })

  t.test('on which somebody works is refused', async t => {
    const { place, accept, remove } = world()
    const { id } = await place()
    await accept(id)
    await t.rejects(remove(id), refused('notDeletable'))
  })
})

t.test('a milestone that waits for an event', async t => {
  const awaiting = (reachedBy: MilestoneSpecification['reachedBy']) => ({
    ...defaultJourneySpecification,
    milestone: [...defaultJourneySpecification.milestone, { key: 'told', name: 'Told', isOptional: true, reachedBy }]
  })
  const stateOf = (journey: Journey) => journey.milestone.find(({ key }) => key === 'told')?.state

  t.test('of the order is reached as it happens, in the same transaction', async t => {
    const { place, patch, journey, catalog, history } = world()
    const where = [{ path: 'priority', in: ['0'] }]
    await catalog(awaiting({ by: 'event', resource: 'productOrder', kind: 'attributesChanged', where }))
    const { id } = await place({ priority: '0' })
    t.equal(stateOf(await journey(id)), 'open', 'it was not changed to that')
    await patch(id, { priority: '1' })
    t.equal(stateOf(await journey(id)), 'open')
    t.match(await patch(id, { priority: '0' }), { stored: { revision: 3 } })
    t.equal(stateOf(await journey(id)), 'reached')
    t.equal((await history()).filter(each => each === 'milestone told: open > reached').length, 1)
  })

  t.test('of its creation, of a state, and of a request to cancel it', async t => {
    const reached = async (reachedBy: MilestoneSpecification['reachedBy']) => {
      const { place, accept, cancel, journey, catalog } = world()
      await catalog(awaiting(reachedBy))
      const { id } = await place()
      const states = [stateOf(await journey(id))]
      await accept(id)
      states.push(stateOf(await journey(id)))
      await cancel(id)
      return [...states, stateOf(await journey(id))].join(' ')
    }
    t.equal(await reached({ by: 'event', resource: 'productOrder', kind: 'created' }), 'reached reached reached')
    t.equal(await reached({ by: 'event', resource: 'productOrder', kind: 'stateChanged' }), 'open reached reached')
    t.equal(await reached({ by: 'event', resource: 'cancelProductOrder', kind: 'created' }), 'open open reached')
  })

  t.test('of a request to cancel that is settled, however it is', async t => {
    const assessed = async (state: string) => {
      const parts = world()
      const where = [{ path: 'state', in: [state] }]
      await parts.catalog(awaiting({ by: 'event', resource: 'cancelProductOrder', kind: 'stateChanged', where }))
      const { id } = await parts.place()
      await parts.accept(id)
      const { id: taskId } = await parts.cancel(id)
      const after = async () => [(await parts.task(taskId)).state, stateOf(await parts.journey(id))]
      t.same(await after(), ['inProgress', 'open'])
      return { ...parts, id, taskId, after }
    }
    const goesOn = await assessed('terminatedWithError')
    await goesOn.patch(goesOn.id, { state: 'inProgress' })
    t.same(await goesOn.after(), ['terminatedWithError', 'reached'], 'the order was moved on')
    t.equal((await goesOn.history()).filter(each => each === 'milestone told: open > reached').length, 1)
    const refusal = await assessed('terminatedWithError')
    await refusal.settle({ taskId: refusal.taskId, decision: 'refuse' })
    t.same(await refusal.after(), ['terminatedWithError', 'reached'])
    const ends = await assessed('done')
    await ends.patch(ends.id, { state: 'pendingCancellation' })
    t.same(await ends.after(), ['inProgress', 'open'], 'nothing is settled yet')
    await ends.patch(ends.id, { state: 'cancelled' })
    t.same(await ends.after(), ['done', 'reached'], 'before the journey ends')
    const confirmed = await assessed('done')
    await confirmed.settle({ taskId: confirmed.taskId, decision: 'confirm' })
    t.same(await confirmed.after(), ['done', 'reached'])
  })

  t.test('of something else that names the order is reached by that, once', async t => {
    const { place, journey, catalog, happen } = world()
    await catalog(awaiting({ by: 'event', resource: 'shipment', where: [{ path: 'state', in: ['sent'] }] }))
    const { id } = await place()
    const document = (state: string) => ({ id: 's-1', state, productOrder: { id } })
    t.equal((await happen(id, document('packed'))).kind, 'unchanged')
    t.equal((await happen(id, document('sent'))).kind, 'changed')
    t.equal((await happen(id, document('sent'))).kind, 'unchanged')
    t.equal(stateOf(await journey(id)), 'reached')
  })
})
