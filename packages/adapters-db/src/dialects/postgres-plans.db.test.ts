import { createSubscription, everything, type Journey, journeyDefinition, resourceIn, workKinds } from '@crm-lite/domain'
import pg from 'pg'
import t from 'tap'
import { type Database, openDatabase } from '../open-database.ts'
import { startPostgres } from '../testing/index.ts'
import { WriteSet } from '../write-set.ts'
import { togetherOf } from './postgres-lookups.ts'
import { staleStatement } from './postgres-stale.ts'

const server = await startPostgres()
t.teardown(() => server.stop())

const journey = { id: 'id-1', revision: 1, document: '{"id":"id-1"}' }
const change = new WriteSet('t', {})
change.update(journeyDefinition, journey, { id: 'id-1' })

const statements = {
  'what is looked up together': togetherOf(
    'select r.revision, r.document::text from "journey" as r where r.tenant = $1 and r.id = $2',
    2
  ),
  'what may have been overtaken': staleStatement([change])!.sql
}

t.test('plans that are made while a table is small, and kept, find rows by their keys', async t => {
  const url = await server.createDatabase()
  await (await openDatabase({ url, clock: { now: () => new Date() }, exclusive: true })).close()
  const client = new pg.Client(url)
  await client.connect()
  t.teardown(() => client.end())
  for (const rows of [0, 100, 2_000]) {
    await client.query(
      `insert into journey (tenant, id, revision, document)
       select 't', 'id-' || n, 1, jsonb_build_object('text', repeat('x', 2000))
       from generate_series((select count(*) from journey) + 1, ${rows}) as n`
    )
    for (const [name, text] of Object.entries(statements)) {
      const { rows: plan } = await client.query<[string]>({ text: `explain (generic_plan) ${text}`, rowMode: 'array' })
      const lines = plan.map(([line]) => line).join('\n')
      t.match(lines, /Index Scan using journey_pkey/, `${name}, ${rows} rows`)
      t.notMatch(lines, /Seq Scan/, lines)
    }
  }
})

const ROWS = 20_000
const TURNS = 8
const clock = { now: () => new Date() }
const context = { tenant: 't', actor: 'tester', correlationId: 'test' }
const subscription = {
  id: 'one',
  api: 'TMF629_V4',
  callback: 'https://one.example.com',
  host: 'one.example.com:443',
  sealedSecret: 'sealed'
} as const
const event = {
  kind: 'created',
  resource: 'journey',
  revision: 1,
  changedPaths: [],
  at: '2026-01-01T00:00:00.000Z',
  actor: 'tester',
  correlationId: 'test',
  document: '{}'
} as const
const isForSomebody = (_: unknown, { id }: { id: string }) => !id.startsWith('old')
const tables = ['journey', 'due_work', 'remembered_answer']

