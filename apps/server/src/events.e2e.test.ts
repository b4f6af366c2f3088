import { readFileSync, statSync } from 'node:fs'
import { startPostgres } from '@crm-lite/adapters-db/testing'
import t from 'tap'
import { freePort } from './free-port.ts'
import { callCustomers, createCustomer } from './testing/customers-client.ts'
import { metricOf, registerCallback, workLeft } from './testing/proofs/hub-client.ts'
import { newSqliteUrl, runCrm, startCrm, startServer, until } from './testing/start-crm.ts'
import { resourceIn, startReceiver } from './testing/start-receiver.ts'

t.setTimeout(600_000)

t.test('who subscribes sees signed events arrive, and looks after the subscription from the command line', async t => {
  const DATABASE_URL = newSqliteUrl(t)
  const env = { DATABASE_URL, CRM_MODE: 'development', SECRET_KEY: '' }
  const server = await startServer(t, env)
  const port = String(await freePort('127.0.0.1'))
  const { id, secret } = await registerCallback(server.url, `http://127.0.0.1:${port}/`)
  const receiver = startCrm(t, ['inspect-webhooks', '--port', port, '--secret', secret], {})
  await receiver.printed(`Send events to http://127.0.0.1:${port}/`)

  const tested = await runCrm(t, ['hub', 'test', id], env)
  t.match(tested, { code: 0, stdout: 'delivered: the receiver answered 204\n' })
  await receiver.printed(/HubTestEvent.*signature ok/)
  const created = await createCustomer(server.url, 'Moon Football Club')
  await receiver.printed(/CustomerCreateEvent.*signature ok, answered 204/)
  t.match(receiver.stdout(), '"name": "Moon Football Club"')

  t.match((await runCrm(t, ['hub', 'list'], env)).stdout, new RegExp(`${id} +TMF629_V4 +active +0 +http://127.0.0.1:${port}/`))
  t.match((await runCrm(t, ['hub', 'pause', id], env)).stdout, `${id} is paused`)
  await callCustomers(server.url, 'DELETE', `/${created.id}`)
  t.match((await runCrm(t, ['hub', 'resume', id], env)).stdout, `${id} is active`)
  await receiver.printed(/CustomerDeleteEvent.*signature ok/)

  const listed = await runCrm(t, ['event', 'list', '--resource', 'customer', '--id', created.id], env)
  t.match(listed.stdout, new RegExp(`created +customer/${created.id} +1.*\n.*deleted`))
  const asJson = await runCrm(t, ['event', 'list', '--json', '--limit', '1'], env)
  t.match(JSON.parse(asJson.stdout), { kind: 'created', document: { name: 'Moon Football Club' } })
  const next = /--after (\S+)/.exec(asJson.stderr)?.[1] ?? ''
  t.match((await runCrm(t, ['event', 'list', '--json', '--after', next], env)).stdout, '"kind":"deleted"')

  const before = receiver.stdout().split('CustomerCreateEvent').length
  const replay = ['event', 'replay', id, '--from', '2020-01-01T00:00:00Z', '--query', 'eventType=CustomerCreateEvent']
  t.match(await runCrm(t, replay, env), { code: 0, stdout: '1 events are delivered again\n' })
  await until(
    () => receiver.stdout().split('CustomerCreateEvent').length > before,
    () => 'the event again'
  )
  t.same((await runCrm(t, ['hub', 'release', id], env)).stdout, 'released 0\n')
  t.match((await runCrm(t, ['hub', 'parked', id], env)).stdout, /^delivery +event/)
  t.equal(await metricOf(server.url, 'event_deliveries_parked'), 0)
  t.match(await (await fetch(`${server.url}/metrics`)).text(), /event_delivery_attempts_total\{outcome="delivered"\} [234]/)
})

t.test('a receiver for trying out tells a wrong signature, and answers as it was told', async t => {
  const DATABASE_URL = newSqliteUrl(t)
  const env = { DATABASE_URL, CRM_MODE: 'development' }
  const server = await startServer(t, env)
  const port = String(await freePort('127.0.0.1'))
  const { id } = await registerCallback(server.url, `http://127.0.0.1:${port}/`)
  const wrong = ['--secret', `whsec_${Buffer.alloc(32).toString('base64')}`]
  const receiver = startCrm(t, ['inspect-webhooks', '--port', port, ...wrong], {})
  await receiver.printed('Send events')
  t.match(await runCrm(t, ['hub', 'test', id], env), { code: 1, stderr: 'crm: not delivered: the receiver answered 401\n' })
  t.match(receiver.stdout(), 'signature WRONG, answered 401')
  receiver.process.kill('SIGTERM')
  await receiver.exited()
  const refusing = startCrm(t, ['inspect-webhooks', '--port', port, '--answer', '503'], {})
  await refusing.printed('Send events')
  t.match(await runCrm(t, ['hub', 'test', id], env), { code: 1, stderr: 'crm: not delivered: the receiver answered 503\n' })
  t.match(refusing.stdout(), 'not verified, answered 503')
  t.match((await runCrm(t, ['inspect-webhooks', '--secret', '%'], {})).stderr, /--secret must be/)
})

