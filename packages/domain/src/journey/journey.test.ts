import t from 'tap'
import type { Moment } from '../kernel/moment.ts'
import { isRefusal, type Refusal } from '../kernel/refusal.ts'
import {
  acceptOrder,
  acknowledgeOrder,
  decideCancellation,
  decideItemMoves,
  decideOrderMove,
  type OrderChange,
  type ProductOrderItemState,
  type ProductOrderState
} from '../ordering/index.ts'
import type { NewProductOrder, ProductOrder } from '../resources/product-order.ts'
import type { NewProductOrderItem } from '../resources/product-order-item.ts'
import {
  addMilestone,
  annotateMilestone,
  applyEvent,
  applyOrder,
  correctMilestone,
  defaultJourneySpecification,
  type Journey,
  type JourneyChange,
  type JourneySpecification,
  journeyProgress,
  lookAtJourney,
  type MilestoneSpecification,
  noticesOf,
  orderProgress,
  passedPointOfNoReturn,
  reachMilestone,
  replanMilestone,
  skipMilestone,
  standardView,
  startJourney,
  takeOrder,
  trackingView,
  withJourney
} from './index.ts'

const START = Date.parse('2026-03-02T09:00:00Z')
const DAY = 86_400_000
/** So many days after the start. */
const day = (days: number) => new Date(START + days * DAY).toISOString()
const on = (days: number, reason?: string): Moment => {
  return { now: new Date(START + days * DAY), actor: 'asha', ...(reason !== undefined && { reason }) }
}

function milestone(key: string, more: Partial<MilestoneSpecification> = {}): MilestoneSpecification {
  return { key, name: key, reachedBy: { by: 'hand' }, ...more }
}

function specified(...milestones: MilestoneSpecification[]): JourneySpecification {
  return { id: 's', key: 's', version: 3, lifecycleStatus: 'active', name: 'S', milestone: milestones }
}

function anOrder(items: NewProductOrderItem[] = [{ id: '1', action: 'add' }], more: Partial<NewProductOrder> = {}): ProductOrder {
  return must(acknowledgeOrder({ productOrderItem: items, ...more }, { id: 'order-1', now: new Date(START) }))
}

function started(specification: JourneySpecification, order = anOrder()): Journey {
  return startJourney({ id: 'journey-1', specification, order }, on(0)).journey
}

/** Each takes two days from when the one before is reached. */
const chain = specified(
  milestone('a', { plan: { duration: 'P2D' } }),
  milestone('b', { plan: { duration: 'P2D' }, requires: ['a'] }),
  milestone('c', { plan: { duration: 'P2D' }, requires: ['b'] })
)

function must<T>(decision: T | Refusal): T {
  if (isRefusal(decision)) throw new Error(decision.message)
  return decision
}

const then = (decision: JourneyChange | Refusal): Journey => must(decision).journey
const states = ({ milestone }: Journey) => milestone.map(({ key, state }) => `${key} ${state}`)
const forecasts = ({ milestone }: Journey) =>
  milestone.map(({ key, forecastDate }) => `${key} ${(Date.parse(forecastDate) - START) / DAY}`)
const plans = ({ milestone }: Journey) =>
  milestone.map(({ key, plannedDate }) => `${key} ${(Date.parse(plannedDate) - START) / DAY}`)
const told = ({ history }: JourneyChange) => history.map(({ milestone, from, to }) => `${milestone?.key}: ${from} > ${to}`)
const reached = (journey: Journey, key: string, days: number) => then(reachMilestone(journey, { key }, on(days)))

/** The order in other states, and its journey after it. */
function follow(
  journey: Journey,
  order: ProductOrder,
  move: ProductOrderState | Record<string, ProductOrderItemState>,
  days = 1
) {
  const moved = must(movedOrder(order, move, on(days)))
  return { order: moved.order, journey: applyOrder(journey, moved, on(days)).journey }
}

function movedOrder(
  order: ProductOrder,
  move: ProductOrderState | Record<string, ProductOrderItemState>,
  moment: Moment
): OrderChange | Refusal {
  if (typeof move === 'string') return decideOrderMove(order, move, moment)
  return decideItemMoves(
    order,
    Object.entries(move).map(([itemId, to]) => ({ itemId, to })),
    moment
  )
}

