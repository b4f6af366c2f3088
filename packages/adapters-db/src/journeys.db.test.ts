import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  activateJourneySpecification,
  addMilestone,
  type Calendar,
  calendarDefinition,
  changeJourney,
  createCalendar,
  createJourneySpecification,
  DomainError,
  deleteCalendar,
  ensureJourneys,
  everything,
  type Journey,
  type JourneyCatalog,
  type JourneySpecification,
  journeyDefinition,
  journeySpecificationDefinition,
  journeysInUse,
  type NewJourneySpecification,
  type Outcome,
  placeProductOrder,
  type Resource,
  type ResourceDefinition
} from '@crm-lite/domain'
import t, { type Test } from 'tap'
import { type Database, openDatabase } from './index.ts'
import { startPostgres } from './testing/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'crm-journeys-'))
const server = await startPostgres()
t.teardown(async () => {
  await server.stop()
  rmSync(folder, { recursive: true })
})
const urls = {
  SQLite: async () => `sqlite:${join(folder, 'crm.db')}`,
  PostgreSQL: () => server.createDatabase()
}

const tenant = 'default'
const context = { tenant, actor: 'asha', correlationId: 'test' }
const clock = { now: () => new Date() }
let lastId = 0
const ids = { next: () => `id-${String(++lastId).padStart(6, '0')}` }

function aDraft(calendar?: string): NewJourneySpecification {
  const plan = { duration: 'P1D', ...(calendar !== undefined && { calendar }) }
  return {
    key: 'fibre',
    name: 'Fibre',
    match: { category: 'B2C' },
    milestone: [{ key: 'a', name: 'A', reachedBy: { by: 'hand' }, plan }]
  }
}

const office: Omit<Calendar, 'id'> = {
  name: 'Office',
  timeZone: 'Europe/Paris',
  workingHours: [{ days: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'], from: '08:00', to: '18:00' }]
}

/** Everything through two openings of the same database, as two processes have it; SQLite has one server. */
async function world(t: Test, engine: keyof typeof urls) {
  const url = await urls[engine]()
  const open = () => openDatabase({ url, clock, exclusive: false })
  const databases: [Database, Database] = [await open(), await open()]
  t.teardown(() => Promise.all(databases.map(each => each.close())))
  const all = async <R extends Resource>(definition: ResourceDefinition): Promise<R[]> => {
    const query = { filter: everything, sort: [], limit: 200, offset: 0, count: false }
    return (await databases[0].store.list(tenant, definition, query)).items.map(({ document }) => JSON.parse(document) as R)
  }
  const of = (index: number) => ({ unitOfWork: databases[index % 2]!.unitOfWork, ids, clock })
  const catalog = (): Promise<JourneyCatalog> => databases[0].unitOfWork.run(tenant, journeysInUse)
  return { databases, all, of, catalog }
}

/** Lets others have so many turns. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise(resolve => setImmediate(resolve))
}

const specificationIn = ({ stored }: Outcome) => JSON.parse(stored.document) as JourneySpecification

for (const engine of ['SQLite', 'PostgreSQL'] as const) {
  t.test(`journeys on ${engine}`, async t => {
    const { databases, all, of, catalog } = await world(t, engine)

    await t.test('the one that is built in is stored once, whoever starts at the same moment', async t => {
      await Promise.all([0, 1, 0, 1].map(index => ensureJourneys(databases[index]!, tenant)))
      t.match(await all(journeySpecificationDefinition), [{ id: 'default-1', lifecycleStatus: 'active' }])
      t.same(
        (await catalog()).specification.map(({ id }) => id),
        ['default-1']
      )
    })

    await t.test('drafts that are made at once have versions of their own', async t => {
      const drafts = await Promise.all(
        Array.from({ length: 12 }, (_, index) => createJourneySpecification(of(index), aDraft(), context))
      )
      const versions = drafts.map(each => specificationIn(each).version).sort((a, b) => a - b)
      t.same(
        versions,
        Array.from({ length: 12 }, (_, index) => index + 1)
      )
    })

    await t.test('of versions that are activated at once one is in use, and it is the one that orders find', async t => {
      const drafts = (await all<JourneySpecification>(journeySpecificationDefinition)).filter(each => each.key === 'fibre')
      await Promise.all(drafts.map(({ id }, index) => activateJourneySpecification(of(index), { id }, context)))
      const after = (await all<JourneySpecification>(journeySpecificationDefinition)).filter(each => each.key === 'fibre')
      const active = after.filter(({ lifecycleStatus }) => lifecycleStatus === 'active')
      t.equal(active.length, 1)
      t.equal(after.filter(({ lifecycleStatus }) => lifecycleStatus === 'retired').length, 11)
      t.same(
        (await catalog()).specification.map(({ id }) => id),
        ['default-1', active[0]!.id]
      )
      const order = { category: 'B2C', productOrderItem: [{ id: '1', action: 'add' as const }] }
      const { stored } = await placeProductOrder(of(1), order, context)
      const journey = await databases[1].store.get(tenant, journeyDefinition, stored.id)
      t.match(JSON.parse(journey!.document), { specification: { id: active[0]!.id } })
    })

    await t.test('a calendar is not deleted from under a journey that comes into use', async t => {
      const tally = { kept: 0, deleted: 0 }
      for (let round = 0; round < 10; round++) {
        const { id } = (await createCalendar(of(0), office, context)).stored
        const draft = specificationIn(await createJourneySpecification(of(0), aDraft(id), context))
        const refused = (error: unknown) => (error instanceof DomainError ? error.code : Promise.reject(error))
        const [activated, deleted] = await Promise.all([
          activateJourneySpecification(of(0), { id: draft.id }, context).then(() => 'done', refused),
          turns(round * 2)
            .then(() => deleteCalendar(of(1), { id }, context))
            .then(() => 'done', refused)
        ])
        const isThere = (await databases[0].store.get(tenant, calendarDefinition, id)) !== undefined
        const used = (await catalog()).calendar.map(each => each.id)
        if (isThere) t.same([activated, deleted, used], ['done', 'notDeletable', [id]])
        else t.same([activated, deleted, used.includes(id)], ['invalidValue', 'done', false])
        tally[isThere ? 'kept' : 'deleted'] += 1
      }
      t.comment(JSON.stringify(tally))
    })

    await t.test('milestones that are added at once are all there', async t => {
      const { stored } = await placeProductOrder(of(0), { productOrderItem: [{ id: '1', action: 'add' }] }, context)
      const names = Array.from({ length: 12 }, (_, index) => `Visit ${String(index + 1).padStart(2, '0')}`)
      await Promise.all(
        names.map((name, index) =>
          changeJourney(
            of(index),
            stored.id,
            (journey, moment) => addMilestone(journey, { name, after: 'received' }, moment),
            context
          )
        )
      )
      const journey = await databases[0].store.get(tenant, journeyDefinition, stored.id)
      const added = (JSON.parse(journey!.document) as Journey).milestone.filter(({ isCustom }) => isCustom)
      t.same(added.map(({ name }) => name).sort(), names)
    })
  })
}
