import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  type AttributePath,
  type Customer,
  changeResource,
  createResource,
  customerDefinition,
  DomainError,
  deleteResource,
  everything,
  type Filter,
  IDEMPOTENCY_RETENTION_MS,
  type ListQuery,
  mergePatch,
  type Transaction
} from '@crm-lite/domain'
import Sqlite from 'better-sqlite3'
import pg from 'pg'
import t, { type Test } from 'tap'
import { SqliteConnection } from './dialects/sqlite-connection.ts'
import { SqliteWriter } from './dialects/sqlite-writer.ts'
import { type Database, type DatabaseOptions, openDatabase, StartRefused } from './index.ts'
import { migrations } from './migrations/index.ts'
import { startPostgres } from './testing/index.ts'
import { WriteSet } from './write-set.ts'

const clock = { now: () => new Date() }
const context = { tenant: 'default', actor: 'tester', correlationId: 'test' }
const folder = mkdtempSync(join(tmpdir(), 'crm-database-'))
const postgres = await startPostgres()
t.teardown(async () => {
  await postgres.stop()
  rmSync(folder, { recursive: true, force: true })
})

let files = 0
const engines = {
  sqlite: async () => `sqlite:${join(folder, `${files++}.db`)}`,
  postgres: () => postgres.createDatabase()
}

async function open(t: Test, url: string, options: Partial<DatabaseOptions> = {}): Promise<Database> {
  const database = await openDatabase({ url, clock, exclusive: true, ...options })
  t.teardown(() => database.close())
  return database
}

let lastId = 0
const ids = { next: () => `id-${String(lastId++).padStart(8, '0')}` }

function aCustomer(attributes: Partial<Customer> = {}): Omit<Customer, 'id'> {
  return { name: 'Moon Football Club', engagedParty: { id: '500', '@referredType': 'Organization' }, ...attributes }
}

function dependenciesOf({ unitOfWork }: Database) {
  return { unitOfWork, ids, clock }
}

function create(database: Database, attributes: Partial<Customer> = {}) {
  return createResource<Customer>(dependenciesOf(database), customerDefinition, aCustomer(attributes), context)
}

function list({ store }: Database, query: Partial<ListQuery> = {}) {
  return store.list('default', customerDefinition, { filter: everything, sort: [], limit: 20, offset: 0, count: true, ...query })
}

function text(...names: string[]): AttributePath {
  return { segments: names.map(name => ({ name, many: name === 'contactMedium' })), type: 'string' }
}

const unindexed: Filter = { kind: 'text', operator: 'contains', path: text('statusReason'), value: 'x' }

/** Runs a query past the database's own connections. */
async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  if (url.startsWith('sqlite:')) {
    const database = new Sqlite(url.slice('sqlite:'.length))
    try {
      return database.prepare(sql).all() as Record<string, unknown>[]
    } finally {
      database.close()
    }
  }
  const client = new pg.Client(url)
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'no error'
  } catch (error) {
    return error instanceof DomainError ? error.code : String(error)
  }
}