t.test('a new order', async t => {
  t.test('gets the milestones of its specification, with dates', async t => {
    const change = startJourney({ id: 'journey-1', specification: chain, order: anOrder() }, on(0))
    t.same(change.outcome, 'changed')
    t.match(change.journey, {
      id: 'journey-1',
      '@type': 'Journey',
      productOrder: { id: 'order-1' },
      specification: { id: 's', key: 's', version: 3 },
      state: 'active',
      startDate: day(0),
      plannedCompletionDate: day(6),
      expectedCompletionDate: day(6),
      nextDueDate: day(2)
    })
    t.same(plans(change.journey), ['a 2', 'b 4', 'c 6'])
    t.same(forecasts(change.journey), plans(change.journey))
    t.same(states(change.journey), ['a open', 'b open', 'c open'])
  })

  t.test('gets milestones of items for each item that they are for', async t => {
    const items: NewProductOrderItem[] = [
      {
        id: '1',
        action: 'add',
        productOrderItem: [
          { id: '1.1', action: 'add' },
          { id: '1.2', action: 'delete' }
        ]
      },
      { id: '2', action: 'add' }
    ]
    const specification = specified(
      milestone('done', { requires: ['checked', 'gone'] }),
      milestone('shipped', { scope: 'item', requires: ['packed'] }),
      milestone('checked', { scope: 'item', forItems: { action: 'add' }, requires: ['shipped'] }),
      milestone('gone', { scope: 'item', forItems: { action: 'noChange' }, requires: ['packed'] }),
      milestone('packed')
    )
    const requires = Object.fromEntries(started(specification, anOrder(items)).milestone.map(each => [each.key, each.requires]))
    t.same(requires, {
      packed: [],
      'shipped:1.1': ['packed'],
      'shipped:1.2': ['packed'],
      'shipped:2': ['packed'],
      'checked:1': ['shipped:1.1', 'shipped:1.2', 'shipped:2'],
      'checked:1.1': ['shipped:1.1'],
      'checked:2': ['shipped:2'],
      done: ['checked:1', 'checked:1.1', 'checked:2', 'packed']
    })
    t.same(Object.keys(requires)[0], 'packed', 'each behind what it requires')
  })

  t.test('keeps to what held when it began', async t => {
    const workingHours = [{ days: ['friday' as const], from: '08:00', to: '10:00' }]
    const office = { id: 'office', name: 'Office', timeZone: 'UTC', workingHours }
    const plan = { duration: 'PT1H', calendar: 'office' }
    const specification = specified(milestone('a', { plan }), milestone('b', { requires: ['a'], plan }))
    const { journey } = startJourney(
      { id: 'j', specification, order: anOrder(), calendars: [office, { ...office, id: 'other' }] },
      on(0)
    )
    t.same(journey.calendar, [office])
    t.same(
      reached(journey, 'a', 1).milestone.map(({ forecastDate }) => forecastDate),
      ['2026-03-06T09:00:00.000Z', '2026-03-06T09:00:00.000Z'],
      'an hour on Friday from Tuesday on'
    )
  })

  t.test('with nothing planned is never due', async t => {
    const journey = started(specified(milestone('a'), milestone('b', { requires: ['a'] })))
    t.notOk('nextDueDate' in journey)
    t.equal(lookAtJourney(journey, on(400)).outcome, 'unchanged')
    t.equal(journey.expectedCompletionDate, day(0))
  })
})