t.test('commands about subscriptions and events say in one line what is wrong', async t => {
  const env = { DATABASE_URL: newSqliteUrl(t), CRM_MODE: 'development' }
  for (const [args, expected] of [
    [['hub', 'pause', 'nobody'], /there is no subscription with this id/],
    [['hub', 'test', 'nobody'], /there is no subscription with this id/],
    [['hub', 'parked', 'nobody'], /there is no subscription with this id/],
    [['event', 'replay', 'nobody', '--from', '2026-03-01'], /there is no subscription with this id/],
    [['event', 'replay', 'nobody', '--from', 'yesterday'], /must be a time such as/],
    [['event', 'list', '--resource', 'customers'], /there is no resource customers; there are customer, /],
    [['event', 'list', '--after', 'x'], /not a cursor/],
    [['worker'], /workers need PostgreSQL: with SQLite the server does all by itself/]
  ] as const) {
    const { code, stderr } = await runCrm(t, args, env)
    t.equal(code, 1, args.join(' '))
    t.match(stderr, expected)
    t.notMatch(stderr, /unexpected|\n.*\n/)
  }
})

t.test('production needs a secret key; development makes one, for its owner only, and keeps it', async t => {
  const DATABASE_URL = newSqliteUrl(t)
  for (const args of [['serve'], ['config', 'check']]) {
    const { code, stderr } = await runCrm(t, args, { DATABASE_URL, SECRET_KEY: '', PORT: '0' })
    t.equal(code, 1)
    t.match(stderr, /^crm: SECRET_KEY must be set unless CRM_MODE is development: [^\n]+\n$/)
  }
  const file = `${DATABASE_URL.slice('sqlite:'.length)}-secret-key`
  const start = () => startServer(t, { DATABASE_URL, SECRET_KEY: '', CRM_MODE: 'development' })
  const first = await start()
  const key = readFileSync(file, 'utf8')
  t.equal(statSync(file).mode & 0o777, 0o600)
  t.equal(Buffer.from(key, 'base64').length, 32)
  const receiver = await startReceiver(t)
  await registerCallback(first.url, receiver.url)
  first.process.kill('SIGTERM')
  await first.exited()
  const second = await start()
  t.equal(readFileSync(file, 'utf8'), key)
  await createCustomer(second.url, 'Moon')
  await until(
    () => receiver.received.length === 1,
    () => 'an event, signed with the secret of before'
  )
})

t.test('on PostgreSQL workers deliver in processes of their own', async t => {
  const postgres = await startPostgres()
  t.teardown(() => postgres.stop())
  const DATABASE_URL = await postgres.createDatabase()
  const env = { DATABASE_URL, CRM_MODE: 'development' }
  const server = await startServer(t, { ...env, WORKERS: 'off' })
  const receiver = await startReceiver(t)
  await registerCallback(server.url, receiver.url)
  await createCustomer(server.url, 'Moon')
  t.ok((await workLeft(server.url)) > 0, 'nobody delivers')
  const port = await freePort('127.0.0.1')
  const worker = startCrm(t, ['worker', '--port', String(port)], { ...env, PUBLIC_BASE_URL: 'https://crm.example.com' })
  await worker.printed('"msg":"delivering"')
  await until(
    () => receiver.received.length === 1,
    () => 'the event'
  )
  const [received] = receiver.received
  t.match(received && resourceIn(received), { name: 'Moon', href: /^https:\/\/crm\.example\.com\// })
  const sentAt = performance.now()
  await createCustomer(server.url, 'Sun')
  await until(
    () => receiver.received.length === 2,
    () => 'the next event'
  )
  t.ok(performance.now() - sentAt < 3_000, 'the worker is woken')
  const url = `http://127.0.0.1:${port}`
  t.equal((await fetch(`${url}/livez`)).status, 200)
  t.equal((await fetch(`${url}/other`)).status, 404)
  t.match(await (await fetch(`${url}/metrics`)).text(), /event_delivery_attempts_total\{outcome="delivered"\} 2/)
  t.equal(await metricOf(url, 'event_outbox_depth'), 0)
  worker.process.kill('SIGTERM')
  t.equal(await worker.exited(), 0)
  t.match(worker.stdout(), '"msg":"stopped"')
})