for (const [engine, newUrl] of Object.entries(engines)) {
  t.test(engine, async t => {
    t.test('totals equal what is stored after concurrent creates, changes, refusals and deletes', async t => {
      const url = await newUrl()
      const database = await open(t, url)
      const created = await Promise.all(Array.from({ length: 300 }, (_, n) => create(database, { name: `customer ${n}` })))
      await Promise.all(
        created
          .flatMap(({ stored }, n) => [
            changeResource(
              dependenciesOf(database),
              customerDefinition,
              { id: stored.id, apply: now => mergePatch(now, { status: `s${n}` }) },
              context
            ),
            codeOf(
              changeResource(
                dependenciesOf(database),
                customerDefinition,
                { id: stored.id, apply: now => mergePatch(now, { name: null }) },
                context
              )
            ),
            n % 3 === 0
              ? codeOf(deleteResource(dependenciesOf(database), customerDefinition, { id: stored.id }, context))
              : undefined
          ])
          .map(each => Promise.resolve(each).catch(() => undefined))
      )
      const { total } = await list(database)
      t.equal(total, 200)
      const [row] = await query(url, 'select count(*) as n, (select sum(total) from resource_total) as total from customer')
      t.equal(Number(row?.['n']), 200)
      t.equal(Number(row?.['total']), 200)
    })

    t.test('a failing write fails alone among those that are committed with it', async t => {
      const database = await open(t, await newUrl())
      const same = { next: () => 'the-same' }
      const outcomes = await Promise.allSettled([
        create(database),
        createResource<Customer>({ ...dependenciesOf(database), ids: same }, customerDefinition, aCustomer(), context),
        createResource<Customer>({ ...dependenciesOf(database), ids: same }, customerDefinition, aCustomer(), context),
        database.unitOfWork.run('default', async () => {
          throw new Error('the work itself failed')
        }),
        create(database)
      ])
      t.same(
        outcomes.map(each => each.status),
        ['fulfilled', 'fulfilled', 'rejected', 'rejected', 'fulfilled']
      )
      t.equal((await list(database)).total, 3)
    })

    t.test('work sees what it wrote itself, and only its end is stored', async t => {
      const database = await open(t, await newUrl())
      const seen = await database.unitOfWork.run('default', async transaction => {
        const first = transaction.insert(customerDefinition, { id: 'own', ...aCustomer({ name: 'first' }) } as Customer)
        const second = transaction.update(customerDefinition, first, { id: 'own', ...aCustomer({ name: 'second' }) } as Customer)
        const gone = transaction.insert(customerDefinition, { id: 'gone', ...aCustomer() } as Customer)
        transaction.delete(customerDefinition, gone)
        return [await transaction.get(customerDefinition, 'own'), await transaction.get(customerDefinition, 'gone'), second]
      })
      t.same(seen[0], seen[2])
      t.equal(seen[1], undefined)
      const stored = await database.store.get('default', customerDefinition, 'own')
      t.equal(stored?.revision, 2)
      t.equal((JSON.parse(stored?.document ?? '{}') as Customer).name, 'second')
      t.equal((await list(database)).total, 1)
    })

    t.test('what links to a resource follows its changes', async t => {
      const database = await open(t, await newUrl())
      const mail = (address: string) => [{ mediumType: 'email', characteristic: { emailAddress: address } }]
      const { stored } = await create(database, {
        contactMedium: [...mail('a@example.com'), ...mail('b@example.com'), ...mail('a@example.com')]
      })
      const found = async (address: string) => {
        const filter: Filter = { kind: 'in', path: text('contactMedium', 'characteristic', 'emailAddress'), values: [address] }
        return (await list(database, { filter })).total
      }
      t.same([await found('a@example.com'), await found('b@example.com')], [1, 1])
      await changeResource(
        dependenciesOf(database),
        customerDefinition,
        { id: stored.id, apply: now => mergePatch(now, { contactMedium: [...mail('b@example.com'), ...mail('c@example.com')] }) },
        context
      )
      t.same([await found('a@example.com'), await found('b@example.com'), await found('c@example.com')], [0, 1, 1])
      await deleteResource(dependenciesOf(database), customerDefinition, { id: stored.id }, context)
      t.same([await found('b@example.com'), await found('c@example.com')], [0, 0])
    })

    t.test('an idempotent request is answered from what was stored, until it is too old', async t => {
      let now = Date.parse('2026-03-01T00:00:00Z')
      const database = await open(t, await newUrl(), { clock: { now: () => new Date(now) } })
      const request = { scope: 'POST /customer', key: 'k', fingerprint: 'f' }
      const once = () =>
        createResource<Customer>(dependenciesOf(database), customerDefinition, aCustomer(), {
          ...context,
          idempotency: request
        })
      const [first, ...others] = await Promise.all(Array.from({ length: 20 }, once))
      for (const other of others) t.same(other.stored, first?.stored)
      now += IDEMPOTENCY_RETENTION_MS
      t.not((await once()).stored.id, first?.stored.id, 'too old: done again, although nothing was purged')
      t.equal((await list(database)).total, 2)
      now += IDEMPOTENCY_RETENTION_MS
      await database.purgeExpired()
      t.not((await once()).stored.id, first?.stored.id)
      t.equal((await list(database)).total, 3)
    })

    t.test('three processes that start at once on an empty database all come up', async t => {
      const url = await newUrl()
      const script = `
        const { openDatabase } = await import(${JSON.stringify(new URL('./index.ts', import.meta.url).href)})
        const database = await openDatabase({ url: ${JSON.stringify(url)}, clock: { now: () => new Date() }, exclusive: false })
        console.log(database.migrated.join())
        await database.close()`
      const start = () => promisify(execFile)(process.execPath, ['--input-type=module', '-e', script])
      const outputs = (await Promise.all([start(), start(), start()])).map(({ stdout }) => stdout.trim())
      t.same(outputs.sort(), ['', '', migrations.map(({ name }) => name).join(',')], 'one of them migrates')
    })

    t.test('a database of a newer version is refused', async t => {
      const url = await newUrl()
      await (await openDatabase({ url, clock, exclusive: true })).close()
      await query(url, "insert into schema_migration (name, applied_at) values ('9999-later', 'now') returning name")
      await t.rejects(openDatabase({ url, clock, exclusive: true }), StartRefused)
    })

    t.test('configuration can index a single-valued attribute, also one that is stored already', async t => {
      const url = await newUrl()
      const plain = await openDatabase({ url, clock, exclusive: true })
      await create(plain, { statusReason: 'late payment' })
      await plain.close()
      const extraIndexes = {
        customer: [
          { name: 'x_status_reason', path: 'statusReason', type: 'string', many: false },
          { name: 'x_valid_from', path: 'validFor.startDateTime', type: 'dateTime', many: false }
        ]
      } as const
      const indexed = await openDatabase({ url, clock, exclusive: true, extraIndexes })
      await create(indexed, { statusReason: 'late payment', validFor: { startDateTime: '2026-01-01T01:00:00+01:00' } })
      t.equal((await list(indexed, { filter: { kind: 'in', path: text('statusReason'), values: ['late payment'] } })).total, 2)
      const from: AttributePath = { ...text('validFor', 'startDateTime'), type: 'dateTime' }
      t.equal((await list(indexed, { filter: { kind: 'in', path: from, values: ['2026-01-01T00:00:00.000000Z'] } })).total, 1)
      t.equal(
        await codeOf(create(indexed, { statusReason: 'x'.repeat(513) })),
        'invalidValue',
        'what is indexed has a limited length'
      )
      await indexed.close()
      const again = await open(t, url, { extraIndexes })
      t.equal((await list(again)).total, 2, 'and the next start finds the indexes there')
    })

    t.test('a scan that takes too long is stopped and names the attribute to index', async t => {
      const url = await newUrl()
      const database = await open(t, url, { scanBudgetMs: 1, maxScans: 1, scanPatienceMs: 0 })
      await Promise.all(
        Array.from({ length: 6_000 }, (_, n) => create(database, { name: `customer ${n}`, statusReason: 'a reason '.repeat(20) }))
      )
      const refusal = await list(database, { filter: unindexed }).catch((error: unknown) => error as DomainError)
      t.match(refusal, { code: 'filterTooCostly', details: { attributes: ['statusReason'] } })
      // A connection that has to be opened first would come too late to be in the other one's way.
      await Promise.all([list(database), list(database)])
      const both = await Promise.all([
        codeOf(list(database, { filter: unindexed })),
        codeOf(list(database, { filter: unindexed }))
      ])
      t.same(both.sort(), ['filterTooCostly', 'tooManyScans'], 'no more than the allowed number at once')
      t.equal(
        (await list(database, { filter: { kind: 'in', path: text('name'), values: ['customer 7'] } })).total,
        1,
        'what an index serves still answers'
      )
      if (engine === 'postgres') {
        const active = await query(
          url,
          "select 1 from pg_stat_activity where state = 'active' and query like '%statusReason%' and pid <> pg_backend_pid()"
        )
        t.same(active, [], 'nothing goes on in the server')
      }
    })

    t.test('more scans than may run at once wait for one another', async t => {
      const database = await open(t, await newUrl(), { maxScans: 1, scanPatienceMs: 60_000 })
      await create(database, { statusReason: 'ox' })
      const filter = { kind: 'text', operator: 'regex', path: text('statusReason'), value: '^o.$' } as const
      const found = await Promise.all(Array.from({ length: 10 }, () => list(database, { filter })))
      t.same(
        found.map(({ total }) => total),
        new Array(10).fill(1)
      )
    })

    t.test('a scan within its budget finds everything and leaves the process free meanwhile', async t => {
      const database = await open(t, await newUrl())
      await Promise.all(Array.from({ length: 6_000 }, (_, n) => create(database, { statusReason: n % 2 ? 'ox' : 'cow' })))
      let ticks = 0
      const ticking = setInterval(() => ticks++, 1)
      const sorted = await list(database, { filter: unindexed, sort: [{ path: text('statusReason'), descending: true }] })
      clearInterval(ticking)
      t.ok(ticks > 0, 'timers go on while the scan runs')
      t.equal(sorted.total, 3_000)
      t.equal(sorted.items.length, 20)
      t.same(
        (await list(database, { filter: { kind: 'text', operator: 'regex', path: text('statusReason'), value: '^o.$' } })).total,
        3_000
      )
    })
  })
}