t.test('reaching a milestone', async t => {
  t.test('by hand is recorded and moves the dates behind it', async t => {
    const change = must(reachMilestone(started(chain), { key: 'a' }, on(1, 'called')))
    t.same(told(change), ['a: open > reached'])
    t.match(change.history[0], { subject: 'milestone', order: { id: 'order-1' }, date: day(1), actor: 'asha', reason: 'called' })
    t.same(forecasts(change.journey), ['a 2', 'b 3', 'c 5'])
    t.same(plans(change.journey), ['a 2', 'b 4', 'c 6'])
    t.match(change.journey, {
      expectedCompletionDate: day(5),
      plannedCompletionDate: day(6),
      nextDueDate: day(4),
      lastUpdate: day(1)
    })
  })

  t.test('again changes nothing', async t => {
    const journey = reached(started(chain), 'a', 1)
    t.same(reachMilestone(journey, { key: 'a' }, on(1.5)), { outcome: 'unchanged', journey, history: [] })
  })

  t.test('may be told afterwards, but not beforehand', async t => {
    const journey = started(chain)
    t.equal(
      then(reachMilestone(journey, { key: 'a', date: '2026-03-02T11:00:00+01:00' }, on(1))).milestone[0]!.date,
      '2026-03-02T10:00:00.000Z'
    )
    t.match(reachMilestone(journey, { key: 'a', date: day(2) }, on(1)), {
      refused: 'invalidValue',
      objections: [{ pointer: '/date' }]
    })
    t.match(reachMilestone(journey, { key: 'a', date: 'today' }, on(1)), { refused: 'invalidValue' })
  })

  t.test('before what it requires is refused, and says what that is', async t => {
    t.match(reachMilestone(started(chain), { key: 'c' }, on(1)), { refused: 'requirementsOpen', message: 'before it comes b' })
    t.match(reachMilestone(started(chain), { key: 'x' }, on(1)), { refused: 'notFound' })
  })

  t.test('passes over optional ones that were not, unless mandatory ones are behind them', async t => {
    const specification = specified(
      milestone('a'),
      milestone('b', { requires: ['a'], isOptional: true }),
      milestone('c', { requires: ['b'], isOptional: true }),
      milestone('d', { requires: ['c'] })
    )
    const journey = started(specification)
    t.match(reachMilestone(journey, { key: 'd' }, on(1)), { refused: 'requirementsOpen', message: 'before it comes a' })
    const passed = reached(reached(journey, 'a', 1), 'd', 2)
    t.same(states(passed), ['a reached', 'b skipped', 'c skipped', 'd reached'])
    t.equal(passed.milestone[1]!.message, 'Passed over: d was reached')
  })

  t.test('happens by the states of the order and its items', async t => {
    const specification = specified(
      milestone('received', { reachedBy: { by: 'orderState', states: ['acknowledged'] } }),
      milestone('accepted', { reachedBy: { by: 'orderState', states: ['inProgress'] }, requires: ['received'] }),
      milestone('delivered', { scope: 'item', reachedBy: { by: 'itemState', states: ['completed'] } }),
      milestone('all', { reachedBy: { by: 'itemState', states: ['completed', 'held'] } }),
      milestone('rest', { requires: ['delivered'], reachedBy: { by: 'requirements' } })
    )
    const order = anOrder([
      { id: '1', action: 'add' },
      { id: '2', action: 'add' }
    ])
    const journey = started(specification, order)
    t.same(states(journey).slice(0, 2), ['received reached', 'accepted open'])
    const accepted = follow(journey, order, 'inProgress')
    t.same(states(accepted.journey).slice(1), [
      'accepted reached',
      'delivered:1 open',
      'delivered:2 open',
      'all open',
      'rest open'
    ])
    const held = follow(accepted.journey, accepted.order, { 2: 'held' })
    const first = follow(held.journey, held.order, { 1: 'completed' })
    t.same(states(first.journey).slice(2), ['delivered:1 reached', 'delivered:2 open', 'all reached', 'rest open'])
    const resumed = follow(first.journey, first.order, { 2: 'inProgress' })
    t.equal(applyOrder(resumed.journey, { order: resumed.order, history: [] }, on(2)).outcome, 'unchanged')
    const last = follow(resumed.journey, resumed.order, { 2: 'completed' }, 3)
    t.match(last.journey, { state: 'ended' })
    t.same(states(last.journey).slice(3), ['delivered:2 reached', 'all reached', 'rest reached'])
  })

  t.test('happens by events whose content is as described', async t => {
    const reachedBy = {
      by: 'event' as const,
      resource: 'shipment',
      kind: 'stateChanged',
      where: [{ path: 'parcel.state', in: ['left', 7] }]
    }
    const items = anOrder([
      { id: '1', action: 'add' },
      { id: '2', action: 'add' }
    ])
    const specification = specified(
      milestone('left', { reachedBy }),
      milestone('own', { scope: 'item', reachedBy: { ...reachedBy, orderPath: 'of.id', itemPath: 'item.id', where: [] } })
    )
    const journey = started(specification, items)
    const after = (document: unknown, kind = 'stateChanged', resource = 'shipment') =>
      states(applyEvent(journey, { resource, kind, document }, on(1)).journey).filter(each => each.endsWith('reached'))
    const productOrder = { id: 'order-1' }
    t.same(after({ productOrder, parcel: [{ state: 'packed' }, { state: 'left' }] }), ['left reached'])
    t.same(after({ productOrder, parcel: { state: 7 } }), ['left reached'])
    t.same(after({ productOrder, parcel: { state: '7' } }), [])
    t.same(after({ productOrder: { id: 'order-2' }, parcel: { state: 'left' } }), [])
    t.same(after({ productOrder, parcel: { state: 'left' } }, 'created'), [])
    t.same(after({ productOrder, parcel: { state: 'left' } }, 'stateChanged', 'parcel'), [])
    t.same(after({ of: { id: 'order-1' }, item: [{ id: '2' }] }), ['own:2 reached'])
    t.same(after(null), [])
    t.equal(applyEvent(journey, { resource: 'x', kind: 'y', document: {} }, on(1)).outcome, 'unchanged')
  })

  t.test('by events of the order itself needs no path', async t => {
    const journey = started(
      specified(
        milestone('a', { reachedBy: { by: 'event', resource: 'productOrder', where: [{ path: 'priority', in: ['0'] }] } })
      )
    )
    const document = { id: 'order-1', priority: '0' }
    t.same(states(applyEvent(journey, { resource: 'productOrder', kind: 'attributesChanged', document }, on(1)).journey), [
      'a reached'
    ])
  })
})

t.test('skipping', async t => {
  const specification = specified(
    milestone('a', { isOptional: true }),
    milestone('b', { requires: ['a'], reachedBy: { by: 'requirements' } })
  )

  t.test('leaves out an optional milestone, with a reason', async t => {
    const change = must(skipMilestone(started(specification), { key: 'a' }, on(1, 'not wanted')))
    t.same(told(change), ['a: open > skipped', 'b: open > reached'])
    t.equal(change.journey.milestone[0]!.message, 'not wanted')
    t.match(skipMilestone(started(specification), { key: 'a' }, on(1)), { refused: 'missingAttribute' })
    t.equal(must(skipMilestone(change.journey, { key: 'a' }, on(2, 'again'))).outcome, 'unchanged')
  })

  t.test('is refused for mandatory ones, and for what was reached', async t => {
    t.match(skipMilestone(started(specification), { key: 'b' }, on(1, 'x')), { refused: 'illegalMove', allowed: ['reached'] })
    t.match(skipMilestone(reached(started(specification), 'a', 1), { key: 'a' }, on(1, 'x')), { refused: 'illegalMove' })
  })
})

