import { readFile } from 'node:fs/promises'
import t from 'tap'
import { isRefusal, type Refusal } from '../kernel/refusal.ts'
import { acknowledgeOrder } from '../ordering/index.ts'
import type { NewProductOrder, ProductOrder } from '../resources/product-order.ts'
import {
  activateSpecification,
  checkSpecification,
  defaultJourneySpecification,
  draftSpecification,
  findCycle,
  type JourneyMatch,
  type JourneySpecification,
  lintSpecification,
  type MilestoneSpecification,
  mermaidOf,
  type NewJourneySpecification,
  redraftSpecification,
  refusalToChangeSpecification,
  refusalToDeleteSpecification,
  retireSpecification,
  selectSpecification,
  simulateJourney,
  sortByRequirements,
  wordingIn
} from './index.ts'

const now = new Date('2026-03-02T09:00:00Z')

function milestone(key: string, more: Partial<MilestoneSpecification> = {}): MilestoneSpecification {
  return { key, name: key, reachedBy: { by: 'hand' }, ...more }
}

function aDraft(more: Partial<NewJourneySpecification> = {}): NewJourneySpecification {
  return { key: 'fibre', name: 'Fibre', milestone: [milestone('a'), milestone('b', { requires: ['a'] })], ...more }
}

function anActive(key: string, match: JourneyMatch, more: Partial<JourneySpecification> = {}): JourneySpecification {
  const id = `${key}-1`
  return { ...aDraft({ key, match }), id, version: 1, lifecycleStatus: 'active', activatedAt: now.toISOString(), ...more }
}

function anOrder(more: Partial<NewProductOrder> = {}): ProductOrder {
  return must(acknowledgeOrder({ productOrderItem: [{ id: '1', action: 'add' }], ...more }, { id: 'order-1', now }))
}

function must<T>(decision: T | Refusal): T {
  if (isRefusal(decision)) throw new Error(decision.message)
  return decision
}

