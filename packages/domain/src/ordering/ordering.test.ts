import { readFile } from 'node:fs/promises'
import t from 'tap'
import type { Moment } from '../kernel/moment.ts'
import { isRefusal, type Refusal } from '../kernel/refusal.ts'
import type { CancelProductOrder } from '../resources/cancel-product-order.ts'
import type { NewProductOrder, ProductOrder } from '../resources/product-order.ts'
import type { NewProductOrderItem } from '../resources/product-order-item.ts'
import {
  acceptOrder,
  acknowledgeOrder,
  allowedStates,
  type Cancellation,
  changeableItemAttributes,
  changeableOrderAttributes,
  confirmCancellation,
  decideCancellation,
  decideItemMoves,
  decideOrderMove,
  decidePatch,
  type HistoryEntry,
  itemsOf,
  mergeOrderPatch,
  orderItemTransitions,
  orderTransitions,
  type ProductOrderItemState,
  type ProductOrderState,
  refusalToDelete,
  refuseCancellation,
  rollUpTable,
  settleTask,
  taskTransitions
} from './index.ts'

const now = new Date('2026-03-02T09:00:00Z')
const moment: Moment = { now, actor: 'asha', reason: 'because' }
const item = (id: string, more: Partial<NewProductOrderItem> = {}): NewProductOrderItem => ({ id, action: 'add', ...more })

function anOrder(items: NewProductOrderItem[] = [item('1'), item('2')], more: Partial<NewProductOrder> = {}): ProductOrder {
  return must(acknowledgeOrder({ productOrderItem: items, ...more }, { id: 'order-1', now }))
}

function must<T>(decision: T | Refusal): T {
  if (isRefusal(decision)) throw new Error(decision.message)
  return decision
}

/** Moves an order: a state of the order, or `item: state` of items. */
function after(order: ProductOrder, ...moves: (ProductOrderState | Record<string, ProductOrderItemState>)[]): ProductOrder {
  return moves.reduce<ProductOrder>((current, each) => must(step(current, each)).order, order)
}

function step(order: ProductOrder, move: ProductOrderState | Record<string, ProductOrderItemState>) {
  if (typeof move === 'string') return decideOrderMove(order, move, moment)
  const moves = Object.entries(move).map(([itemId, to]) => ({ itemId, to }))
  return decideItemMoves(order, moves, moment)
}

const states = (order: ProductOrder) => [order.state, ...itemsOf(order.productOrderItem).map(({ state }) => state)].join(' ')
const told = (history: readonly HistoryEntry[]) =>
  history.map(({ subject, item, from, to }) => `${item ? `item ${item.id}` : subject}: ${from} > ${to}`)
const patch = (order: ProductOrder, change: object) => decidePatch(order, mergeOrderPatch(order, change), moment)

t.test('a new order', async t => {
  t.test('needs only items with an id and an action, and is acknowledged', async t => {
    t.same(anOrder([item('1')]), {
      id: 'order-1',
      '@type': 'ProductOrder',
      state: 'acknowledged',
      orderDate: '2026-03-02T09:00:00.000Z',
      relatedParty: [],
      productOrderItem: [{ id: '1', action: 'add', state: 'acknowledged' }]
    })
  })

  t.test('keeps what it was given, but for what only the server sets', async t => {
    const given = {
      state: 'completed',
      id: 'mine',
      href: 'http://elsewhere.example.com/',
      expectedCompletionDate: '2026-01-01T00:00:00Z',
      productOrderMilestone: [{ name: 'Installed' }],
      externalId: 'shop-7',
      loyalty: { tier: 3 },
      '@type': 'ShopOrder'
    }
    const nested = { ...item('1', { productOrderItem: [item('1.1')] }), state: 'completed' as const }
    const order = anOrder([nested], given as Partial<NewProductOrder>)
    t.match(order, { id: 'order-1', state: 'acknowledged', externalId: 'shop-7', loyalty: { tier: 3 }, '@type': 'ShopOrder' })
    t.notOk('href' in order || 'expectedCompletionDate' in order || 'productOrderMilestone' in order)
    t.equal(states(order), 'acknowledged acknowledged acknowledged')
  })

  t.test('is refused without items and with items that cannot be told apart', async t => {
    const refused = (items: NewProductOrderItem[]) => acknowledgeOrder({ productOrderItem: items }, { id: 'o', now })
    t.match(refused([]), { refused: 'missingAttribute', objections: [{ pointer: '/productOrderItem' }] })
    const twice = [item('1', { productOrderItem: [item('2')] }), item('2')]
    t.match(refused(twice), { refused: 'invalidValue', objections: [{ pointer: '/productOrderItem/1/id' }] })
  })
})