t.test('a second server on a SQLite file is refused, a command is not', async t => {
  const url = await engines.sqlite()
  const server = await open(t, url)
  await t.rejects(openDatabase({ url, clock, exclusive: true }), { name: 'StartRefused', message: /another server is running/ })
  const command = await openDatabase({ url, clock, exclusive: false })
  await Promise.all([create(command), create(server), create(command), create(server)])
  t.equal((await list(server)).total, 4)
  await command.close()
})

t.test('a SQLite file without space refuses writes, loses nothing, and goes on when there is space', async t => {
  const url = await engines.sqlite()
  await (await openDatabase({ url, clock, exclusive: true })).close()
  const connection = new SqliteConnection(url.slice('sqlite:'.length), { readonly: false })
  t.teardown(() => connection.close())
  const writer = new SqliteWriter({ connection, clock, newWriteSet: tenant => new WriteSet(tenant, {}) })
  const write = (statusReason: string) =>
    writer.run('default', async (_, writes) =>
      writes.insert(customerDefinition, { id: ids.next(), ...aCustomer({ statusReason }) } as Customer)
    )
  const pages = connection.database.pragma('page_count', { simple: true }) as number
  connection.database.pragma(`max_page_count = ${pages + 4}`)
  const results = await Promise.all(Array.from({ length: 4 }, () => codeOf(write('x'.repeat(9_000)))))
  t.ok(results.includes('unavailable'), 'some find no space')
  connection.database.pragma('max_page_count = 100000')
  const stored = () => Number(connection.prepare('select count(*) from customer').raw(true).all()[0])
  t.equal(stored(), results.filter(code => code === 'no error').length, 'what was acknowledged is there, and nothing else')
  t.equal(await codeOf(write('x'.repeat(9_000))), 'no error')
  const [row] = await query(url, 'select count(*) as n, (select total from resource_total) as total from customer')
  t.equal(row?.['n'], row?.['total'])
})

