import { journeyDefinition } from '@crm-lite/domain'
import pg from 'pg'
import t from 'tap'
import { openDatabase } from '../open-database.ts'
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
