import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Customer,
  changeResource,
  createResource,
  customerDefinition,
  deleteResource,
  mergePatch,
  type StoredEvent
} from '@crm-lite/domain'
import pg from 'pg'
import t from 'tap'
import { type Database, openDatabase } from './index.ts'
import { startPostgres } from './testing/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'crm-events-'))
const postgres = await startPostgres()
t.teardown(async () => {
  await postgres.stop()
  rmSync(folder, { recursive: true, force: true })
})

let files = 0
const engines = { sqlite: async () => `sqlite:${join(folder, `${files++}.db`)}`, postgres: () => postgres.createDatabase() }
const context = { tenant: 'default', actor: 'tester', correlationId: 'test' }
let now = Date.parse('2026-03-01T00:00:00Z')
const clock = { now: () => new Date(now) }
let lastId = 0
const ids = { next: () => `id-${String(++lastId).padStart(8, '0')}` }

function create({ unitOfWork }: Database, name: string) {
  const customer: Omit<Customer, 'id'> = { name, engagedParty: { id: '500', '@referredType': 'Organization' } }
  return createResource<Customer>({ unitOfWork, ids, clock }, customerDefinition, customer, context)
}

/** Until everything was looked at: on PostgreSQL that takes a moment when other transactions are under way. */
async function fanOut({ deliveries }: Database) {
  while ((await deliveries.figures(clock.now())).unseenEvents > 0) await deliveries.fanOut(() => false, 100)
}

/**
 * To the end, and at least so many: what was just committed can be read once every older transaction in the whole PostgreSQL has
 * ended, those of other tests too.
 */
async function readAll({ events }: Database, atLeast: number, after?: string, limit = 7): Promise<StoredEvent[]> {
  const found: StoredEvent[] = []
  const deadline = performance.now() + 30_000
  for (let cursor = after; ; ) {
    const page = await events.read('default', { limit, ...(cursor !== undefined && { after: cursor }) })
    found.push(...page.events)
    if (page.atEnd && (found.length >= atLeast || performance.now() > deadline)) return found
    if (page.atEnd) await new Promise(resolve => setTimeout(resolve, 5))
    cursor = page.next
  }
}

for (const [engine, newUrl] of Object.entries(engines)) {
  t.test(engine, async t => {
    const open = async () => {
      const database = await openDatabase({ url: await newUrl(), clock, exclusive: true })
      t.teardown(() => database.close())
      return database
    }

    t.test('every change has its events, those of a resource in order, and refused changes have none', async t => {
      const database = await open()
      const dependencies = { unitOfWork: database.unitOfWork, ids, clock }
      const created = await Promise.all(Array.from({ length: 40 }, (_, n) => create(database, `customer ${n}`)))
      await Promise.all(
        created.flatMap(({ stored: { id } }) => [
          changeResource(
            dependencies,
            customerDefinition,
            { id, apply: customer => mergePatch(customer, { status: 'active', name: 'x' }) },
            context
          ),
          changeResource(
            dependencies,
            customerDefinition,
            { id, apply: customer => mergePatch(customer, { name: null }) },
            context
          ).catch(() => undefined)
        ])
      )
      await Promise.all(created.map(({ stored: { id } }) => deleteResource(dependencies, customerDefinition, { id }, context)))
      const events = await readAll(database, 160)
      for (const { stored } of created) {
        const own = events.filter(event => event.resourceId === stored.id)
        t.same(
          own.map(({ kind, revision }) => `${kind} ${revision}`),
          ['created 1', 'attributesChanged 2', 'stateChanged 2', 'deleted 2']
        )
      }
      t.equal(events.length, 160)
      t.same(JSON.parse(events[0]?.document ?? ''), { ...JSON.parse(created[0]?.stored.document ?? '') })
    })

    t.test('a document is told of as it was stored, whatever stands in it', async t => {
      const database = await open()
      const names = [
        'line\nend\r\n',
        '\\n',
        '"quoted"',
        '{1,NULL}',
        'NULL',
        "it's",
        'two\u2028lines',
        'naïve \u{1F600}',
        'a\ttab'
      ]
      const created = await Promise.all(names.map(name => create(database, name)))
      const told = new Map((await readAll(database, names.length)).map(event => [event.resourceId, event.document]))
      for (const [index, { stored }] of created.entries()) {
        t.equal(told.get(stored.id), stored.document)
        const found = await database.unitOfWork.run('default', transaction => transaction.get(customerDefinition, stored.id))
        t.equal(JSON.parse(found!.document).name, names[index])
      }
    })

    t.test('documents that others have written over several lines are told of, each with its own event', async t => {
      const database = await open()
      const names = ['one', 'two', 'three']
      const at = clock.now().toISOString()
      const kept = {
        kind: 'created',
        resource: 'customer',
        revision: 1,
        changedPaths: [],
        at,
        actor: 'tester',
        correlationId: 'c'
      } as const
      await database.unitOfWork.run('default', async transaction => {
        for (const name of names)
          transaction.publish({ ...kept, id: name, resourceId: name, document: JSON.stringify({ name, tags: [1, 2] }, null, 2) })
      })
      const told = await readAll(database, names.length)
      t.same(
        told.map(({ id, document }) => [id, JSON.parse(document)]),
        names.map(name => [name, { name, tags: [1, 2] }])
      )
    })

    t.test('reading goes on behind a cursor, and selects', async t => {
      const database = await open()
      await create(database, 'first')
      await readAll(database, 1)
      const cursor = await database.events.end()
      now += 60_000
      const { stored } = await create(database, 'second')
      t.same(
        (await readAll(database, 1, cursor)).map(event => event.resourceId),
        [stored.id]
      )
      const select = async (query: object) => (await database.events.read('default', { limit: 10, ...query })).events.length
      t.equal(await select({ resourceId: stored.id, resources: ['customer'] }), 1)
      t.equal(await select({ resources: ['individual'] }), 0)
      t.equal(await select({ kinds: ['deleted'] }), 0)
      t.equal(await select({ from: clock.now().toISOString() }), 1)
      t.equal(await select({ to: clock.now().toISOString() }), 1)
      t.equal((await database.events.read('other', { limit: 10 })).events.length, 0, 'of another tenant nothing is seen')
      await t.rejects(database.events.read('default', { limit: 10, after: 'nonsense' }), { code: 'invalidValue' })
      const none = await database.events.read('default', { limit: 10, kinds: ['deleted'] })
      t.same(await readAll(database, 0, none.next), [], 'what was looked at in vain is not looked at again')
    })

    t.test('old events are removed, and cursors stay good', async t => {
      const database = await open()
      await create(database, 'old')
      await readAll(database, 1)
      const cursor = await database.events.end()
      now += 1_000
      const limit = clock.now()
      t.equal(await database.events.purge(limit), 0, 'the newest event marks the place of the next and stays')
      await create(database, 'new')
      t.equal(await database.events.purge(limit), 0, 'and what nobody has looked at yet')
      await fanOut(database)
      t.equal(await database.events.purge(limit), 1)
      t.equal((await readAll(database, 1, cursor)).length, 1)
      t.equal((await readAll(database, 1)).length, 1)
    })
  })
}