t.test('correcting', async t => {
  t.test('is the only way back, and is recorded with its reason', async t => {
    const journey = reached(started(chain), 'a', 1)
    t.match(correctMilestone(journey, { key: 'a' }, on(2)), { refused: 'missingAttribute' })
    const change = must(correctMilestone(journey, { key: 'a' }, on(1.5, 'wrong order')))
    t.same(told(change), ['a: reached > open'])
    t.same(forecasts(change.journey), ['a 2', 'b 4', 'c 6'])
    t.match(reachMilestone(change.journey, { key: 'a' }, on(2)), { outcome: 'changed' })
    t.equal(must(correctMilestone(change.journey, { key: 'b' }, on(1.8, 'x'))).outcome, 'unchanged')
  })

  t.test('leaves the milestone to be reached by hand', async t => {
    const journey = started(specified(milestone('a'), milestone('b', { requires: ['a'], reachedBy: { by: 'requirements' } })))
    const corrected = then(correctMilestone(reached(journey, 'a', 1), { key: 'b' }, on(2, 'not yet')))
    t.same(states(corrected), ['a reached', 'b open'])
    t.same(states(then(annotateMilestone(corrected, { key: 'a', text: 'hm' }, on(3)))), ['a reached', 'b open'])
    t.same(states(reached(corrected, 'b', 3)), ['a reached', 'b reached'])
  })
})

t.test('a note is added whatever the state', async t => {
  const journey = reached(started(chain), 'a', 1)
  const noted = then(annotateMilestone(journey, { key: 'a', text: 'by van' }, on(2)))
  t.same(noted.milestone[0]!.note, [{ author: 'asha', date: day(2), text: 'by van' }])
  t.match(annotateMilestone(journey, { key: 'a', text: ' ' }, on(2)), { refused: 'missingAttribute' })
})

t.test('re-planning', async t => {
  t.test('moves the plan, and all plans and forecasts behind it', async t => {
    const change = must(replanMilestone(started(chain), { key: 'b', date: day(7) }, on(1, 'strike')))
    t.same(plans(change.journey), ['a 2', 'b 7', 'c 9'])
    t.same(forecasts(change.journey), ['a 2', 'b 7', 'c 9'])
    t.match(change.history, [{ attribute: 'plannedDate', from: day(4), to: day(7), reason: 'strike', milestone: { key: 'b' } }])
    t.match(change.journey, { plannedCompletionDate: day(9), expectedCompletionDate: day(9) })
    t.equal(must(replanMilestone(change.journey, { key: 'b', date: day(7) }, on(1, 'again'))).outcome, 'unchanged')
    t.same(
      forecasts(then(lookAtJourney(change.journey, on(6)))),
      ['a 6', 'b 7', 'c 9'],
      'a date set by hand is kept to while it can be'
    )
  })

  t.test('is refused for the past, without a reason and for what is over', async t => {
    const journey = reached(started(chain), 'a', 1)
    t.match(replanMilestone(journey, { key: 'b', date: day(0) }, on(1, 'x')), { refused: 'invalidValue' })
    t.match(replanMilestone(journey, { key: 'b', date: '2026-13-01' }, on(1, 'x')), { refused: 'invalidValue' })
    t.match(replanMilestone(journey, { key: 'b', date: day(9) }, on(1)), { refused: 'missingAttribute' })
    t.match(replanMilestone(journey, { key: 'a', date: day(9) }, on(1, 'x')), { refused: 'illegalMove' })
  })
})

t.test('what slips moves what comes after it, and not the plan', async t => {
  const late = then(lookAtJourney(started(chain), on(2)))
  t.same(forecasts(late), ['a 2', 'b 4', 'c 6'], 'nothing is known yet at the date itself')
  const reachedLate = reached(late, 'a', 5)
  t.same(forecasts(reachedLate), ['a 2', 'b 7', 'c 9'])
  t.same(plans(reachedLate), ['a 2', 'b 4', 'c 6'])
  t.match(reachedLate, { expectedCompletionDate: day(9), plannedCompletionDate: day(6) })
})

t.test('a date that is fixed to the start does not move with what slips before it, until it must', async t => {
  const journey = started(
    specified(
      milestone('a', { plan: { duration: 'P2D' } }),
      milestone('b', { requires: ['a'], plan: { duration: 'P5D', from: 'start' } })
    )
  )
  t.same(forecasts(reached(journey, 'a', 4)), ['a 2', 'b 5'])
  t.same(forecasts(reached(journey, 'a', 6)), ['a 2', 'b 6'])
})