t.test('accepting', async t => {
  t.test('begins work on every item and completes those with which nothing is to be done', async t => {
    const { order, history, steps } = must(acceptOrder(anOrder([item('1'), item('2', { action: 'noChange' })]), moment))
    t.equal(states(order), 'inProgress inProgress completed')
    t.same(told(history), [
      'item 1: acknowledged > inProgress',
      'item 2: acknowledged > inProgress',
      'item 2: inProgress > completed',
      'order: acknowledged > inProgress'
    ])
    t.equal(steps.length, 1)
    t.match(history[0], { order: { id: 'order-1' }, date: '2026-03-02T09:00:00.000Z', actor: 'asha', reason: 'because' })
  })

  t.test('completes an order with which nothing is to be done', async t => {
    const { order, steps } = must(acceptOrder(anOrder([item('1', { action: 'noChange' })]), moment))
    t.equal(states(order), 'completed completed')
    t.equal(order.completionDate, now.toISOString())
    t.same(
      steps.map(each => each.state),
      ['inProgress', 'completed']
    )
  })

  t.test('may be asked for again: nobody is told twice, and an order that is held stays so', async t => {
    const accepted = after(anOrder(), 'inProgress')
    for (const order of [accepted, after(accepted, 'held'), after(anOrder(), 'pending'), after(anOrder(), 'rejected')]) {
      t.same(acceptOrder(order, moment), { outcome: 'unchanged', order, steps: [], history: [] })
    }
  })

  t.test('waits until cancellations of items are settled', async t => {
    const order = after(anOrder(), { 1: 'assessingCancellation' })
    t.match(acceptOrder(order, moment), { refused: 'itemsDisagree' })
    t.equal(states(after(order, { 1: 'acknowledged' }, 'inProgress')), 'inProgress inProgress inProgress')
  })

  t.test('is not done item by item', async t => {
    t.match(step(anOrder(), { 1: 'inProgress' }), {
      refused: 'illegalMove',
      allowed: ['pending', 'rejected', 'assessingCancellation']
    })
  })
})