t.test('what is to be written to a SQLite file that is closed is refused', async t => {
  const database = await openDatabase({ url: await engines.sqlite(), clock, exclusive: true })
  await database.work.claim({ kinds: ['acceptOrder'], limit: 1, leaseMs: 1, now: clock.now() })
  await database.close()
  for (let count = 0; count < 2; count++) await t.rejects(database.unitOfWork.run('default', async () => undefined))
})

t.test('a write lock that another process holds delays writes without stopping reads', async t => {
  const url = await engines.sqlite()
  const database = await open(t, url)
  const other = new Sqlite(url.slice('sqlite:'.length))
  other.exec('begin immediate')
  const waiting = create(database)
  t.equal((await list(database)).total, 0)
  await new Promise(resolve => setTimeout(resolve, 250))
  other.exec('rollback')
  other.close()
  t.equal((await waiting).kind, 'created')
})

t.test(
  'reads of one turn of the event loop share a snapshot that hides nothing committed here, and ends with the turn',
  async t => {
    const url = await engines.sqlite()
    const { store, unitOfWork } = await open(t, url)
    const isThere = async (id: string) => (await store.get('default', customerDefinition, id)) !== undefined
    await unitOfWork.run('default', async transaction => {
      t.notOk(await isThere('own'), 'the snapshot is taken in the turn of the commit')
      transaction.insert(customerDefinition, { id: 'own', ...aCustomer() } as Customer)
    })
    t.ok(await isThere('own'))
    const other = new Sqlite(url.slice('sqlite:'.length))
    other.exec(`insert into customer (tenant, id, revision, document) values ('default', 'other', 1, '{"id":"other"}')`)
    other.close()
    await new Promise(resolve => setImmediate(resolve))
    t.ok(await isThere('other'), 'what another process has committed is there in the next turn')
  }
)

