import { startPostgres } from '@crm-lite/adapters-db/testing'
import t, { type Test } from 'tap'
import { allCustomerIds, callCustomers, createCustomer } from './testing/customers-client.ts'
import { type CrmServer, newSqliteUrl, runCrm, startServer, until } from './testing/start-crm.ts'

t.setTimeout(240_000)

const WRITERS = 8
const ACKNOWLEDGED_BEFORE_KILL = 200

/** Creates customers from many sides until the server is gone; returns the ids of those that it acknowledged. */
async function writeUntilKilled(server: CrmServer): Promise<Set<string>> {
  const acknowledged = new Set<string>()
  let isAlive = true
  const writer = async (number: number) => {
    for (let count = 0; isAlive; count++) {
      try {
        acknowledged.add((await createCustomer(server.url, `Customer ${number}/${count}`)).id)
      } catch {
        return
      }
    }
  }
  const writers = Array.from({ length: WRITERS }, (_, number) => writer(number))
  await until(
    () => acknowledged.size >= ACKNOWLEDGED_BEFORE_KILL,
    () => 'enough writes'
  )
  server.process.kill('SIGKILL')
  await server.exited()
  isAlive = false
  await Promise.all(writers)
  return acknowledged
}

async function survivesKill(t: Test, DATABASE_URL: string): Promise<void> {
  const acknowledged = await writeUntilKilled(await startServer(t, { DATABASE_URL }))
  const server = await startServer(t, { DATABASE_URL })
  const { ids, total } = await allCustomerIds(server.url)
  const stored = new Set(ids)
  t.same(
    [...acknowledged].filter(id => !stored.has(id)),
    [],
    'every acknowledged write is there'
  )
  t.equal(stored.size, ids.length, 'no resource twice')
  t.equal(total, ids.length, 'the total is the number of resources')
  t.ok(ids.length >= acknowledged.size && ids.length <= acknowledged.size + WRITERS, 'and at most what was under way besides')
  await createCustomer(server.url, 'One more')
  t.equal((await allCustomerIds(server.url)).total, ids.length + 1)
}

t.test('on SQLite, a killed server loses nothing that it acknowledged', t => survivesKill(t, newSqliteUrl(t)))

t.test('on PostgreSQL', async t => {
  const postgres = await startPostgres()
  t.teardown(() => postgres.stop())

  t.test('a killed server loses nothing that it acknowledged', async t => survivesKill(t, await postgres.createDatabase()))

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