t.test('an event that commits late is not skipped by who reads on', async t => {
  const url = await postgres.createDatabase()
  const database = await openDatabase({ url, clock, exclusive: true })
  t.teardown(() => database.close())
  await create(database, 'before')
  await readAll(database, 1)
  const slow = new pg.Client(url)
  await slow.connect()
  await slow.query('begin')
  await slow.query(
    `insert into event (id, tenant, resource, resource_id, kind, revision, changed_paths, actor, correlation_id, at, document)
     values ('late', 'default', 'customer', 'late', 'created', 1, '[]', 'a', 'c', '2026-03-01T00:00:00.000Z', '{}')`
  )
  await create(database, 'overtakes')
  const seen = await readAll(database, 1)
  t.equal(seen.length, 1, 'what overtook waits too')
  const cursor = await database.events.end()
  await slow.query('commit')
  await slow.end()
  const later = await readAll(database, 2, cursor)
  t.same(
    later.map(event => event.id === 'late'),
    [true, false]
  )
})

t.test('no reader skips an event while many writers commit on two servers', async t => {
  const url = await postgres.createDatabase()
  const servers = [await openDatabase({ url, clock, exclusive: true }), await openDatabase({ url, clock, exclusive: true })]
  t.teardown(() => Promise.all(servers.map(server => server.close())))
  const seen: StoredEvent[] = []
  const deadline = performance.now() + 60_000
  let writing = true
  const reader = (async () => {
    for (let cursor: string | undefined; ; ) {
      const stop = !writing
      const page = await servers[0]!.events.read('default', { limit: 50, ...(cursor !== undefined && { after: cursor }) })
      seen.push(...page.events)
      cursor = page.next
      if ((stop && page.atEnd && seen.length >= 480) || performance.now() > deadline) return
      await new Promise(resolve => setImmediate(resolve))
    }
  })()
  const writers = Array.from({ length: 8 }, async (_, writer) => {
    for (let n = 0; n < 60; n++) await create(servers[writer % 2]!, `${writer}/${n}`)
  })
  await Promise.all(writers)
  writing = false
  await reader
  t.equal(seen.length, 480)
  t.equal(new Set(seen.map(event => event.id)).size, 480)
})
