import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { fictionalOrder } from './seed/fictional-order.ts'
import { aCustomer, allCustomerIds, createCustomer } from './testing/customers-client.ts'
import { newSqliteUrl, runCrm, startCrm, startServer } from './testing/start-crm.ts'

t.setTimeout(600_000)

t.test('every command explains itself with examples', async t => {
  for (const args of [
    ['--help'],
    ['serve', '--help'],
    ['migrate', '--help'],
    ['seed', '--help'],
    ['worker', '--help'],
    ['hub', '--help'],
    ['event', 'list', '--help'],
    ['event', 'replay', '--help'],
    ['inspect-webhooks', '--help'],
    ['journey', 'lint', '--help'],
    ['journey', 'graph', '--help'],
    ['fallout', '--help'],
    ['rule', 'list', '--help'],
    ['rule', 'show', '--help'],
    ['rule', 'explain', '--help'],
    ['config', 'check', '--help']
  ]) {
    const { code, stdout } = await runCrm(t, args, {})
    t.equal(code, 0)
    t.match(stdout, /Usage: crm.*Examples:\n {2}\$ /s, args.join(' '))
  }
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  t.equal((await runCrm(t, ['--version'], {})).stdout.trim(), version)
  const unknown = await runCrm(t, ['sevre'], {})
  t.equal(unknown.code, 1)
  t.match(unknown.stderr, /unknown command 'sevre'.*serve/s)
  t.match((await runCrm(t, ['seed', '--customers', 'many'], {})).stderr, /must be an integer/)
})