t.test('moving an order', async t => {
  t.test('takes along the items that the move concerns', async t => {
    t.equal(states(after(anOrder(), 'pending')), 'pending pending pending')
    t.equal(states(after(anOrder(), 'pending', 'acknowledged')), 'acknowledged acknowledged acknowledged')
    t.equal(states(after(anOrder(), 'rejected')), 'rejected rejected rejected')
    const half = after(anOrder(), 'inProgress', { 1: 'completed' })
    t.equal(states(after(half, 'held')), 'held completed held')
    t.equal(states(after(half, 'held', 'inProgress')), 'inProgress completed inProgress')
    t.equal(states(after(half, 'held', 'cancelled')), 'cancelled completed cancelled')
  })

  t.test('where the table does not lead is refused, and told what is allowed', async t => {
    t.match(step(anOrder(), 'completed'), {
      refused: 'illegalMove',
      message: 'an order that is acknowledged may become inProgress, pending, rejected, assessingCancellation',
      allowed: ['inProgress', 'pending', 'rejected', 'assessingCancellation']
    })
    const completed = after(anOrder([item('1')]), 'inProgress', { 1: 'completed' })
    t.match(step(completed, 'held'), { refused: 'illegalMove', message: 'an order that is completed stays so', allowed: [] })
  })

  t.test('to an end that its items do not agree with is refused', async t => {
    const order = after(anOrder(), 'inProgress', { 1: 'completed' })
    for (const state of ['completed', 'partial', 'failed'] as const) {
      t.match(step(order, state), {
        refused: 'itemsDisagree',
        message: 'the order follows its items, and they make it inProgress: 1 of 2 are not final yet',
        allowed: ['held', 'assessingCancellation']
      })
    }
  })

  t.test('to where it is makes no event', async t => {
    const order = after(anOrder(), 'inProgress')
    t.same(decideOrderMove(order, 'inProgress', moment), { outcome: 'unchanged', order, steps: [], history: [] })
  })

  t.test('to an assessment of its cancellation leads back to where it was, and nowhere else', async t => {
    const held = after(anOrder(), 'inProgress', { 1: 'held', 2: 'held' })
    const assessed = after(held, 'assessingCancellation')
    t.equal(assessed.stateBeforeCancellation, 'held')
    t.same(allowedStates(assessed), ['pendingCancellation', 'held'])
    t.match(step(assessed, 'inProgress'), { refused: 'illegalMove', allowed: ['pendingCancellation', 'held'] })
    t.same(after(assessed, 'held'), held)
    t.equal(states(after(assessed, 'pendingCancellation', 'cancelled')), 'cancelled cancelled cancelled')
  })
})

t.test('an order follows its leaves', async t => {
  const outcomes: [string, Record<string, ProductOrderItemState>[], string][] = [
    ['completed when all are', [{ 1: 'completed', 2: 'completed' }], 'completed'],
    ['failed when all are', [{ 1: 'failed' }, { 2: 'failed' }], 'failed'],
    ['partial when they end differently', [{ 1: 'failed' }, { 2: 'completed' }], 'partial'],
    ['partial when some are cancelled', [{ 1: 'completed' }, { 2: 'held' }, { 2: 'cancelled' }], 'partial'],
    ['failed when none is delivered and one failed', [{ 1: 'failed' }, { 2: 'held' }, { 2: 'cancelled' }], 'failed'],
    ['cancelled when all are', [{ 1: 'held', 2: 'held' }, { 1: 'cancelled' }, { 2: 'cancelled' }], 'cancelled'],
    ['held when those that are open are', [{ 1: 'completed' }, { 2: 'held' }], 'held'],
    ['inProgress when one of them is', [{ 1: 'held' }], 'inProgress'],
    [
      'being cancelled when all that are left are',
      [{ 1: 'held' }, { 1: 'cancelled' }, { 2: 'assessingCancellation' }],
      'assessingCancellation'
    ],
    ['not being cancelled as long as something was delivered', [{ 1: 'completed' }, { 2: 'assessingCancellation' }], 'inProgress']
  ]
  for (const [name, moves, state] of outcomes) {
    t.test(`${name}`, async t => {
      t.equal(after(anOrder(), 'inProgress', ...moves).state, state)
    })
  }

  t.test('through every state that the table asks for', async t => {
    const order = after(anOrder(), 'inProgress', { 1: 'completed' }, { 2: 'held' })
    const { steps, history } = must(step(order, { 2: 'cancelled' }))
    t.same(
      steps.map(each => each.state),
      ['inProgress', 'partial']
    )
    t.same(told(history), ['item 2: held > cancelled', 'order: held > inProgress', 'order: inProgress > partial'])
  })

  t.test('and rejected and cancelled leaves count as not delivered', async t => {
    const order = after(anOrder([item('1'), item('2'), item('3')]), { 1: 'rejected' })
    t.equal(states(after(order, { 2: 'rejected', 3: 'rejected' })), 'rejected rejected rejected rejected')
    t.equal(states(after(order, 'inProgress', { 2: 'completed', 3: 'completed' })), 'partial rejected completed completed')
    t.equal(states(after(order, { 2: 'pending' }, { 3: 'rejected' })), 'pending rejected pending rejected')
  })

  t.test('and so do items that hold items', async t => {
    const bundle = [item('1', { productOrderItem: [item('1.1'), item('1.2', { productOrderItem: [item('1.2.1')] })] }), item('2')]
    const order = after(anOrder(bundle), 'inProgress')
    t.equal(states(order), 'inProgress inProgress inProgress inProgress inProgress inProgress')
    const mixed = after(order, { '1.1': 'completed', '1.2.1': 'failed' })
    t.equal(states(mixed), 'inProgress failed completed failed failed inProgress', 'a mix shows as failed')
    t.equal(states(after(mixed, { 2: 'completed' })), 'partial failed completed failed failed completed')
    t.match(step(order, { 1: 'completed' }), { refused: 'illegalMove', message: /those are moved instead/ })
  })

  t.test('what fails is told with its reason', async t => {
    const { order } = must(decideItemMoves(after(anOrder(), 'inProgress'), [{ itemId: '2', to: 'failed' }], moment))
    t.same(order.productOrderErrorMessage, [
      {
        '@type': 'ErrorMessage',
        code: 'itemFailed',
        reason: 'An item of the order failed',
        message: 'because',
        timestamp: '2026-03-02T09:00:00.000Z',
        productOrderItem: [{ '@type': 'ProductOrderItemRef', productOrderId: 'order-1', productOrderItemId: '2' }]
      }
    ])
  })
})

