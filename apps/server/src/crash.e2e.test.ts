import { startPostgres } from '@crm-lite/adapters-db/testing'
import t, { type Test } from 'tap'
import { allCustomerIds, callCustomers, createCustomer } from './testing/customers-client.ts'
import { proveAlerts } from './testing/proofs/alerts-proof.ts'
import type { Figure } from './testing/proofs/figure.ts'
import { proveFlushesOfSqlite } from './testing/proofs/flush-proof.ts'
import { proveFullPostgres, proveFullSqlite, proveLostPostgres } from './testing/proofs/full-proof.ts'
import { proveGuard } from './testing/proofs/guard-proof.ts'
import { proveKill } from './testing/proofs/kill-proof.ts'
import { proveOutage } from './testing/proofs/outage-proof.ts'
import { proveRude } from './testing/proofs/rude-proof.ts'
import { proveWorkers } from './testing/proofs/workers-proof.ts'
import { newSqliteUrl, runCrm, startServer } from './testing/start-crm.ts'

t.setTimeout(600_000)

/** The proofs of `npm run test:crash`, with smaller numbers. Times are told, not judged: other tests run beside these. */
function holds(t: Test, figures: readonly Figure[]): void {
  t.ok(figures.length > 0)
  for (const { measure, value, wanted, isMet, isTime } of figures) {
    if (isTime) t.comment(`${measure}: ${value}`)
    else t.ok(isMet !== false, `${measure}: ${value}, wanted ${wanted}`)
  }
}

const KILLS = { kills: 3, writes: 300, seed: 1 }
const ALERTS = { orders: 30, kills: 3, seed: 1 }
const EVENTS = 500

t.test('on SQLite', async t => {
  t.test('a server that is killed loses nothing that it acknowledged, and tells of all of it', async t =>
    holds(t, await proveKill(t, { databaseUrl: newSqliteUrl(t), engine: 'sqlite', ...KILLS }))
  )

  t.test('dates that pass while the server is killed are noted and told once', async t =>
    holds(t, await proveAlerts(t, { databaseUrl: newSqliteUrl(t), engine: 'sqlite', ...ALERTS }))
  )

  t.test('a receiver that is down for an hour gets everything, and nobody else notices', async t =>
    holds(t, await proveOutage(t, { databaseUrl: newSqliteUrl(t), engine: 'sqlite', events: EVENTS }))
  )

  t.test('receivers that keep no rules are dealt with as the documentation says', async t =>
    holds(t, await proveRude(t, { databaseUrl: newSqliteUrl(t), engine: 'sqlite' }))
  )

  t.test('nobody gets the server to connect to an address that is not public', async t =>
    holds(t, await proveGuard(t, { newDatabase: async () => newSqliteUrl(t), engine: 'sqlite' }))
  )

  t.test('a full disk refuses writes and loses nothing', async t =>
    holds(t, await proveFullSqlite(t, { databaseUrl: newSqliteUrl(t) }))
  )

  t.test('every batch is flushed to disk', async t => holds(t, await proveFlushesOfSqlite(t, { databaseUrl: newSqliteUrl(t) })))
})

t.test('on PostgreSQL', async t => {
  const postgres = await startPostgres()
  t.teardown(() => postgres.stop())

  t.test('a server that is killed loses nothing that it acknowledged, and tells of all of it', async t =>
    holds(t, await proveKill(t, { databaseUrl: await postgres.createDatabase(), engine: 'postgres', ...KILLS }))
  )

  t.test('dates that pass while workers are killed are noted and told once', async t =>
    holds(t, await proveAlerts(t, { databaseUrl: await postgres.createDatabase(), engine: 'postgres', ...ALERTS }))
  )

  t.test('several workers share the work, and one that dies or stands still loses and doubles nothing', async t =>
    holds(t, await proveWorkers(t, { newDatabase: () => postgres.createDatabase(), rows: EVENTS }))
  )

  t.test('a full disk refuses writes and loses nothing', async t =>
    holds(t, await proveFullPostgres(t, { databaseUrl: await postgres.createDatabase() }))
  )

  t.test('a database that goes away and returns costs nothing but time', async t =>
    holds(t, await proveLostPostgres(t, { databaseUrl: await postgres.createDatabase() }))
  )

  t.test('seeding fills an empty database and, repeated, adds what is missing', async t => {
    const DATABASE_URL = await postgres.createDatabase()
    const server = await startServer(t, { DATABASE_URL })
    t.match(await runCrm(t, ['seed', '--customers', '300'], { DATABASE_URL }), { code: 0, stderr: '', stdout: /^added 300 / })
    t.match(await runCrm(t, ['seed', '--customers', '400'], { DATABASE_URL }), {
      code: 0,
      stderr: '',
      stdout: /^added 100 .*300 were there/
    })
    const { ids, total } = await allCustomerIds(server.url)
    t.same([new Set(ids).size, total], [400, 400])
  })

  t.test('three servers that start at once on an empty database all come up and share it', async t => {
    const DATABASE_URL = await postgres.createDatabase()
    const servers = await Promise.all([1, 2, 3].map(() => startServer(t, { DATABASE_URL, PARTIAL_CONTENT: 'off' })))
    const created = await Promise.all(servers.map((server, number) => createCustomer(server.url, `Of server ${number}`)))
    for (const server of servers) {
      for (const { id } of created) t.equal((await callCustomers(server.url, 'GET', `/${id}`)).status, 200)
      t.equal((await allCustomerIds(server.url)).total, 3)
      server.process.kill('SIGTERM')
      t.equal(await server.exited(), 0)
    }
  })
})