t.test('a specification', async t => {
  const faults = (milestones: MilestoneSpecification[], calendars?: ReadonlySet<string>) =>
    checkSpecification(aDraft({ milestone: milestones }), calendars).map(({ pointer, message }) => `${pointer}: ${message}`)

  t.test('without faults has none', async t => {
    t.same(checkSpecification(defaultJourneySpecification), [])
    t.same(faults([milestone('a', { plan: { duration: 'P1D', calendar: 'office' } })], new Set(['office'])), [])
  })

  t.test('whose milestones require one another is refused, with the way round', async t => {
    const circle = [
      milestone('a', { requires: ['c'] }),
      milestone('b', { requires: ['a'] }),
      milestone('c', { requires: ['b'] }),
      milestone('d')
    ]
    t.same(faults(circle), ['/milestone/0/requires: milestones require one another: a > c > b > a'])
    t.same(faults([milestone('a', { requires: ['a'] })]), ['/milestone/0/requires: milestones require one another: a > a'])
  })

  t.test('that requires what there is not is refused', async t => {
    t.same(faults([milestone('a', { requires: ['b'] })]), ["/milestone/0/requires/0: a requires a milestone that there isn't"])
  })

  t.test('needs keys that can be told apart and written into addresses', async t => {
    t.match(faults([milestone('a'), milestone('a')]), ['/milestone/1/key: another milestone has this key'])
    t.match(faults([milestone('a:1')]), [/^\/milestone\/0\/key/])
    t.match(checkSpecification(aDraft({ key: 'a b' })), [{ pointer: '/key' }])
    t.match(faults([]), ['/milestone: a journey has at least one milestone'])
    t.match(faults(Array.from({ length: 101 }, (_, index) => milestone(`m${index}`))), [
      '/milestone: a journey has at most 100 milestones'
    ])
  })

  t.test('needs durations, states, calendars and warnings that make sense', async t => {
    const pointers = (more: Partial<MilestoneSpecification>) =>
      faults([milestone('a', more)], new Set()).map(each => each.split(':')[0])
    t.same(pointers({ plan: { duration: '3 days' } }), ['/milestone/0/plan/duration'])
    t.same(pointers({ plan: { duration: 'P1D', calendar: 'office' } }), ['/milestone/0/plan/calendar'])
    t.same(pointers({ warning: { normal: 'P1D', hazard: 'P2D', critical: 'soon' } }), [
      '/milestone/0/warning/hazard',
      '/milestone/0/warning/critical'
    ])
    t.same(pointers({ reachedBy: { by: 'orderState', states: [] } }), ['/milestone/0/reachedBy/states'])
    const partial = 'partial' as 'held'
    t.same(pointers({ reachedBy: { by: 'itemState', states: ['held', partial] } }), ['/milestone/0/reachedBy/states/1'])
    t.same(pointers({ reachedBy: { by: 'requirements' } }), ['/milestone/0/reachedBy'])
    t.same(pointers({ reachedBy: { by: 'event', resource: ' ', itemPath: 'x', where: [{ path: 'x', in: [] }] } }), [
      '/milestone/0/reachedBy/resource',
      '/milestone/0/reachedBy/where/0/in',
      '/milestone/0/reachedBy/itemPath'
    ])
    t.same(pointers({ forItems: { action: 'add' } }), ['/milestone/0/forItems'])
    t.same(pointers({ reachedBy: { by: 'magic' } as unknown as { by: 'hand' } }), ['/milestone/0/reachedBy/by'])
  })

  t.test('is looked into also where no schema does', async t => {
    const faultsOf = (more: object) => checkSpecification(aDraft(more)).map(({ pointer }) => pointer)
    const reachedBy = (rule: object) => ({ milestone: [{ ...milestone('a'), reachedBy: rule }] })
    for (const translation of [{ de: null }, { de: 'Glasfaser' }, { de: { name: 5 } }, { de: { description: null } }]) {
      t.same(faultsOf({ translation }), ['/translation'])
      t.same(faultsOf({ milestone: [{ ...milestone('a'), translation }] }), ['/milestone/0/translation'])
    }
    t.same(faultsOf({ translation: { 'not a language': {} } }), ['/translation'])
    t.same(faultsOf({ translation: { 'pt-BR': { name: 'Fibra' }, de: {} } }), [])
    for (const name of ['state', 'alert', 'isCorrected'])
      t.same(faultsOf({ milestone: [{ ...milestone('a'), [name]: 'reached' }] }), [`/milestone/0/${name}`])
    t.same(faultsOf({ match: { productOfferingId: [] } }), ['/match/productOfferingId'])
    t.same(faultsOf({ match: { customerCharacteristic: [{ name: 'tier', value: {} }] } }), [
      '/match/customerCharacteristic/0/value'
    ])
    t.same(faultsOf(reachedBy({ by: 'orderState' })), ['/milestone/0/reachedBy/states'])
    t.same(faultsOf(reachedBy({ by: 'itemState' })), ['/milestone/0/reachedBy/states'])
    t.same(faultsOf(reachedBy({ by: 'event' })), ['/milestone/0/reachedBy/resource'])
    t.same(faultsOf(reachedBy({ by: 'event', resource: 'customer', where: [{ path: 'state', in: [null] }] })), [
      '/milestone/0/reachedBy/where/0/in'
    ])
  })

  t.test('can wait for what is told here, and for nothing else', async t => {
    const event = (more: object) => faults([milestone('a', { reachedBy: { by: 'event', resource: 'customer', ...more } })])
    t.same(event({ kind: 'created', orderPath: 'agreement.id' }), [])
    t.match(event({ resource: 'shipment' }), [
      /^\/milestone\/0\/reachedBy\/resource: names a resource that is kept here: customer, /
    ])
    for (const resource of ['journey', 'orderHistory', 'trackingToken']) t.equal(event({ resource }).length, 1, resource)
    t.match(event({ kind: 'milestone' }), [/^\/milestone\/0\/reachedBy\/kind: /])
    t.same(event({ orderPath: '' }), ['/milestone/0/reachedBy/orderPath: is empty'])
  })

  t.test('may be right and look odd', async t => {
    const warnings = (milestones: MilestoneSpecification[]) =>
      lintSpecification(aDraft({ milestone: milestones })).map(({ message }) => message)
    t.same(lintSpecification(defaultJourneySpecification), [])
    t.same(
      warnings([
        milestone('a', { visibility: 'internal', isOptional: true, isPointOfNoReturn: true, warning: { hazard: 'P1D' } })
      ]),
      [
        'the customer sees no milestone',
        'every milestone is optional',
        'no milestone has a plan, so that nothing is ever late',
        'warns of a date that is never missed: the milestone has no plan',
        'may be passed without being reached: it is optional'
      ]
    )
    t.same(warnings([milestone('a', { plan: { duration: 'P1D' }, warning: { hazard: 'P1D' } })]), [
      'warns as soon as the milestone is planned'
    ])
  })
})