t.test('jeopardy', async t => {
  const warned = specified(
    milestone('a', { plan: { duration: 'P10D' }, warning: { normal: 'P5D', hazard: 'P2D', critical: 'P1D' } }),
    milestone('b', { requires: ['a'], plan: { duration: 'P2D' } })
  )
  const levels = ({ milestone }: Journey) =>
    milestone[0]!.alert?.map(({ level, date }) => `${level} ${(Date.parse(date) - START) / DAY}`)

  t.test('is raised level by level, each once, at the time that was announced', async t => {
    let journey = started(warned)
    const due: string[] = []
    const history: string[] = []
    while (journey.nextDueDate) {
      due.push(journey.nextDueDate)
      const early = lookAtJourney(journey, { now: new Date(Date.parse(journey.nextDueDate) - 1), actor: 'clock' })
      t.equal(early.outcome, 'unchanged', 'not a moment too early')
      const change = lookAtJourney(journey, { now: new Date(journey.nextDueDate), actor: 'clock' })
      history.push(...told(change))
      journey = change.journey
      t.equal(lookAtJourney(journey, { now: new Date(due.at(-1)!), actor: 'clock' }).outcome, 'unchanged', 'and once')
    }
    t.same(due, [day(5), day(8), day(9), day(10), day(12)])
    t.same(levels(journey), ['normal 5', 'hazard 8', 'critical 9', 'violated 10'])
    t.same(history, ['a: open > violated', 'b: open > violated'])
  })

  t.test('that nobody looked at in time is raised once, at its highest', async t => {
    t.same(levels(then(lookAtJourney(started(warned), on(9.5)))), ['critical 9.5'])
  })

  t.test('is over when the milestone is reached, and its alerts stay', async t => {
    const journey = reached(then(lookAtJourney(started(warned), on(8))), 'a', 9)
    t.same(levels(journey), ['hazard 8'])
    t.equal(journey.nextDueDate, day(12), 'only b is left, and its plan has not moved')
  })

  t.test('begins anew with another date', async t => {
    const violated = then(lookAtJourney(started(warned), on(10)))
    const replanned = then(replanMilestone(violated, { key: 'a', date: day(20) }, on(11, 'x')))
    t.same(levels(replanned), ['violated 10'])
    t.equal(replanned.nextDueDate, day(15))
    t.same(levels(then(lookAtJourney(replanned, on(18)))), ['violated 10', 'hazard 18'])
  })

  t.test('goes on where it was when a date comes back that it was planned for before', async t => {
    const alerted = then(lookAtJourney(started(warned), on(8)))
    const away = then(replanMilestone(alerted, { key: 'a', date: day(20) }, on(8, 'x')))
    const back = then(replanMilestone(away, { key: 'a', date: day(10) }, on(8.5, 'x')))
    t.same(levels(back), ['hazard 8'], 'not once more')
    t.equal(back.nextDueDate, day(9))
    t.same(levels(then(lookAtJourney(back, on(9)))), ['hazard 8', 'critical 9'])
  })
})

t.test('a milestone for one order', async t => {
  t.test('can come between two that it has', async t => {
    const journey = reached(started(chain), 'a', 1)
    const change = must(
      addMilestone(journey, { name: 'Site visit!', after: 'a', before: 'b', plan: { duration: 'P3D' } }, on(2, 'no access'))
    )
    t.same(states(change.journey), ['a reached', 'site-visit open', 'b open', 'c open'])
    t.same(
      change.journey.milestone.map(({ requires }) => requires),
      [[], ['a'], ['site-visit'], ['b']]
    )
    t.same(forecasts(change.journey), ['a 2', 'site-visit 4', 'b 6', 'c 8'])
    t.same(plans(change.journey), ['a 2', 'site-visit 4', 'b 6', 'c 8'], 'the plan moves along')
    t.match(change.journey.milestone[1], { isCustom: true, reachedBy: { by: 'hand' } })
    t.match(reachMilestone(change.journey, { key: 'b' }, on(3)), {
      refused: 'requirementsOpen',
      message: 'before it comes Site visit!'
    })
    t.match(reachMilestone(then(skipMilestone(change.journey, { key: 'site-visit' }, on(3, 'x'))), { key: 'b' }, on(3)), {
      outcome: 'changed'
    })
  })

  t.test('can come before one, after one, or stand alone, with a date of its own', async t => {
    const journey = started(chain)
    const before = then(addMilestone(journey, { name: 'x', before: ['b', 'c'], plannedDate: day(5) }, on(1)))
    t.same(
      before.milestone.map(({ key, requires }) => [key, ...requires]),
      [['a'], ['x'], ['b', 'a', 'x'], ['c', 'b', 'x']]
    )
    t.same(plans(before), ['a 2', 'x 5', 'b 7', 'c 9'])
    const after = then(addMilestone(journey, { name: 'x', after: ['a'] }, on(1)))
    t.same(states(after), ['a open', 'x open', 'b open', 'c open'])
    t.same(plans(after), ['a 2', 'x 2', 'b 4', 'c 6'])
    t.same(states(then(addMilestone(journey, { name: 'x' }, on(1)))), ['a open', 'b open', 'c open', 'x open'])
  })

  t.test('has a key of its own', async t => {
    const twice = then(
      addMilestone(then(addMilestone(started(chain), { name: 'Ünïted  Visit' }, on(1))), { name: 'united visit' }, on(1))
    )
    t.same(
      twice.milestone.slice(3).map(({ key }) => key),
      ['u-ni-ted-visit', 'united-visit']
    )
    const again = then(addMilestone(twice, { name: 'United visit' }, on(1)))
    t.equal(again.milestone.at(-1)!.key, 'united-visit-2')
    t.equal(then(addMilestone(again, { name: '設置' }, on(1))).milestone.at(-1)!.key, 'milestone')
    t.match(addMilestone(again, { name: 'x', key: 'a' }, on(1)), { refused: 'invalidValue', objections: [{ pointer: '/key' }] })
  })

  t.test('is refused where it makes no sense', async t => {
    const journey = reached(started(chain), 'a', 1)
    const refused = (input: object) => {
      const decision = addMilestone(journey, { name: 'x', ...input }, on(2))
      return isRefusal(decision)
        ? `${decision.refused} ${decision.objections?.map(({ pointer }) => pointer).join() ?? decision.message}`
        : 'added'
    }
    t.equal(refused({ after: 'c', before: 'b' }), 'invalidValue /before')
    t.match(addMilestone(journey, { name: 'x', after: 'c', before: 'b' }, on(2)), {
      message: 'milestones require one another: b > x > c > b'
    })
    t.equal(refused({ after: 'z' }), 'invalidValue /after')
    t.equal(refused({ before: ['b', 'z'] }), 'invalidValue /before')
    t.equal(refused({ before: 'a' }), 'illegalMove what is to come after it is not open any more')
    t.equal(refused({ name: ' ' }), 'missingAttribute /name')
    t.equal(refused({ key: 'a:b' }), 'invalidValue /key')
    t.equal(refused({ plannedDate: day(1) }), 'invalidValue /plannedDate')
    t.equal(refused({ plan: { duration: 'x', calendar: 'office' } }), 'invalidValue /plan/duration,/plan/calendar')
    t.equal(refused({ reachedBy: { by: 'requirements' } }), 'invalidValue /reachedBy')
    const ended = follow(journey, anOrder(), 'rejected').journey
    t.match(addMilestone(ended, { name: 'x' }, on(2)), { refused: 'illegalMove' })
  })
})

