import t from 'tap'
import { addMilestone } from '../journey/add-milestone.ts'
import { type Calendar, calendarDefinition } from '../journey/calendar.ts'
import { reachMilestone, skipMilestone } from '../journey/decide-journey.ts'
import { type Journey, journeyDefinition } from '../journey/journey.ts'
import { JOURNEY_CATALOG_ID, type JourneyCatalog, journeyCatalogDefinition } from '../journey/journey-catalog.ts'
import {
  type JourneySpecification,
  journeySpecificationDefinition,
  type NewJourneySpecification
} from '../journey/journey-specification.ts'
import { mergePatch } from '../kernel/merge-patch.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { Resource, ResourceDefinition } from '../kernel/resource.ts'
import { type OrderHistory, orderHistoryDefinition } from '../ordering/history.ts'
import type { Outcome } from '../ports/unit-of-work.ts'
import { everything } from '../query/filter.ts'
import { type ProductOrder, productOrderDefinition } from '../resources/product-order.ts'
import { MemoryStore } from '../testing/memory-store.ts'
import { activateJourneySpecification } from './activate-journey-specification.ts'
import { changeJourney } from './change-journey.ts'
import { createCalendar } from './create-calendar.ts'
import { createJourneySpecification } from './create-journey-specification.ts'
import { deleteCalendar } from './delete-calendar.ts'
import { deleteJourneySpecification } from './delete-journey-specification.ts'
import { ensureJourneys } from './ensure-journeys.ts'
import { journeysInUse } from './journeys-in-use.ts'
import { patchCalendar } from './patch-calendar.ts'
import { patchJourneySpecification } from './patch-journey-specification.ts'
import { placeProductOrder } from './place-product-order.ts'
import { retireJourneySpecification } from './retire-journey-specification.ts'
import { simulateJourneySpecification } from './simulate-journey-specification.ts'

const tenant = 'default'
const context: RequestContext = { tenant, actor: 'asha', correlationId: 'c-1' }
const start = new Date('2026-03-02T09:00:00Z')