t.test('requirements', async t => {
  t.test('are found to be free of circles also where ways meet', async t => {
    const diamond = [
      milestone('d', { requires: ['b', 'c'] }),
      milestone('b', { requires: ['a'] }),
      milestone('c', { requires: ['a'] }),
      milestone('a')
    ]
    t.equal(findCycle(diamond), undefined)
    t.same(
      sortByRequirements(diamond).map(({ key }) => key),
      ['a', 'b', 'c', 'd']
    )
  })
})

t.test('the life of a specification', async t => {
  const draft = (versions: JourneySpecification[] = []) =>
    must(draftSpecification(aDraft(), { id: `fibre-${versions.length + 1}`, lastVersion: versions.at(-1)?.version ?? 0 }))

  t.test('begins as a draft of the next version', async t => {
    const given = { ...aDraft(), lifecycleStatus: 'active', version: 7, activatedAt: 'x', href: 'x' }
    const first = must(draftSpecification(given, { id: 'fibre-1', lastVersion: 0 }))
    const { lint: _lint, ...rest } = first
    t.same(rest, { ...aDraft(), id: 'fibre-1', '@type': 'JourneySpecification', version: 1, lifecycleStatus: 'draft' })
    t.equal(draft([first, { ...first, version: 4 }]).version, 5)
    t.match(draftSpecification(aDraft({ milestone: [] }), { id: 'x', lastVersion: 0 }), {
      refused: 'invalidValue',
      objections: [{ pointer: '/milestone' }]
    })
  })

  t.test('goes on to active, in place of the version before it, and to retired', async t => {
    const first = must(activateSpecification(draft(), [], { now })).specification
    t.match(first, { lifecycleStatus: 'active', activatedAt: now.toISOString() })
    const other = anActive('copper', {})
    const second = must(activateSpecification(draft([first]), [first, other], { now }))
    t.match(second, { specification: { id: 'fibre-2', version: 2 }, retired: [{ id: 'fibre-1', lifecycleStatus: 'retired' }] })
    t.match(activateSpecification(second.specification, [second.specification], { now }), { outcome: 'unchanged' })
    t.match(activateSpecification(second.retired[0]!, [], { now }), { refused: 'illegalMove', allowed: [] })
    const retired = must(retireSpecification(second.specification, [second.specification, other], { now })).specification
    t.match(retired, { lifecycleStatus: 'retired', retiredAt: now.toISOString() })
    t.match(retireSpecification(retired, [], { now }), { outcome: 'unchanged' })
    t.match(retireSpecification(draft(), [], { now }), { refused: 'illegalMove', allowed: ['active'] })
  })

  t.test('is checked once more when it goes into use: calendars may have gone', async t => {
    const withCalendar = { ...draft(), milestone: [milestone('a', { plan: { duration: 'P1D', calendar: 'office' } })] }
    t.match(activateSpecification(withCalendar, [], { now }, new Set()), { refused: 'invalidValue' })
    t.match(activateSpecification(withCalendar, [], { now }, new Set(['office'])), { outcome: 'changed' })
  })

  t.test('leaves one that is for every order', async t => {
    const everyOrder = anActive('any', {})
    const some = anActive('some', { category: 'b2b' })
    t.match(retireSpecification(everyOrder, [everyOrder, some], { now }), { refused: 'illegalMove' })
    t.match(retireSpecification(some, [everyOrder, some], { now }), { outcome: 'changed' })
    t.match(retireSpecification(everyOrder, [everyOrder, anActive('also', {})], { now }), { outcome: 'changed' })
    const narrower = { ...draft(), key: 'any', match: { category: 'b2b' } }
    t.match(activateSpecification(narrower, [everyOrder, some], { now }), { refused: 'illegalMove' })
  })

  t.test('tells what looks odd in it as long as it does', async t => {
    const odd = must(draftSpecification(aDraft({ milestone: [milestone('a')] }), { id: 'x', lastVersion: 0 }))
    t.match(odd.lint, [{ pointer: '/milestone', message: 'no milestone has a plan, so that nothing is ever late' }])
    const planned = { ...odd, milestone: [milestone('a', { plan: { duration: 'P1D' } })] }
    t.notOk('lint' in must(redraftSpecification(odd, planned)))
    t.equal(redraftSpecification(odd, { ...odd, lint: [] }), odd, 'what a client says of it does not matter')
  })

  t.test('keeps what makes it this version of this journey', async t => {
    for (const change of [{ key: 'copper' }, { version: 9 }, { lifecycleStatus: 'active' as const }, { activatedAt: 'x' }]) {
      const pointer = `/${Object.keys(change)[0]}`
      t.match(redraftSpecification(draft(), { ...draft(), ...change }), { refused: 'serverOwned', objections: [{ pointer }] })
    }
    t.match(redraftSpecification(anActive('any', {}), anActive('other', {})), { refused: 'notChangeable' })
    t.match(redraftSpecification(draft(), { ...draft(), milestone: [] }), { refused: 'invalidValue' })
  })

  t.test('lets only drafts be changed and deleted', async t => {
    const active = anActive('any', {})
    t.equal(refusalToChangeSpecification(draft()), undefined)
    t.equal(refusalToDeleteSpecification(draft()), undefined)
    t.match(refusalToChangeSpecification(active), { refused: 'notChangeable' })
    t.match(refusalToDeleteSpecification({ ...active, lifecycleStatus: 'retired' }), { refused: 'notDeletable' })
  })
})