t.test('when an order ends', async t => {
  const specification = specified(
    milestone('received', { reachedBy: { by: 'orderState', states: ['acknowledged'] } }),
    milestone('own', { scope: 'item', plan: { duration: 'P9D' } }),
    milestone('after', { requires: ['own'], reachedBy: { by: 'requirements' } })
  )
  const order = anOrder([
    { id: '1', action: 'add' },
    { id: '2', action: 'add' }
  ])
  const working = follow(started(specification, order), order, 'inProgress')

  t.test('completed, what is still open was evidently not needed', async t => {
    const { journey } = follow(working.journey, working.order, { 1: 'completed', 2: 'completed' })
    t.same(states(journey), ['received reached', 'own:1 skipped', 'own:2 skipped', 'after skipped'])
    t.equal(journey.milestone[1]!.message, 'The order is completed')
    t.match(journey, { state: 'ended' })
    t.notOk('nextDueDate' in journey)
    t.equal(lookAtJourney(journey, on(99)).outcome, 'unchanged')
  })

  t.test('otherwise, it is not expected any more', async t => {
    const held = follow(working.journey, working.order, 'held')
    const { journey } = follow(held.journey, held.order, 'cancelled')
    t.same(states(journey), ['received reached', 'own:1 withdrawn', 'own:2 withdrawn', 'after withdrawn'])
  })

  t.test('for an item, only that is not expected any more', async t => {
    const failed = follow(working.journey, working.order, { 1: 'failed' })
    t.same(states(failed.journey), ['received reached', 'own:1 withdrawn', 'own:2 open', 'after open'])
    const one = reached(failed.journey, 'own:2', 2)
    t.same(states(one), ['received reached', 'own:1 withdrawn', 'own:2 reached', 'after reached'])
  })
})

t.test('a point of no return has a name once it is passed', async t => {
  const journey = started(specified(milestone('a', { name: 'Device shipped', isPointOfNoReturn: true, isOptional: true })))
  t.equal(passedPointOfNoReturn(journey), undefined)
  t.equal(passedPointOfNoReturn(then(skipMilestone(journey, { key: 'a' }, on(1, 'x')))), undefined)
  t.equal(passedPointOfNoReturn(reached(journey, 'a', 1)), 'Device shipped')
})