const office: Omit<Calendar, 'id'> = {
  name: 'Office',
  timeZone: 'Europe/Paris',
  workingHours: [{ days: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'], from: '08:00', to: '18:00' }]
}

function fibre(more: Partial<NewJourneySpecification> = {}): NewJourneySpecification {
  return {
    key: 'fibre',
    name: 'Fibre at home',
    match: { category: 'residential' },
    milestone: [
      { key: 'scheduled', name: 'Visit scheduled', reachedBy: { by: 'hand' }, plan: { duration: 'P2D' }, isOptional: true },
      {
        key: 'installed',
        name: 'Installed',
        requires: ['scheduled'],
        reachedBy: { by: 'hand' },
        plan: { duration: 'P1D' },
        warning: { hazard: 'PT4H' }
      }
    ],
    ...more
  }
}

function countingIn(calendar: string): NewJourneySpecification {
  return fibre({
    milestone: [{ key: 'done', name: 'Done', reachedBy: { by: 'hand' }, plan: { duration: 'PT9H', calendar } }]
  })
}

function world() {
  let last = 0
  let now = start
  const clock = { now: () => now }
  const store = new MemoryStore({ clock })
  const dependencies = { unitOfWork: store, store, ids: { next: () => `id-${String(++last).padStart(4, '0')}` }, clock }
  const all = async <R extends Resource>(definition: ResourceDefinition): Promise<R[]> => {
    const query = { filter: everything, sort: [], limit: 1000, offset: 0, count: false }
    return (await store.list(tenant, definition, query)).items.map(({ document }) => JSON.parse(document) as R)
  }
  return {
    store,
    dependencies,
    all,
    pass: (hours: number) => {
      now = new Date(now.getTime() + hours * 3_600_000)
    },
    draft: (input = fibre(), as = context) => createJourneySpecification(dependencies, input, as).then(specificationOf),
    patch: (id: string, patch: object) =>
      patchJourneySpecification(dependencies, { id, apply: current => mergePatch(current, patch) }, context),
    activate: (id: string, as = context) => activateJourneySpecification(dependencies, { id }, as),
    retire: (id: string) => retireJourneySpecification(dependencies, { id }, context),
    remove: (id: string) => deleteJourneySpecification(dependencies, { id }, context),
    calendar: (input = office) => createCalendar(dependencies, input, context).then(({ stored }) => stored.id),
    patchCalendar: (id: string, patch: object) =>
      patchCalendar(dependencies, { id, apply: current => mergePatch(current, patch) }, context),
    catalog: () => store.run(tenant, transaction => journeysInUse(transaction)),
    place: async (category = 'residential') => {
      const input = { category, productOrderItem: [{ id: '1', action: 'add' as const }] }
      const { stored } = await placeProductOrder(dependencies, input, context)
      return JSON.parse(stored.document) as ProductOrder
    },
    journey: async (orderId: string) => JSON.parse((await store.get(tenant, journeyDefinition, orderId))!.document) as Journey
  }
}

const specificationOf = ({ stored }: Outcome) => JSON.parse(stored.document) as JourneySpecification
const versions = ({ specification }: JourneyCatalog) => specification.map(({ key, version }) => `${key} ${version}`)
const refused = (code: string, pointer?: string) => {
  return { name: 'DomainError', code, ...(pointer !== undefined && { details: { faults: [{ pointer }] } }) }
}

t.test('a journey is defined in versions', async t => {
  t.test('that are numbered by key, and none twice', async t => {
    const { draft, remove } = world()
    const first = await draft()
    t.match(first, { key: 'fibre', version: 1, lifecycleStatus: 'draft', '@type': 'JourneySpecification' })
    const second = await draft()
    t.equal(second.version, 2)
    await remove(second.id)
    t.equal((await draft()).version, 3, 'the number of a deleted draft is not used again')
    t.equal((await draft(fibre({ key: 'constructor' }))).version, 1)
    t.equal((await draft(fibre({ key: 'default' }))).version, 2, 'the built-in one is version 1 of its key')
  })

  t.test('of which one is active, and orders keep to the one that they began with', async t => {
    const { draft, activate, catalog, all, place, journey, pass } = world()
    t.same(versions(await catalog()), ['default 1'])
    const [first, second] = [await draft(), await draft()]
    await activate(first.id)
    t.same(versions(await catalog()), ['default 1', 'fibre 1'])
    const order = await place()
    pass(1)
    t.match(specificationOf(await activate(second.id)), { lifecycleStatus: 'active', activatedAt: '2026-03-02T10:00:00.000Z' })
    t.same(versions(await catalog()), ['default 1', 'fibre 2'])
    const states = (await all<JourneySpecification>(journeySpecificationDefinition)).map(each => [each.id, each.lifecycleStatus])
    t.same(new Map(states as [string, string][]).get(first.id), 'retired')
    t.match(await journey(order.id), { specification: { id: first.id, version: 1 } })
    t.match(await journey((await place()).id), { specification: { id: second.id, version: 2 } })
    t.match(await journey((await place('business')).id), { specification: { id: 'default-1' } })
  })

  t.test('and what is in use or was can neither be changed nor deleted', async t => {
    const { draft, activate, patch, remove, retire, catalog } = world()
    const { id } = await draft()
    t.match(specificationOf(await patch(id, { priority: 5 })), { priority: 5 })
    await activate(id)
    await t.rejects(patch(id, { priority: 6 }), refused('notChangeable'))
    t.match(await patch(id, { priority: 5 }), { kind: 'unchanged' })
    await t.rejects(remove(id), refused('notDeletable'))
    await retire(id)
    await t.rejects(patch(id, { priority: 6 }), refused('notChangeable'))
    await t.rejects(remove(id), refused('notDeletable'))
    await t.rejects(activate(id), refused('illegalMove'))
    t.same(versions(await catalog()), ['default 1'])
  })

  t.test('with one that is for every order, always', async t => {
    const { retire, draft, activate, catalog, all } = world()
    const other = await draft(fibre({ key: 'any', match: {} }))
    await t.rejects(retire('default-1'), refused('illegalMove'), 'known once anything was changed')
    await activate(other.id)
    t.match(specificationOf(await retire('default-1')), { lifecycleStatus: 'retired' })
    t.same(versions(await catalog()), ['any 1'])
    await t.rejects(retire(other.id), refused('illegalMove'))
    t.equal((await all(journeyCatalogDefinition)).length, 1)
  })

  t.test('and a new version of the built-in one takes its place', async t => {
    const { draft, activate, catalog, place, journey } = world()
    const { id } = await draft(fibre({ key: 'default', match: {} }))
    await activate(id)
    t.same(versions(await catalog()), ['default 2'])
    t.match(await journey((await place()).id), { specification: { id, version: 2 } })
  })
})

t.test('what is wrong with a journey is said with the place', async t => {
  const { draft, patch } = world()
  const milestone = fibre().milestone
  const circle = [{ ...milestone[0]!, requires: ['installed'] }, milestone[1]!]
  await t.rejects(draft(fibre({ milestone: circle })), refused('invalidValue', '/milestone/0/requires'))
  await t.rejects(draft(fibre({ milestone: [milestone[1]!] })), refused('invalidValue', '/milestone/0/requires/0'))
  await t.rejects(draft(countingIn('nowhere')), refused('invalidValue', '/milestone/0/plan/calendar'))
  await t.rejects(draft(fibre({ name: ' ' })), refused('missingAttribute', '/name'))
  const { id } = await draft()
  await t.rejects(patch(id, { milestone: circle }), refused('invalidValue', '/milestone/0/requires'))
  await t.rejects(patch(id, { lifecycleStatus: 'active' }), refused('serverOwned', '/lifecycleStatus'))
  await t.rejects(patch(id, { key: 'copper' }), refused('serverOwned', '/key'))
  const odd = specificationOf(await patch(id, { milestone: [{ ...milestone[0], isPointOfNoReturn: true }] }))
  t.match(odd.lint, [{ pointer: '/milestone' }, { pointer: '/milestone/0/isPointOfNoReturn' }])
  t.equal(specificationOf(await patch(id, { milestone })).lint, undefined)
})

t.test('everything that becomes of a journey is told', async t => {
  const { draft, activate, patch, remove, store } = world()
  const [first, second] = [await draft(), await draft()]
  await patch(first.id, { priority: 1 })
  await activate(first.id)
  await activate(second.id)
  await activate(second.id)
  await remove((await draft()).id)
  t.same(
    store.events.map(({ kind, resource, resourceId }) => [resource, kind, resourceId]),
    [
      ['created', first.id],
      ['created', second.id],
      ['attributesChanged', first.id],
      ['attributesChanged', first.id],
      ['stateChanged', first.id],
      ['attributesChanged', first.id],
      ['stateChanged', first.id],
      ['attributesChanged', second.id],
      ['stateChanged', second.id],
      ['created', store.events.at(-1)!.resourceId],
      ['deleted', store.events.at(-1)!.resourceId]
    ].map(([kind, id]) => ['journeySpecification', kind, id])
  )
})

t.test('the same request again does nothing again', async t => {
  const { draft, activate, catalog, all } = world()
  const once = { ...context, idempotency: { scope: 'POST /', key: 'k', fingerprint: 'f' } }
  t.equal((await draft(fibre(), once)).id, (await draft(fibre(), once)).id)
  t.equal((await all(journeySpecificationDefinition)).length, 2, 'with the built-in one')
  const { id } = await draft()
  const again = { ...context, idempotency: { scope: 'POST /activate', key: 'k', fingerprint: 'f' } }
  const done = await activate(id, again)
  t.match(await activate(id, again), done)
  t.equal(done.kind, 'changed')
  t.same(versions(await catalog()), ['default 1', 'fibre 2'])
})

t.test('a calendar', async t => {
  t.test('is checked', async t => {
    const { calendar, patchCalendar } = world()
    await t.rejects(calendar({ ...office, timeZone: 'Mars/Olympus' }), refused('invalidValue', '/timeZone'))
    const id = await calendar()
    await t.rejects(patchCalendar(id, { workingHours: [] }), refused('invalidValue', '/workingHours'))
    await t.rejects(patchCalendar('unknown', {}), refused('notFound'))
  })

  t.test('is counted in as it is when an order is placed, and orders keep it', async t => {
    const { calendar, draft, activate, place, journey, patchCalendar, catalog } = world()
    const id = await calendar()
    await activate((await draft(countingIn(id))).id)
    t.same(
      (await catalog()).calendar.map(each => each.id),
      [id]
    )
    const before = await journey((await place()).id)
    t.equal(before.plannedCompletionDate, '2026-03-03T08:00:00.000Z', 'eight hours on Monday, one on Tuesday')
    await patchCalendar(id, { holiday: [{ date: '2026-03-03' }] })
    t.equal((await journey((await place()).id)).plannedCompletionDate, '2026-03-04T08:00:00.000Z')
    t.same(await journey(before.id), before)
  })

  t.test('stays as long as an active journey counts in it', async t => {
    const { calendar, draft, activate, retire, dependencies, all } = world()
    const id = await calendar()
    const remove = () => deleteCalendar(dependencies, { id }, context)
    const used = await draft(countingIn(id))
    const unused = await draft(countingIn(id))
    await activate(used.id)
    await t.rejects(remove(), { code: 'notDeletable', message: 'active journeys count in this calendar: fibre (version 1)' })
    await retire(used.id)
    await remove()
    t.same(await all(calendarDefinition), [])
    await t.rejects(activate(unused.id), refused('invalidValue', '/milestone/0/plan/calendar'))
    await t.rejects(remove(), refused('notFound'))
  })
})

t.test('the built-in journey is stored once, however many programs start', async t => {
  const { dependencies, all, store } = world()
  await Promise.all([1, 2, 3].map(() => ensureJourneys(dependencies, tenant)))
  t.match(await all(journeySpecificationDefinition), [{ id: 'default-1', lifecycleStatus: 'active' }])
  t.equal((await store.get(tenant, journeyCatalogDefinition, JOURNEY_CATALOG_ID))!.revision, 1)
  const failing = { ...dependencies, unitOfWork: { run: () => Promise.reject(new Error('the id is taken')) } }
  await ensureJourneys(failing, tenant)
  await t.rejects(ensureJourneys({ ...failing, store: new MemoryStore() }, tenant), { message: 'the id is taken' })
})

t.test('a simulation tells the dates and stores nothing', async t => {
  const { draft, calendar, dependencies, all, store } = world()
  const { id } = await draft(countingIn(await calendar()))
  const events = store.events.length
  const order = { productOrderItem: [{ id: '1', action: 'add' as const }] }
  const simulate = (id: string) => simulateJourneySpecification(dependencies, { tenant, id }, { order, start })
  t.match(await simulate(id), {
    startDate: start.toISOString(),
    milestone: [{ key: 'done', plannedDate: '2026-03-03T08:00:00.000Z' }],
    plannedCompletionDate: '2026-03-03T08:00:00.000Z'
  })
  await t.rejects(simulate('unknown'), refused('notFound'))
  t.same([await all(productOrderDefinition), store.events.length], [[], events])
})

t.test('the journey of one order is changed', async t => {
  t.test('together with what the order shows of it, the history and what is told', async t => {
    const { draft, activate, place, dependencies, journey, all, store, pass } = world()
    await activate((await draft()).id)
    const { id } = await place()
    const events = store.events.length
    pass(2)
    const skip = () =>
      changeJourney(dependencies, id, (each, moment) => skipMilestone(each, { key: 'scheduled' }, moment), context, {
        reason: 'No visit'
      })
    t.match(await skip(), { kind: 'changed', stored: { id, revision: 2 } })
    t.match((await journey(id)).milestone, [{ key: 'scheduled', state: 'skipped', message: 'No visit' }, { state: 'open' }])
    const [order] = await all<ProductOrder>(productOrderDefinition)
    t.match(order?.productOrderMilestone, [{ status: 'Completed', message: 'Skipped: No visit' }, { status: 'Yet-To-Reach' }])
    const history = await all<OrderHistory>(orderHistoryDefinition)
    t.match(history.at(-1), {
      order: { id },
      subject: 'milestone',
      milestone: { key: 'scheduled' },
      from: 'open',
      to: 'skipped',
      date: '2026-03-02T11:00:00.000Z',
      actor: 'asha',
      reason: 'No visit'
    })
    t.same(
      store.events.slice(events).map(({ kind }) => kind),
      ['attributesChanged', 'milestone']
    )
    t.match(await skip(), { kind: 'unchanged', stored: { revision: 2 } }, 'the same again changes nothing')
    t.equal(store.events.length, events + 2)
  })

  t.test('or not at all', async t => {
    const { place, dependencies, journey } = world()
    const { id } = await place()
    const before = await journey(id)
    const reach = (orderId: string, key: string) =>
      changeJourney(dependencies, orderId, (each, moment) => reachMilestone(each, { key }, moment), context)
    await t.rejects(reach(id, 'completed'), { code: 'requirementsOpen', message: 'before it comes Delivered' })
    await t.rejects(reach(id, 'unknown'), refused('notFound'))
    await t.rejects(reach('unknown', 'completed'), refused('notFound'))
    t.same(await journey(id), before)
  })

  t.test('by many at once, and nothing is lost', async t => {
    const { place, dependencies, journey } = world()
    const { id } = await place()
    const names = Array.from({ length: 20 }, (_, index) => `Visit ${index + 1}`)
    await Promise.all(
      names.map(name =>
        changeJourney(dependencies, id, (each, moment) => addMilestone(each, { name, before: 'accepted' }, moment), context)
      )
    )
    t.same(
      (await journey(id)).milestone
        .filter(({ isCustom }) => isCustom)
        .map(({ name }) => name)
        .sort(),
      names.sort()
    )
  })
})