t.test('an order follows the specification', async t => {
  const order = anOrder({
    category: 'b2b',
    productOrderItem: [
      { id: '1', action: 'add', productOffering: { id: 'router' } },
      {
        id: '2',
        action: 'modify',
        productOrderItem: [{ id: '2.1', action: 'delete', product: { productOffering: { id: 'line' } } }]
      }
    ]
  })
  const chosen = (
    specifications: JourneySpecification[],
    customerCharacteristic = [{ name: 'segment', value: 'gold' as unknown }]
  ) => selectSpecification(specifications, { order, customerCharacteristic }).key

  t.test('of which all criteria hold', async t => {
    const match = (criteria: JourneyMatch) => chosen([anActive('x', criteria)]) === 'x'
    t.ok(match({}))
    t.ok(match({ category: 'b2b' }))
    t.notOk(match({ category: 'b2c' }))
    t.ok(match({ productOfferingId: ['phone', 'line'] }), 'also of an item in an item, and by the offering of its product')
    t.notOk(match({ productOfferingId: ['phone'] }))
    t.ok(match({ action: 'delete' }))
    t.notOk(match({ action: 'noChange' }))
    t.notOk(match({ productOfferingId: ['router'], action: 'modify' }), 'one item must be all of it')
    t.ok(match({ customerCharacteristic: [{ name: 'segment', value: 'gold' }] }))
    t.notOk(
      match({
        customerCharacteristic: [
          { name: 'segment', value: 'gold' },
          { name: 'vip', value: true }
        ]
      })
    )
  })

  t.test('with the most criteria, then the highest priority, then the latest', async t => {
    const one = anActive('one', { category: 'b2b' })
    const two = anActive('two', { category: 'b2b', action: 'add' })
    t.equal(chosen([two, one, anActive('none', {})]), 'two')
    t.equal(chosen([one, anActive('urgent', { action: 'add' }, { priority: 1 })]), 'urgent')
    t.equal(chosen([anActive('late', { action: 'add' }, { activatedAt: '2026-03-03T00:00:00Z' }), one]), 'late')
    t.equal(
      chosen([anActive('x', { customerCharacteristic: [{ name: 'segment', value: 'gold' }] }, { priority: 9 }), two]),
      'two'
    )
  })

  t.test('that is active, and the built-in one if there is no other', async t => {
    t.equal(chosen([{ ...anActive('old', {}), lifecycleStatus: 'retired' }]), 'default')
    t.equal(chosen([]), 'default')
  })
})