t.test('a PostgreSQL that may forget acknowledged writes is refused unless told otherwise', async t => {
  const url = await postgres.createDatabase()
  await query(url, `do $$ begin execute format('alter database %I set synchronous_commit = off', current_database()); end $$`)
  await t.rejects(openDatabase({ url, clock, exclusive: true }), { name: 'StartRefused', message: /synchronous_commit=off/ })
  await (await openDatabase({ url, clock, exclusive: true, durability: 'asConfigured' })).close()
})

t.test('several servers share one PostgreSQL database and lose no update', async t => {
  const url = await postgres.createDatabase()
  const servers = [await open(t, url), await open(t, url), await open(t, url)]
  const { stored } = await create(servers[0]!)
  await Promise.all(
    Array.from({ length: 60 }, (_, n) =>
      changeResource(
        dependenciesOf(servers[n % 3]!),
        customerDefinition,
        { id: stored.id, apply: now => mergePatch(now, { [`k${n}`]: n }) },
        context
      )
    )
  )
  const after = await servers[1]!.store.get('default', customerDefinition, stored.id)
  t.equal(after?.revision, 61)
  t.equal(Object.keys(JSON.parse(after?.document ?? '{}')).filter(key => /^k\d+$/.test(key)).length, 60)
})

t.test('work that is overtaken takes no other work with it, and does not hold it up', async t => {
  const url = await postgres.createDatabase()
  const [one, other] = [await open(t, url), await open(t, url)]
  const { stored } = await create(one!)
  const apply = (number: number) => (now: object) => mergePatch(now, { [`k${number}`]: number })
  const change = (server: Database, number: number) =>
    changeResource(dependenciesOf(server), customerDefinition, { id: stored.id, apply: apply(number) }, context)
  const contended = [one!, other!].flatMap(server => Array.from({ length: 15 }, (_, number) => change(server, number)))
  let ended = 0
  for (const each of contended) void each.then(() => ended++)
  const apart = await Promise.all(Array.from({ length: 30 }, (_, number) => create(one!, { name: `Apart ${number}` })))
  t.equal(apart.length, 30)
  t.ok(ended < contended.length, 'they were not waited for')
  await Promise.all(contended)
  t.equal((await one!.store.get('default', customerDefinition, stored.id))?.revision, 16)
})

