import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'
import pg from 'pg'
import t from 'tap'
import { startPostgres } from './index.ts'

async function answerOf(url: string, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows[0]?.[0]
  } finally {
    await client.end()
  }
}

/** A process that starts a server of its own, says where it is, and then does as `then` says. */
const otherProcess = (then: string) =>
  [
    `import { startPostgres } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)}`,
    `const server = await startPostgres()`,
    `process.stdout.write(await server.createDatabase() + '\\n')`,
    then
  ].join('\n')

t.test('hands out empty databases that know nothing of one another, on a server that writes to disk', async t => {
  const server = await startPostgres()
  t.teardown(() => server.stop())
  const [one, other] = await Promise.all([server.createDatabase(), server.createDatabase()])
  await answerOf(one, 'create table only_here (id int)')
  t.equal(await answerOf(one, `select to_regclass('only_here')::text`), 'only_here')
  t.equal(await answerOf(other, `select to_regclass('only_here')::text`), null)
  t.equal(await answerOf(one, 'show fsync'), 'on')
  t.match(server.description, /^PostgreSQL \d+/)
})

t.test('drops its databases and leaves the server alone when it is somebody else’s', async t => {
  const server = await startPostgres()
  t.teardown(() => server.stop())
  const before = process.env['TEST_DATABASE_URL']
  process.env['TEST_DATABASE_URL'] = server.url
  t.teardown(() => {
    if (before === undefined) delete process.env['TEST_DATABASE_URL']
    else process.env['TEST_DATABASE_URL'] = before
  })
  const guest = await startPostgres()
  const name = new URL(await guest.createDatabase()).pathname.slice(1)
  const count = `select count(*)::int from pg_database where datname = '${name}'`
  t.equal(await answerOf(server.url, count), 1)
  await guest.stop()
  t.equal(await answerOf(server.url, count), 0)
})

t.test('a server of its own ends with the process that wanted it', async t => {
  const env = { ...process.env, TEST_DATABASE_URL: '', NODE_OPTIONS: '' }
  const folderOf = (url: string) => decodeURIComponent(new URL(url).host)
  const gone = async (url: string) => {
    for (let tries = 0; existsSync(folderOf(url)) && tries < 300; tries++) await promisify(setTimeout)(20)
    return !existsSync(folderOf(url))
  }
  t.test('when that process forgets about it', async t => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', otherProcess('')], { env })
    t.match(stdout, /^postgres:/)
    t.ok(await gone(stdout.trim()))
  })
  t.test('when that process is killed', async t => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', otherProcess('setInterval(() => {}, 1000)')], {
      env,
      stdio: ['ignore', 'pipe', 'inherit']
    })
    const [line] = await once(child.stdout.setEncoding('utf8'), 'data')
    t.ok(existsSync(folderOf(String(line).trim())))
    child.kill('SIGKILL')
    t.ok(await gone(String(line).trim()))
  })
})