t.test('moving items', async t => {
  t.test('is done for all of them or none', async t => {
    const order = after(anOrder(), 'inProgress', { 1: 'completed' })
    t.match(step(order, { 2: 'completed', 1: 'held' }), { refused: 'illegalMove', message: 'an item that is completed stays so' })
    t.match(step(order, { 2: 'completed', 9: 'held' }), { refused: 'notFound' })
  })

  t.test('to where they are makes no event', async t => {
    const order = after(anOrder(), 'inProgress', { 1: 'completed' })
    t.match(step(order, { 1: 'completed' }), { outcome: 'unchanged', history: [] })
    t.same(told(must(step(order, { 1: 'completed', 2: 'held' })).history), [
      'item 2: inProgress > held',
      'order: inProgress > held'
    ])
  })
})

t.test('patching', async t => {
  t.test('moves items first, and the order unless it followed', async t => {
    const order = after(anOrder(), 'inProgress')
    const done = [
      { id: '2', state: 'completed' },
      { id: '1', state: 'completed' }
    ]
    const patched = must(patch(order, { state: 'completed', productOrderItem: done }))
    t.equal(states(patched.order), 'completed completed completed')
    t.same(
      patched.order.productOrderItem.map(({ id, action }) => `${id} ${action}`),
      ['2 add', '1 add']
    )
    t.equal(states(must(patch(order, { productOrderItem: done })).order), 'completed completed completed')
    t.match(patch(order, { state: 'completed', productOrderItem: [{ id: '1', state: 'completed' }, { id: '2' }] }), {
      refused: 'itemsDisagree'
    })
    t.equal(must(patch(order, { state: 'held' })).order.state, 'held')
    t.match(patch(order, { state: 'acknowledged' }), { refused: 'illegalMove', allowed: ['held', 'assessingCancellation'] })
  })

  t.test('changes nothing when nothing is new', async t => {
    const order = after(anOrder(), 'inProgress')
    t.match(patch(order, { state: 'inProgress', productOrderItem: [{ id: '1' }, { id: '2', state: 'inProgress' }] }), {
      outcome: 'unchanged',
      steps: []
    })
  })

  t.test('may send back what was read, and something else than an order it may not', async t => {
    const order = anOrder()
    const read = { ...order, href: 'https://example.com/productOrder/order-1', allowedState: allowedStates(order) }
    t.match(decidePatch(order, read, moment), { outcome: 'unchanged' })
    t.match(decidePatch(order, null, moment), { refused: 'invalidValue' })
    t.match(decidePatch(order, { ...read, state: undefined }, moment), { refused: 'invalidValue' })
    t.match(decidePatch(order, { ...read, id: 'other' }, moment), { refused: 'serverOwned' })
  })

  t.test('must leave the items where they are', async t => {
    const order = anOrder([item('1', { productOrderItem: [item('1.1')] }), item('2')])
    const wrong = [
      [{ id: '1' }],
      [{ id: '1' }, { id: '3' }],
      [{ id: '1' }, { id: '2' }, { id: '2' }],
      [{ id: '1' }, { id: '1' }],
      [{ id: '1', productOrderItem: [] }, { id: '2' }],
      [{ id: '1', productOrderItem: null }, { id: '2' }],
      [{ id: '1' }, { id: '2', productOrderItem: [{ id: '2.1' }] }],
      null
    ]
    for (const productOrderItem of wrong) {
      t.match(patch(order, { productOrderItem }), { refused: 'invalidValue' }, JSON.stringify(productOrderItem))
    }
  })

  t.test('of an item that holds items must agree with those', async t => {
    const order = after(anOrder([item('1', { productOrderItem: [item('1.1')] })]), 'inProgress')
    const of = (state: string, leaf: string) =>
      patch(order, { productOrderItem: [{ id: '1', state, productOrderItem: [{ id: '1.1', state: leaf }] }] })
    t.equal(states(must(of('completed', 'completed')).order), 'completed completed completed')
    t.match(of('failed', 'completed'), { refused: 'itemsDisagree', objections: [{ pointer: '/productOrderItem/0/state' }] })
    t.match(of('done', 'completed'), { refused: 'invalidValue', objections: [{ pointer: '/productOrderItem/0/state' }] })
    t.match(of('completed', 'done'), {
      refused: 'invalidValue',
      objections: [{ pointer: '/productOrderItem/0/productOrderItem/0/state' }]
    })
  })

  t.test('changes attributes only while they may change', async t => {
    const early = anOrder()
    const late = after(early, 'inProgress')
    const final = after(early, 'rejected')
    const objection = (order: ProductOrder, change: object) => {
      const decision = patch(order, change)
      return isRefusal(decision) ? decision.objections?.map(({ code, pointer }) => `${code} ${pointer}`).join() : 'changed'
    }
    t.equal(objection(early, { category: 'b2b' }), 'changed')
    t.equal(objection(late, { category: 'b2b' }), 'notChangeable /category')
    t.equal(objection(late, { notificationContact: 'x' }), 'changed')
    t.equal(objection(final, { notificationContact: 'x' }), 'notChangeable /notificationContact')
    t.equal(objection(final, { note: [{ text: 'x' }], loyalty: 3 }), 'changed')
    t.equal(objection(early, { orderDate: '2027-01-01T00:00:00Z', completionDate: null }), 'serverOwned /orderDate')
    t.equal(objection(early, { productOrderMilestone: [] }), 'serverOwned /productOrderMilestone')
    const itemChange = (more: object) => ({ productOrderItem: [{ id: '1', ...more }, { id: '2' }] })
    t.equal(objection(early, itemChange({ quantity: 2 })), 'changed')
    t.equal(objection(late, itemChange({ quantity: 2, appointment: { id: 'a' } })), 'notChangeable /productOrderItem/0/quantity')
    t.equal(objection(late, itemChange({ appointment: { id: 'a' } })), 'changed')
    t.equal(
      objection(late, itemChange({ stateBeforeCancellation: 'held' })),
      'serverOwned /productOrderItem/0/stateBeforeCancellation'
    )
  })

  t.test('does both at once, in one step where there is one move', async t => {
    const { steps, history, order } = must(patch(anOrder(), { state: 'pending', description: 'what for' }))
    t.equal(steps.length, 1)
    t.equal(history.length, 3)
    t.match(order, { state: 'pending', description: 'what for' })
  })

  t.test('removes what null says, but never the list of parties', async t => {
    const order = anOrder([item('1', { quantity: 2 })], {
      description: 'x',
      relatedParty: [{ id: '1', '@referredType': 'Customer' }]
    })
    const patched = must(
      patch(order, { description: null, relatedParty: null, productOrderItem: [{ id: '1', quantity: null }] })
    ).order
    t.same(patched, anOrder([item('1')]))
  })
})