t.test('the standard view', async t => {
  const specification = specified(
    milestone('a', { name: 'Scheduled', description: 'A visit is agreed', plan: { duration: 'P1D' } }),
    milestone('b', { scope: 'item', requires: ['a'], isOptional: true, plan: { duration: 'P1D' }, warning: { hazard: 'PT12H' } }),
    milestone('c', { requires: ['b'] })
  )

  t.test('has the names and the statuses of the standard', async t => {
    const item = [{ '@type': 'ProductOrderItemRef', productOrderId: 'order-1', productOrderItemId: '1' }]
    t.same(standardView(started(specification)), {
      productOrderMilestone: [
        {
          '@type': 'Milestone',
          id: 'a',
          name: 'Scheduled',
          description: 'A visit is agreed',
          status: 'Yet-To-Reach',
          milestoneDate: day(1)
        },
        { '@type': 'Milestone', id: 'b:1', name: 'b', status: 'Yet-To-Reach', milestoneDate: day(2), productOrderItem: item },
        { '@type': 'Milestone', id: 'c', name: 'c', status: 'Yet-To-Reach', milestoneDate: day(2) }
      ],
      productOrderJeopardyAlert: []
    })
    const late = then(lookAtJourney(started(specification), on(1.5)))
    t.match(standardView(late), {
      productOrderMilestone: [{ status: 'Violated', message: `Planned for ${day(1)}`, milestoneDate: day(1.5) }, {}, {}],
      productOrderJeopardyAlert: [
        {
          '@type': 'JeopardyAlert',
          id: 'a-1',
          name: 'Scheduled',
          alertDate: day(1.5),
          jeopardyType: 'Critical',
          exception: 'milestoneViolated',
          message: `It was planned for ${day(1)}`
        },
        { id: 'b:1-1', jeopardyType: 'Hazard', message: `It is planned for ${day(2)}`, productOrderItem: item }
      ]
    })
    const reachedLate = reached(late, 'a', 2)
    t.match(standardView(reachedLate).productOrderMilestone[0], {
      status: 'Completed',
      milestoneDate: day(2),
      message: `Planned for ${day(1)}`
    })
    t.equal(standardView(reachedLate).productOrderJeopardyAlert.length, 3, 'its alert stays, and b has been missed')
    const skipped = then(skipMilestone(reachedLate, { key: 'b:1' }, on(3, 'sent by mail')))
    t.match(standardView(skipped).productOrderMilestone[1], {
      status: 'Completed',
      message: 'Skipped: sent by mail',
      milestoneDate: day(3)
    })
    const cancelled = follow(started(specification), anOrder(), 'rejected').journey
    t.match(standardView(cancelled).productOrderMilestone[0], {
      status: 'Yet-To-Reach',
      message: 'No longer expected: The order is rejected'
    })
  })

  t.test('is kept on the order, and subscribers are told what is new', async t => {
    const order = anOrder()
    const journey = started(specification, order)
    const first = withJourney(order, journey)
    t.equal(first.expectedCompletionDate, day(2))
    t.notOk('productOrderJeopardyAlert' in first)
    t.equal(withJourney(first, journey), first, 'nothing is new')
    t.same(noticesOf(first, first), [])
    const second = withJourney(first, then(lookAtJourney(journey, on(1))))
    t.match(noticesOf(first, second), [
      { kind: 'milestone', productOrderMilestone: [{ id: 'a', status: 'Violated' }] },
      { kind: 'jeopardyAlert', productOrderJeopardyAlert: [{ id: 'a-1' }] }
    ])
    const third = withJourney(second, reached(then(lookAtJourney(journey, on(1))), 'a', 1))
    t.match(noticesOf(second, third), [{ kind: 'milestone', productOrderMilestone: [{ id: 'a', status: 'Completed' }] }])
    const failed = must(decideItemMoves(must(acceptOrder(third, on(2))).order, [{ itemId: '1', to: 'failed' }], on(2))).order
    t.match(noticesOf(third, failed), [{ kind: 'errorMessage', productOrderErrorMessage: [{ code: 'itemFailed' }] }])
  })
})

t.test('the tracking view', async t => {
  const order = anOrder(
    [
      {
        id: '1',
        action: 'add',
        product: { name: 'Fibre 1000', place: [{ role: 'home', name: 'Secret Street 1' }] },
        productOrderItem: [{ id: '1.1', action: 'add', productOffering: { id: 'r', name: 'Router' } }]
      },
      { id: '2', action: 'add', itemPrice: [{ price: { taxIncludedAmount: { value: 99.5 } } }] }
    ],
    {
      externalId: 'shop-7',
      note: [{ text: 'Secret note' }],
      relatedParty: [{ id: 'p', name: 'Secret Person', '@referredType': 'Customer' }]
    }
  )
  const specification = specified(
    milestone('a', { name: 'Scheduled', translation: { de: { name: 'Geplant' } }, plan: { duration: 'P1D' } }),
    milestone('check', { name: 'Secret check', visibility: 'internal', requires: ['a'] }),
    milestone('b', { requires: ['a'], plan: { duration: 'P2D' } }),
    milestone('c', { requires: ['b'] })
  )
  const journey = started(specification, order)

  t.test('shows what the customer may see, in their language', async t => {
    const scheduled = then(
      annotateMilestone(reached(journey, 'a', 0.5), { key: 'a', text: 'Secret text' }, on(0.5, 'Secret reason'))
    )
    const view = trackingView(order, scheduled, ['de'])
    t.same(view, {
      productOrder: { id: 'order-1', externalId: 'shop-7' },
      state: 'acknowledged',
      orderDate: day(0),
      item: [
        { id: '1', name: 'Fibre 1000', state: 'acknowledged', item: [{ id: '1.1', name: 'Router', state: 'acknowledged' }] },
        { id: '2', state: 'acknowledged' }
      ],
      milestone: [
        { key: 'a', name: 'Geplant', status: 'done', date: day(0.5), isLate: false },
        { key: 'b', name: 'b', status: 'current', date: day(2.5), isLate: false },
        { key: 'c', name: 'c', status: 'expected', date: day(2.5), isLate: false }
      ],
      percentDone: 33,
      expectedCompletionDate: day(2.5),
      isLate: false,
      lastUpdate: day(0.5)
    })
    t.notMatch(JSON.stringify(view), /Secret|99/)
  })

  t.test('tells what is late', async t => {
    const late = trackingView(order, then(lookAtJourney(journey, on(1))))
    t.match(late, { isLate: true, milestone: [{ key: 'a', status: 'current', isLate: true }, { isLate: false }, {}] })
    const slipped = trackingView(order, reached(journey, 'a', 2))
    t.match(slipped, { isLate: true, expectedCompletionDate: day(4) })
  })

  t.test('of an order that is done is at a hundred, of one that never will be stops', async t => {
    const accepted = follow(journey, order, 'inProgress')
    const completed = follow(accepted.journey, accepted.order, { '1.1': 'completed', 2: 'completed' })
    t.match(trackingView(completed.order, completed.journey), {
      percentDone: 100,
      isLate: false,
      completionDate: day(1),
      state: 'completed'
    })
    const rejected = follow(reached(journey, 'a', 1), order, 'rejected')
    const view = trackingView(rejected.order, rejected.journey)
    t.match(view, { isLate: false, state: 'rejected', milestone: [{ key: 'a', status: 'done' }] })
    t.equal(view.milestone.length, 1)
    t.notOk('expectedCompletionDate' in view)
  })

  t.test('counts items where there are no milestones to see', async t => {
    const hidden = started(specified(milestone('a', { visibility: 'internal' })), order)
    const accepted = follow(hidden, order, 'inProgress')
    const half = follow(accepted.journey, accepted.order, { 2: 'completed' })
    t.equal(trackingView(half.order, half.journey).percentDone, 50)
  })
})