t.test('changes of one resource that come together are committed together, each with its event', async t => {
  const url = await postgres.createDatabase()
  const database = await open(t, url)
  const { stored } = await create(database)
  const change = (number: number) => {
    const apply = (now: object) => mergePatch(now, { [`k${number}`]: number })
    return changeResource(dependenciesOf(database), customerDefinition, { id: stored.id, apply }, context)
  }
  await Promise.all(Array.from({ length: 32 }, (_, number) => change(number)))
  const events = await query(
    url,
    'select revision, transaction_id::text as transaction from event order by transaction_id, position'
  )
  t.same(
    events.map(({ revision }) => revision),
    Array.from({ length: 33 }, (_, index) => index + 1)
  )
  const transactions = new Set(events.map(({ transaction }) => transaction))
  t.ok(transactions.size <= 6, `as good as all of them in one: ${transactions.size}`)
})

t.test(
  'changes of a resource are not sent beside one that is on its way: PostgreSQL would refuse them, and all that goes with them',
  async t => {
    const url = await postgres.createDatabase()
    const database = await openDatabase({ url, clock, exclusive: true })
    const customers = await Promise.all(Array.from({ length: 6 }, () => create(database)))
    const changes: Promise<unknown>[] = []
    for (let wave = 0; wave < 20; wave++) {
      for (const { stored } of customers) {
        const apply = (now: object) => mergePatch(now, { [`k${wave}`]: wave })
        changes.push(changeResource(dependenciesOf(database), customerDefinition, { id: stored.id, apply }, context))
      }
      for (let n = 0; n < 24; n++) changes.push(create(database, { name: `Wave ${wave}` }))
      await new Promise(resolve => setTimeout(resolve, 2))
    }
    await Promise.all(changes)
    const { items } = await list(database, { filter: { kind: 'in', path: text('name'), values: ['Moon Football Club'] } })
    t.same(
      items.map(({ revision }) => revision),
      customers.map(() => 21)
    )
    await database.close()
    // What a connection has counted is known when it has ended.
    const rollbacks = async () => {
      const [row] = await query(url, 'select xact_rollback, xact_commit from pg_stat_database where datname = current_database()')
      return Number(row?.['xact_commit']) > 20 ? Number(row?.['xact_rollback']) : undefined
    }
    while ((await rollbacks()) === undefined) await new Promise(resolve => setTimeout(resolve, 20))
    t.equal(await rollbacks(), 0)
  }
)

t.test('what another server has deleted and made again can be changed, whatever is known of it from before', async t => {
  const url = await postgres.createDatabase()
  const [one, other] = [await open(t, url), await open(t, url)]
  const { stored } = await create(one!)
  const change = (attributes: object) => {
    const apply = (now: object) => mergePatch(now, attributes)
    return changeResource(dependenciesOf(one!), customerDefinition, { id: stored.id, apply }, context)
  }
  for (const status of ['one', 'two', 'three']) await change({ status })
  await other!.unitOfWork.run('default', async transaction => {
    transaction.delete(customerDefinition, (await transaction.get(customerDefinition, stored.id))!)
  })
  await other!.unitOfWork.run('default', async transaction => {
    transaction.insert(customerDefinition, { ...aCustomer(), id: stored.id } as Customer)
  })
  t.equal((await change({ status: 'again' })).stored.revision, 2)
})

t.test('what a piece of work decided by is what it replaces, also where it reads it twice', async t => {
  const database = await open(t, await postgres.createDatabase())
  const { stored } = await create(database)
  const change = (attributes: object) => {
    const apply = (now: object) => mergePatch(now, attributes)
    return changeResource(dependenciesOf(database), customerDefinition, { id: stored.id, apply }, context)
  }
  let runs = 0
  await database.unitOfWork.run('default', async transaction => {
    runs += 1
    const decidedBy = await transaction.get(customerDefinition, stored.id)
    if (runs === 1) await change({ statusReason: 'changed meanwhile' })
    const current = await transaction.get(customerDefinition, stored.id)
    const decided = { ...(JSON.parse(decidedBy!.document) as Customer), status: 'decided' }
    transaction.update(customerDefinition, current!, decided)
  })
  t.equal(runs, 2)
  const after = await database.store.get('default', customerDefinition, stored.id)
  t.match(JSON.parse(after?.document ?? '{}'), { status: 'decided', statusReason: 'changed meanwhile' })
})