t.test('only orders on which nobody works, or ever will, can be deleted', async t => {
  const order = anOrder([item('1')])
  const working = after(order, 'inProgress')
  t.same([order, after(order, 'rejected'), after(working, { 1: 'failed' })].map(refusalToDelete), [
    undefined,
    undefined,
    undefined
  ])
  for (const each of [after(order, 'pending'), working, after(working, 'held'), after(working, 'assessingCancellation')]) {
    t.match(refusalToDelete(each), { refused: 'notDeletable' })
  }
})

t.test('cancelling', async t => {
  const input = { productOrder: { id: 'order-1' }, cancellationReason: 'moved away' }
  const cancel = (order: ProductOrder, more: { pointOfNoReturn?: string } = {}) =>
    decideCancellation(order, { id: 'task-1', input, ...more }, { now, actor: 'asha' })
  const ofOrder = ({ order }: Cancellation) => order.history.filter(({ subject }) => subject === 'order')

  t.test('before work began is done at once: three moves, and the task is done', async t => {
    for (const before of [anOrder(), after(anOrder(), 'pending')]) {
      const decision = must(cancel(before))
      const { order, tasks, history } = decision
      t.same(
        order.steps.map(each => each.state),
        ['assessingCancellation', 'pendingCancellation', 'cancelled']
      )
      t.same(
        ofOrder(decision).map(({ to }) => to),
        ['assessingCancellation', 'pendingCancellation', 'cancelled']
      )
      t.equal(states(order.order), 'cancelled cancelled cancelled')
      t.match(order.order, { cancellationReason: 'moved away', cancellationDate: now.toISOString() })
      t.same(
        tasks.map(({ state }) => state),
        ['acknowledged', 'inProgress', 'done']
      )
      t.same(tasks.at(-1), {
        id: 'task-1',
        '@type': 'CancelProductOrder',
        ...input,
        state: 'done',
        effectiveCancellationDate: now.toISOString()
      })
      t.match(history, [
        { subject: 'task', task: { id: 'task-1' }, order: { id: 'order-1' }, from: 'acknowledged', to: 'inProgress' },
        { subject: 'task', from: 'inProgress', to: 'done', reason: 'moved away' }
      ])
    }
  })

  t.test('that is impossible is refused and says why', async t => {
    const message = (order: ProductOrder, pointOfNoReturn?: string) => {
      const decision = cancel(order, pointOfNoReturn === undefined ? {} : { pointOfNoReturn })
      return isRefusal(decision) ? `${decision.refused}: ${decision.message}` : 'not refused'
    }
    t.equal(message(after(anOrder(), 'rejected')), 'notCancellable: the order is rejected already')
    const assessed = after(anOrder(), 'inProgress', 'assessingCancellation')
    t.equal(message(assessed), 'notCancellable: the order is being cancelled already: it is assessingCancellation')
    t.equal(
      message(after(anOrder(), 'inProgress'), 'Device shipped'),
      'notCancellable: the order is past its point of no return: Device shipped'
    )
  })

  t.test('once work began is assessed, and confirmed later', async t => {
    const { order, tasks } = must(cancel(after(anOrder(), 'inProgress', { 1: 'completed' })))
    t.equal(states(order.order), 'assessingCancellation completed assessingCancellation')
    t.same(
      tasks.map(({ state }) => state),
      ['acknowledged', 'inProgress']
    )
    const confirmed = must(confirmCancellation(order.order, tasks.at(-1)!, moment))
    t.equal(states(confirmed.order.order), 'cancelled completed cancelled')
    t.match(confirmed.tasks, [{ state: 'done', effectiveCancellationDate: now.toISOString() }])
    t.match(confirmCancellation(confirmed.order.order, confirmed.tasks[0]!, moment), {
      order: { outcome: 'unchanged' },
      tasks: []
    })
  })

  t.test('may be refused later: the order goes on where it was, with a note', async t => {
    const working = after(anOrder(), 'inProgress', { 1: 'held' })
    const { order, tasks } = must(cancel(working))
    const refused = must(refuseCancellation(order.order, tasks.at(-1)!, { ...moment, reason: 'the van has left' }))
    t.equal(states(refused.order.order), states(working))
    t.match(refused.order.order.note, [{ author: 'asha', text: 'the van has left', date: now.toISOString() }])
    t.match(refused.tasks, [{ state: 'terminatedWithError' }])
    t.match(refused.history, [{ subject: 'task', from: 'inProgress', to: 'terminatedWithError', reason: 'the van has left' }])
    t.notOk('stateBeforeCancellation' in refused.order.order)
    t.match(refuseCancellation(working, tasks.at(-1)!, moment), { refused: 'illegalMove' })
    t.match(confirmCancellation(working, tasks.at(-1)!, moment), { refused: 'illegalMove' })
    t.match(refuseCancellation(working, refused.tasks[0]!, moment), { tasks: [], order: { outcome: 'unchanged' } })
  })

  t.test('its task follows an order that is moved otherwise', async t => {
    const { order, tasks } = must(cancel(after(anOrder(), 'inProgress')))
    const task = tasks.at(-1)!
    const follow = (of: ProductOrder) => settleTask(task, of, moment).map(({ state }: CancelProductOrder) => state)
    t.same(follow(order.order), [])
    t.same(follow(after(order.order, 'pendingCancellation')), [])
    t.same(follow(after(order.order, 'pendingCancellation', 'cancelled')), ['done'])
    t.same(follow(after(order.order, 'inProgress')), ['terminatedWithError'])
  })

  t.test('and completing at the same time has one winner, whoever is first', async t => {
    const working = after(anOrder([item('1')]), 'inProgress')
    const completed = after(working, { 1: 'completed' })
    t.match(cancel(completed), { refused: 'notCancellable' })
    const assessed = must(cancel(working)).order.order
    t.match(step(assessed, { 1: 'completed' }), { refused: 'illegalMove' })
    t.match(step(assessed, 'completed'), { refused: 'illegalMove' })
  })
})