t.test('config check prints what is in effect, without secrets, or all faults', async t => {
  const good = await runCrm(t, ['config', 'check'], { DATABASE_URL: 'postgres://crm:canary@db/crm', PORT: '81', CRM_MOED: 'x' })
  t.equal(good.code, 0)
  t.match(good.stdout, /^DATABASE_URL=postgres:\/\/crm:\*\*\*@db\/crm$/m)
  t.match(good.stdout, /^PORT=81$/m)
  t.match(good.stdout, /^HOST=127\.0\.0\.1 {2}# default$/m)
  t.match(good.stderr, 'CRM_MOED is not a setting')
  t.notMatch(good.stdout + good.stderr, 'canary')

  for (const args of [['config', 'check'], ['serve'], ['migrate']]) {
    const bad = await runCrm(t, args, { PORT: 'x', DATABASE_URL: 'mysql://canary' })
    t.equal(bad.code, 1)
    t.same(bad.stderr.trim().split('\n'), [
      'crm: PORT must be an integer from 0 to 65535',
      'crm: DATABASE_URL must start with sqlite: or postgres://'
    ])
    t.equal(bad.stdout, '')
  }
})

t.test('a server serves; commands run beside it, a second server does not', async t => {
  const DATABASE_URL = newSqliteUrl(t)
  const server = await startServer(t, { DATABASE_URL })
  t.notMatch(server.stdout(), 'no authentication', 'nobody else reaches loopback')
  const created = await createCustomer(server.url, 'Moon Football Club')
  t.equal(created.href, `${server.url}/tmf-api/customerManagement/v4/customer/${created.id}`)
  t.match(created.id, /^[0-9a-f]{8}-[0-9a-f]{4}-7/, 'a UUID of version 7')
  t.match(await (await fetch(`${server.url}/version`)).json(), { version: /^\d/ })
  t.equal((await fetch(`${server.url}/readyz`)).status, 200)

  const second = await runCrm(t, ['serve'], { DATABASE_URL, PORT: '0' })
  t.equal(second.code, 1)
  t.match(second.stderr, /^crm: [^\n]+\n$/, 'one line')

  const seeded = await runCrm(t, ['seed', '--customers', '60'], { DATABASE_URL })
  t.match(seeded, { code: 0, stdout: /^added 60 customers, each with its party, in [\d.]+ s\n$/ })
  const again = await runCrm(t, ['seed', '--customers', '80', '--products', '30', '--orders', '10'], { DATABASE_URL })
  t.match(again, {
    code: 0,
    stdout:
      /^added 20 customers, each with its party, in [\d.]+ s, 60 were there already\nadded 30 products, .*\nadded 10 orders, 0 were there already\n$/
  })
  t.match(await runCrm(t, ['migrate'], { DATABASE_URL }), { code: 0, stdout: /is up to date, there was nothing to do\n$/ })

  const { ids, total } = await allCustomerIds(server.url)
  t.equal(ids.length, 81)
  t.equal(total, 81)
  for (const path of [
    'customerManagement/v4/customer',
    'party/v4/individual',
    'party/v4/organization',
    'productInventory/v4/product'
  ]) {
    const list = (await (await fetch(`${server.url}/tmf-api/${path}?limit=40`)).json()) as unknown[]
    t.ok(list.length > 0)
    for (const seededResource of list) {
      const body = JSON.stringify(seededResource)
      const answer = await fetch(`${server.url}/tmf-api/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body
      })
      if (answer.status !== 201) t.fail(`what was seeded would not be accepted: ${await answer.text()}`)
    }
  }
  for (let index = 0; index < 10; index++) {
    const answer = await fetch(`${server.url}/tmf-api/productOrderingManagement/v4/productOrder`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(fictionalOrder(1, index, { customers: 80, products: 30 }).input)
    })
    if (answer.status !== 201) t.fail(`what was seeded would not be accepted: ${await answer.text()}`)
  }
  server.process.kill('SIGTERM')
  t.equal(await server.exited(), 0)
})

t.test('migrate says what it did', async t => {
  const DATABASE_URL = newSqliteUrl(t)
  const first = await runCrm(t, ['migrate'], { DATABASE_URL })
  t.match(first, { code: 0, stdout: /^(applied \S+\n)+sqlite:\S+ is up to date\n$/ })
  t.match(await runCrm(t, ['migrate'], { DATABASE_URL }), {
    code: 0,
    stdout: /^sqlite:\S+ is up to date, there was nothing to do\n$/
  })
})

t.test('what keeps a server from starting is told in one line', async t => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  t.teardown(() => taken.close())
  const address = taken.address()
  const port = typeof address === 'object' && address ? String(address.port) : ''
  const inUse = await runCrm(t, ['serve'], { DATABASE_URL: newSqliteUrl(t), PORT: port })
  t.equal(inUse.code, 1)
  t.equal(inUse.stderr, `crm: port ${port} on 127.0.0.1 is in use: stop what listens there, or set PORT to another one\n`)

  const notAFolder = join(t.testdir({ file: 'neither a folder nor a database' }), 'file')
  for (const DATABASE_URL of [`sqlite:${notAFolder}/crm.db`, `sqlite:${notAFolder}`, 'postgres://crm:canary@127.0.0.1:1/crm']) {
    const refused = await runCrm(t, ['serve'], { DATABASE_URL, PORT: '0' })
    t.equal(refused.code, 1)
    t.match(refused.stderr, /^crm: [^\n]+\n$/, `one line for ${DATABASE_URL}`)
    t.notMatch(refused.stderr, /canary|unexpected/)
  }
})

t.test('in development people read where to go', async t => {
  const crm = startCrm(t, ['serve'], { CRM_MODE: 'development', DATABASE_URL: newSqliteUrl(t), PORT: '0' })
  await crm.printed(/Documentation +http:\/\/127\.0\.0\.1:\d+\/docs\n/)
  await crm.printed(/Customer Management +http:\/\/127\.0\.0\.1:\d+\/tmf-api\/customerManagement\/v4\n/)
  await crm.printed(/Database +sqlite:/)
  const documentation = /http\S+\/docs/.exec(crm.stdout())?.[0] ?? ''
  t.equal((await fetch(documentation)).status, 200)
})

t.test('a server that others can reach warns, and links to what it was told', async t => {
  const server = await startServer(t, {
    DATABASE_URL: newSqliteUrl(t),
    HOST: '0.0.0.0',
    PUBLIC_BASE_URL: 'https://crm.example.com',
    TMF629_V4_PATH: '/CRM_MS/tmforum'
  })
  await server.printed('no authentication')
  t.equal(server.stdout().split('no authentication').length, 2, 'once')
  const response = await fetch(`${server.url.replace('0.0.0.0', '127.0.0.1')}/CRM_MS/tmforum/customer`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(aCustomer('Moon Football Club'))
  })
  t.match(response.headers.get('location'), /^https:\/\/crm\.example\.com\/CRM_MS\/tmforum\/customer\//)
})

t.test('a journey is checked and drawn before anybody follows it, and after', async t => {
  const DATABASE_URL = newSqliteUrl(t)
  const journey = (...args: string[]) => runCrm(t, ['journey', ...args], { DATABASE_URL })
  const visit = { key: 'visit', name: 'Visit', translation: { de: { name: 'Besuch' } }, reachedBy: { by: 'hand' } }
  const folder = t.testdir({
    'good.json': JSON.stringify({ key: 'fibre', name: 'Fibre', milestone: [{ ...visit, plan: { duration: 'P1D' } }] }),
    'odd.json': JSON.stringify({ key: 'fibre', name: 'Fibre', milestone: [visit] }),
    'circle.json': JSON.stringify({ key: 'fibre', name: 'Fibre', milestone: [{ ...visit, requires: ['visit'] }] }),
    'half.json': JSON.stringify({ key: 'fibre', milestone: [{ key: 'visit' }] }),
    'no.json': '{'
  })
  const file = (name: string) => join(folder, `${name}.json`)
  t.match(await journey('lint', file('good')), { code: 0, stdout: /good\.json can be used: 0 warnings\n$/ })
  t.match(await journey('lint', file('odd')), {
    code: 0,
    stdout: /^warning {2}\/milestone no milestone has a plan.*\n.*: 1 warning\n$/
  })
  t.match(await journey('lint', file('circle')), {
    code: 1,
    stdout: /^error {4}\/milestone\/0\/requires milestones require one another: visit > visit\n$/,
    stderr: /^crm: \S+circle\.json cannot be used: 1 fault\n$/
  })
  t.match(await journey('lint', file('half')), { code: 1, stdout: /^error {4}\/name.*\nerror {4}\/milestone\/0\/name/ })
  t.match(await journey('graph', file('half')), { code: 1, stdout: /^$/, stderr: /cannot be drawn: \/name/ })
  t.match(await journey('lint', file('no')), { code: 1, stderr: /^crm: \S+ is not JSON\n$/ })
  t.match(await journey('lint', file('none')), { code: 1, stderr: /^crm: there is no file/ })
  t.match(await journey('graph', 'none'), { code: 1, stderr: /^crm: there is neither a file nor/ })
  t.match(await journey('graph', file('good'), '--language', 'de'), { code: 0, stdout: /^flowchart LR\n.*"Besuch</s })
  t.match(await journey('lint', 'default-1'), { code: 0 })
  const documented = readFileSync(new URL('../../../docs/order-journey.md', import.meta.url), 'utf8')
  const [, diagram] = /```mermaid\n(.*?)```/s.exec(documented)!
  t.match(await journey('graph', 'default-1'), { code: 0, stdout: diagram! }, 'as the documentation shows it')
})