t.test('what is to be read is in the language of the reader, as far as it is', async t => {
  const wording = {
    name: 'Installed',
    description: 'At home',
    translation: { de: { name: 'Installiert' }, 'pt-BR': { description: 'Em casa' } }
  }
  t.same(wordingIn(wording, ['de-AT', 'en']), { name: 'Installiert', description: 'At home' })
  t.same(wordingIn(wording, ['fr', 'pt-BR']), { name: 'Installed', description: 'Em casa' })
  t.same(wordingIn(wording, []), { name: 'Installed', description: 'At home' })
  t.same(wordingIn({ name: 'x' }, ['constructor']), { name: 'x' })
})

t.test('a simulation tells the dates that milestones would get', async t => {
  const specification: JourneySpecification = {
    ...anActive('fibre', {}),
    milestone: [
      milestone('shipped', { scope: 'item', plan: { duration: 'P2D' }, forItems: { action: 'add' } }),
      milestone('installed', { requires: ['shipped'], plan: { duration: 'PT4H', calendar: 'office' } }),
      milestone('billed', { requires: ['installed'] }),
      milestone('surveyed', { isOptional: true, plan: { duration: 'P30D', from: 'start' } })
    ]
  }
  const order = anOrder({
    productOrderItem: [
      { id: '1', action: 'add' },
      { id: '2', action: 'delete' }
    ]
  })
  const workingHours = [{ days: ['thursday' as const], from: '08:00', to: '10:00' }]
  const office = { id: 'office', name: 'Office', timeZone: 'UTC', workingHours }
  t.same(simulateJourney(specification, order, now, [office]), {
    startDate: '2026-03-02T09:00:00.000Z',
    milestone: [
      { key: 'shipped:1', name: 'shipped', item: { id: '1' }, requires: [], plannedDate: '2026-03-04T09:00:00.000Z' },
      { key: 'installed', name: 'installed', requires: ['shipped:1'], plannedDate: '2026-03-12T10:00:00.000Z' },
      { key: 'billed', name: 'billed', requires: ['installed'], plannedDate: '2026-03-12T10:00:00.000Z' },
      { key: 'surveyed', name: 'surveyed', requires: [], plannedDate: '2026-04-01T09:00:00.000Z' }
    ],
    plannedCompletionDate: '2026-03-12T10:00:00.000Z'
  })
})

t.test('a specification is drawn', async t => {
  t.test('with every rule that can be seen', async t => {
    const drawing = mermaidOf(
      aDraft({
        milestone: [
          milestone('a', { name: 'Say "hi" <b>', reachedBy: { by: 'orderState', states: ['inProgress'] } }),
          milestone('b', { requires: ['a'], plan: { duration: 'P2D' }, isPointOfNoReturn: true, isOptional: true }),
          milestone('c', {
            requires: ['a', 'b'],
            plan: { duration: 'P9D', from: 'start', calendar: 'x' },
            visibility: 'internal'
          })
        ]
      })
    )
    t.same(drawing.split('\n'), [
      'flowchart LR',
      '  start((start))',
      '  m0["Say #34;hi#34; #60;b#62;<br/><small>order inProgress</small>"]',
      '  m1{{"b<br/><small>by hand</small>"}}',
      '  m2("c<br/><small>by hand</small>")',
      '  start --> m0',
      '  m0 -->|P2D| m1',
      '  m0 --> m2',
      '  m1 --> m2',
      '  start -.->|P9D of working time| m2',
      '  classDef optional stroke-dasharray: 5 5',
      '  class m1 optional',
      ''
    ])
  })

  t.test('and the example that is published has no faults', async t => {
    const text = await readFile(new URL('../../../../docs/order-journey.md', import.meta.url), 'utf8')
    const example = JSON.parse(/```json\n([\s\S]*?)```/.exec(text)![1]!) as NewJourneySpecification
    t.same(checkSpecification(example, new Set(['5f0c'])), [])
    t.same(lintSpecification(example), [])
  })

  t.test('and the one that is published is the default', async t => {
    const text = await readFile(new URL('../../../../docs/order-journey.md', import.meta.url), 'utf8')
    t.equal(/```mermaid\n([\s\S]*?)```/.exec(text)?.[1], mermaidOf(defaultJourneySpecification))
  })
})