t.test('the published tables are the ones that are used', async t => {
  const text = await readFile(new URL('../../../../docs/order-states.md', import.meta.url), 'utf8')
  const table = (name: string) => text.split(`<!-- ${name} -->\n`)[1]
  const rows = (head: string, lines: string[]) => `${head}\n${lines.join('\n')}\n`
  const code = (word: string) => `\`${word}\``
  const transitions = (of: Readonly<Record<string, readonly string[]>>) =>
    rows(
      '| from | to |\n|---|---|',
      Object.entries(of).map(([from, to]) => `| ${code(from)} | ${to.length > 0 ? to.map(code).join(', ') : 'final'} |`)
    )
  const changeable = (of: Readonly<Record<string, string>>) => {
    const names = new Map<string, string[]>()
    for (const [name, when] of Object.entries(of)) names.set(when, [...(names.get(when) ?? []), name])
    return rows(
      '| may change | attributes |\n|---|---|',
      [...names].map(([when, each]) => `| ${code(when)} | ${each.map(code).join(', ')} |`)
    )
  }
  t.equal(table('order'), transitions(orderTransitions))
  t.equal(table('item'), transitions(orderItemTransitions))
  t.equal(table('task'), transitions(taskTransitions))
  t.equal(
    table('roll-up'),
    rows(
      '| when | the order is |\n|---|---|',
      rollUpTable.map(({ when, state }) => `| ${when} | ${code(state)} |`)
    )
  )
  t.equal(table('order attributes'), changeable(changeableOrderAttributes))
  t.equal(table('item attributes'), changeable(changeableItemAttributes))
})