t.test('what work gives up for because others commit between its reads is no answer: it runs again', async t => {
  const database = await open(t, await postgres.createDatabase())
  const [one, other] = [(await create(database)).stored, (await create(database)).stored]
  const change = (id: string) => {
    const apply = (now: object) => mergePatch(now, { status: 'both' })
    return changeResource(dependenciesOf(database), customerDefinition, { id, apply }, context)
  }
  let runs = 0
  const statusOf = async (transaction: Transaction, id: string) =>
    (JSON.parse((await transaction.get(customerDefinition, id))!.document) as Customer).status
  const work = async (transaction: Transaction) => {
    runs += 1
    const before = await statusOf(transaction, one.id)
    if (runs === 1) await Promise.all([change(one.id), change(other.id)])
    if ((await statusOf(transaction, other.id)) !== before) throw new Error('these belong together')
    throw new DomainError('notFound', 'refused for what is so')
  }
  await t.rejects(database.unitOfWork.run('default', work), { code: 'notFound' })
  t.equal(runs, 2)
})

t.test('work that makes what another server has made meanwhile runs again, and fails when it insists', async t => {
  const url = await postgres.createDatabase()
  const [one, other] = [await open(t, url), await open(t, url)]
  const make = (server: Database, doesLook: boolean, meanwhile: () => Promise<unknown>) =>
    server.unitOfWork.run('default', async transaction => {
      const isThere = doesLook && (await transaction.get(customerDefinition, 'same')) !== undefined
      await meanwhile()
      if (!isThere) transaction.insert(customerDefinition, { ...aCustomer(), id: 'same' } as Customer)
      return isThere
    })
  let runs = 0
  const wasThere = await make(one!, true, async () => {
    if (++runs === 1) await make(other!, true, async () => undefined)
  })
  t.same([wasThere, runs], [true, 2])
  await t.rejects(
    make(one!, false, async () => undefined),
    { code: '23505' }
  )
})

t.test('what is refused costs no connection: the plans on it would have to be made again', async t => {
  const url = await postgres.createDatabase()
  const [one, other] = [await open(t, url), await open(t, url)]
  const { stored } = await create(one!)
  const sessions = async () => {
    const [row] = await query(url, 'select sessions from pg_stat_database where datname = current_database()')
    return Number(row!['sessions'])
  }
  const overtaken = async () => {
    let runs = 0
    const set = (server: Database, statusReason: string, meanwhile: () => Promise<unknown>) =>
      server.unitOfWork.run('default', async transaction => {
        const current = (await transaction.get(customerDefinition, stored.id))!
        await meanwhile()
        transaction.update(customerDefinition, current, { ...JSON.parse(current.document), statusReason })
      })
    await set(one!, 'second', async () => (runs++ === 0 ? set(other!, 'first', async () => undefined) : undefined))
    return runs
  }
  t.equal(await overtaken(), 2)
  const before = await sessions()
  for (let times = 0; times < 20; times++) await overtaken()
  const opened = (await sessions()) - before
  t.ok(opened < 15, `${opened} connections opened`)
})

t.test('a database that cannot be opened is refused with one line', async t => {
  const subfolder = join(folder, 'no-file')
  mkdirSync(subfolder)
  for (const url of ['sqlite::memory:', 'mysql://localhost/crm', `sqlite:${subfolder}`, 'postgres://nobody@127.0.0.1:1/none']) {
    await t.rejects(openDatabase({ url, clock, exclusive: true }), { name: 'StartRefused', message: /^[^\n]+$/ })
  }
})