t.test(
  'what is found by its key is found so in a table that was small, or empty, when PostgreSQL last looked at its size',
  async t => {
    const url = await server.createDatabase()
    const database = await openDatabase({ url, clock: { now: () => new Date() }, exclusive: true })
    const client = new pg.Client(url)
    await client.connect()
    t.teardown(() => client.end())
    for (const table of tables) await client.query(`alter table ${table} set (autovacuum_enabled = off)`)
    const grow = async (rows: number) => {
      await client.query(
        `insert into journey (tenant, id, revision, document)
       select 't', 'id-' || n, 1, jsonb_build_object('id', 'id-' || n) from generate_series(${rows} / 2, ${rows}) as n`
      )
      await client.query(
        `insert into remembered_answer
       select 't', 's', 'id-' || n, 'f', 'created', 'id-' || n, 1, '{}', 1e13 from generate_series(${rows} / 2, ${rows}) as n`
      )
    }
    await createSubscription({ unitOfWork: database.unitOfWork, ids: { next: () => 'one' }, clock }, subscription, context)
    await grow(6)
    await client.query('vacuum analyze')
    await useEveryWay(database, ['a', 'b', 'c'])
    await grow(ROWS)
    for (const kind of ['acceptOrder', 'lookAtJourney']) {
      await client.query(
        `insert into due_work (tenant, kind, id, due_at_ms, claimable_at_ms, attempts)
       select 't', $1, 'id-' || n, 1e13, 1e13, 0 from generate_series(1, ${ROWS}) as n`,
        [kind]
      )
    }
    await client.query(
      `insert into event (id, tenant, resource, resource_id, kind, revision, changed_paths, actor, correlation_id, at, document)
     select 'old-' || n, 't', 'journey', 'id-' || n, 'created', 1, '[]', 'tester', 'test', '2026-01-01T00:00:00Z', '{}'
     from generate_series(1, ${ROWS}) as n`
    )
    await database.deliveries.fanOut(isForSomebody, 2 * ROWS)
    await useEveryWay(database, ['d', 'e', 'f'])
    await database.close()
    for (const [table, key] of tables.map(each => [each, `${each}_pkey`])) {
      const { rows } = await client.query<{ read: string }>(
        `select seq_tup_read + coalesce((select sum(idx_tup_read) from pg_stat_user_indexes where relid = t.relid and indexrelname <> $2), 0) as read
       from pg_stat_user_tables t where relname = $1`,
        [table, key]
      )
      t.ok(Number(rows[0]!.read) < ROWS / 10, `${table}: ${rows[0]!.read} rows`)
    }
    const { rows } = await client.query<{ read: string }>(
      `select seq_tup_read + (select sum(idx_tup_read) from pg_stat_user_indexes where relid = t.relid) as read
     from pg_stat_user_tables t where relname = 'event'`
    )
    t.ok(Number(rows[0]!.read) < 2 * ROWS, `events, all of which are looked at once: ${rows[0]!.read} rows`)
  }
)

/** Creates, reads, lists, changes and deletes journeys and what is due, each alone and several together, on each of the connections. */
async function useEveryWay(database: Database, names: readonly string[]): Promise<void> {
  const { unitOfWork, store, work, deliveries } = database
  for (let turn = 0; turn < TURNS; turn++) {
    const ids = names.map(name => `${name}-${turn}`)
    const dueAt = new Date(0).toISOString()
    await unitOfWork.run('t', async transaction => transaction.unschedule('acceptOrder', ids[0]!))
    await Promise.all(
      ids.map(id =>
        unitOfWork.run('t', async transaction => {
          await transaction.recall({ scope: 's', key: id, fingerprint: 'f' })
          const stored = transaction.insert(journeyDefinition, { id } as Journey)
          transaction.publish({ ...event, id, resourceId: id })
          transaction.schedule({ kind: 'acceptOrder', id, dueAt })
          transaction.remember({ scope: 's', key: id, fingerprint: 'f' }, { kind: 'created', stored })
        })
      )
    )
    const change = (id: string) =>
      unitOfWork.run('t', async transaction => {
        const stored = (await transaction.get(journeyDefinition, id))!
        transaction.update(journeyDefinition, stored, { ...resourceIn<Journey>(stored), id })
        transaction.unschedule('acceptOrder', id)
      })
    await change(ids[0]!)
    await Promise.all(ids.slice(1).map(change))
    await store.get('t', journeyDefinition, ids[0]!)
    await Promise.all(ids.map(id => store.get('t', journeyDefinition, id)))
    const query = { filter: everything, sort: [], limit: 2, offset: 0, count: true }
    const { next } = await store.list('t', journeyDefinition, query)
    if (next) await store.list('t', journeyDefinition, { ...query, after: next })
    await deliveries.fanOut(isForSomebody, 100)
    const claimed = await deliveries.claim({ limit: 10, leaseMs: 1_000, now: new Date() })
    await Promise.all(claimed.map(each => deliveries.delivered(each, new Date())))
    await work.nextDueAt(workKinds)
    await work.claim({ kinds: workKinds, limit: 4, leaseMs: 1_000, now: new Date() })
    await unitOfWork.run('t', async transaction => {
      transaction.delete(journeyDefinition, (await transaction.get(journeyDefinition, ids[0]!))!)
    })
  }
}