t.test('an order and its journey together', async t => {
  const shipped = {
    ...specified(milestone('a', { reachedBy: { by: 'itemState', states: ['completed'] }, plan: { duration: 'P1D' } })),
    match: { category: 'b2b' }
  }
  const input = { category: 'b2b', productOrderItem: [{ id: '1', action: 'add' as const }] }
  const context = { orderId: 'order-1', journeyId: 'journey-1', specifications: [shipped] }
  const taken = () => must(takeOrder(input, context, on(0)))

  t.test('begin with the specification that fits', async t => {
    const { order, journey, history } = taken()
    t.match(journey, { specification: { key: 's' }, productOrder: { id: 'order-1' } })
    t.match(order, { state: 'acknowledged', expectedCompletionDate: day(1), productOrderMilestone: [{ id: 'a' }] })
    t.same(history, [])
    const other = must(takeOrder({ ...input, category: 'b2c' }, context, on(0)))
    t.match(other.journey, { specification: { key: 'default', version: 1 } })
    t.match(other.history, [{ subject: 'milestone', milestone: { key: 'received' }, to: 'reached' }])
    t.match(takeOrder({ productOrderItem: [] }, context, on(0)), { refused: 'missingAttribute' })
  })

  t.test('go on together: what is stored and told is one thing', async t => {
    const { order, journey } = taken()
    const accepted = orderProgress(order, must(acceptOrder(order, on(0.1))), journey, on(0.1))
    t.match(accepted, { outcome: 'changed', steps: [{ state: 'inProgress' }], notices: [] })
    const current = accepted.steps[0]!
    const done = orderProgress(
      current,
      must(decideItemMoves(current, [{ itemId: '1', to: 'completed' }], on(0.5))),
      accepted.journey,
      on(0.5)
    )
    t.match(done, {
      steps: [{ state: 'completed', productOrderMilestone: [{ status: 'Completed' }] }],
      journey: { state: 'ended' },
      notices: [{ kind: 'milestone' }]
    })
    t.same(
      done.history.map(({ subject, to }) => `${subject} ${to}`),
      ['item completed', 'order completed', 'milestone reached']
    )
    const final = done.steps[0]!
    t.match(orderProgress(final, must(acceptOrder(final, on(1))), done.journey, on(1)), {
      outcome: 'unchanged',
      steps: [],
      history: [],
      notices: []
    })
  })

  t.test('show on the order what became of its journey', async t => {
    const { order, journey } = taken()
    const late = journeyProgress(order, lookAtJourney(journey, on(1)))
    t.match(late, {
      steps: [{ productOrderJeopardyAlert: [{ id: 'a-1' }] }],
      notices: [{ kind: 'milestone' }, { kind: 'jeopardyAlert' }]
    })
    const noted = journeyProgress(order, must(annotateMilestone(journey, { key: 'a', text: 'x' }, on(0))))
    t.match(noted, { outcome: 'changed', steps: [], notices: [] }, 'a note is not on the order')
    t.match(journeyProgress(order, lookAtJourney(journey, on(0.5))), { outcome: 'unchanged', steps: [], journey })
  })

  t.test('end together when the order is cancelled before work began', async t => {
    const { order, journey } = taken()
    const request = { id: 'task-1', input: { productOrder: { id: order.id } }, pointOfNoReturn: passedPointOfNoReturn(journey) }
    const { order: change } = must(decideCancellation(order, request, on(0.1)))
    const cancelled = orderProgress(order, change, journey, on(0.1))
    t.same(
      cancelled.steps.map(({ state }) => state),
      ['assessingCancellation', 'pendingCancellation', 'cancelled']
    )
    t.match(cancelled.journey, { state: 'ended', milestone: [{ state: 'withdrawn' }] })
    t.equal(cancelled.history.filter(({ subject }) => subject === 'order').length, 3)
  })
})

t.test('the default journey needs no hand', async t => {
  const order = anOrder([
    { id: '1', action: 'add' },
    { id: '2', action: 'noChange' }
  ])
  const journey = started(defaultJourneySpecification, order)
  t.same(states(journey), ['received reached', 'accepted open', 'delivered:1 open', 'delivered:2 open', 'completed open'])
  const accepted = follow(journey, order, 'inProgress', 0.5)
  t.same(states(accepted.journey).slice(1), ['accepted reached', 'delivered:1 open', 'delivered:2 reached', 'completed open'])
  t.equal(accepted.journey.expectedCompletionDate, day(5.5))
  const done = follow(accepted.journey, accepted.order, { 1: 'completed' }, 3)
  t.same(
    states(done.journey).map(each => each.split(' ')[1]),
    ['reached', 'reached', 'reached', 'reached', 'reached']
  )
})
