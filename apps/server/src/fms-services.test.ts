import { MemoryStore } from '@crm-lite/domain/testing'
import { Registry } from 'prom-client'
import t, { type Test } from 'tap'
import { type Environment, readConfig } from './config.ts'
import { fmsServices } from './fms-services.ts'
import { selfSigned } from './testing/certificate.ts'
import { type Asked, startFms } from './testing/start-fms.ts'
import { BreakerWatch } from './workers/breaker-watch.ts'
import { FmsMetrics } from './workers/fms-metrics.ts'

const ORDERS = '/tmf-api/serviceOrdering/v4/serviceOrder'
const KEY = Buffer.alloc(32, 7).toString('base64')
const log = { info: () => {}, warn: () => {} }

function servicesOf(env: Environment, readFile = (_path: string) => '') {
  const result = readConfig({ SECRET_KEY: KEY, ...env }, readFile)
  if ('faults' in result) throw new Error(result.faults.join('\n'))
  const { config } = result
  const store = new MemoryStore()
  const parts = { database: { store, unitOfWork: store }, clock: { now: () => new Date() } }
  const places = { fmsUrl: config.fms?.url, callbackBaseUrl: 'https://crm.example' }
  return fmsServices(config, places, { ...parts, metrics: new FmsMetrics(new Registry()), log })
}

t.test('without an FMS there is nothing that works with one', async t => {
  t.equal(servicesOf({}), undefined)
})

t.test('all servers with the same key listen at the same address, which nobody else can guess', async t => {
  const secretOf = (env: Environment) => servicesOf({ FMS_URL: 'https://fms.example', ...env })?.listener?.secret
  const secret = secretOf({})
  t.match(secret, /^[\w-]{32}$/)
  t.equal(secretOf({ FMS_URL: 'https://other.example' }), secret)
  t.not(secretOf({ SECRET_KEY: Buffer.alloc(32, 8).toString('base64') }), secret)
  t.equal(secretOf({ FMS_CALLBACK_SECRET: 'b'.repeat(24) }), 'b'.repeat(24))
  t.equal(secretOf({ FMS_CALLBACKS: 'off' }), undefined, 'nobody is listened to where the FMS is only asked')
})

t.test('the FMS is to call back where we are, unless somebody else sees to that', async t => {
  const wantedBy = (env: Environment) => servicesOf({ FMS_URL: 'https://fms.example', ...env })?.wantedCallback
  const secret = 'b'.repeat(24)
  t.same(wantedBy({ FMS_CALLBACK_SECRET: secret }), {
    fms: 'https://fms.example',
    callback: `https://crm.example/fms-listener/${secret}`
  })
  t.same(wantedBy({ FMS_CALLBACKS: 'off' }), { fms: 'https://fms.example' }, 'what was registered before is taken back')
  t.equal(wantedBy({ FMS_CALLBACKS: 'byHand' }), undefined)
})

t.test('an answer counts as lost only when no call can take that long any more', async t => {
  const settingsOf = (env: Environment) => servicesOf({ FMS_URL: 'https://fms.example', ...env })?.policy.settings
  t.match(settingsOf({ FMS_TIMEOUT_SECONDS: '2' }), { callTimeoutMs: 7_000, settleTimeMs: 30_000 })
  const oauth = { FMS_OAUTH_TOKEN_URL: 'https://login.example', FMS_OAUTH_CLIENT_ID: 'crm', FMS_OAUTH_CLIENT_SECRET: 's' }
  t.match(settingsOf({ FMS_TIMEOUT_SECONDS: '2', ...oauth }), { callTimeoutMs: 27_000 }, 'tokens take time too')
  const slow = { FMS_TIMEOUT_SECONDS: '2', FMS_CALL_TIMEOUTS: 'list=10,get=1' }
  t.match(settingsOf(slow), { callTimeoutMs: 31_000 }, 'a call may have to wait for one of another kind')
})

t.test('an FMS that cannot be searched is not looked anything up at', async t => {
  t.equal(servicesOf({ FMS_URL: 'https://fms.example', FMS_LOOK_UP: 'none' })?.policy.canLookUp, false)
  t.equal(servicesOf({ FMS_URL: 'https://fms.example' })?.policy.canLookUp, true)
})

/** What the FMS of the settings is asked when an order is looked up, and what comes of it. */
async function lookedUp(t: Test, env: Environment, answer: Parameters<typeof startFms>[1]) {
  const { url, asked } = await startFms(t, answer)
  const services = servicesOf({ FMS_URL: url, ...env })!
  t.teardown(() => services.close())
  return { result: await services.gateway.lookUp('order-1:1:1'), paths: asked.map(({ path }) => path) }
}

t.test('an order is looked up as the settings say', async t => {
  const found = [200, [{ id: '7', externalId: 'order-1:1:1', state: 'held' }]] as const
  t.match(await lookedUp(t, {}, () => found), {
    result: { kind: 'ok', value: [{ id: '7' }] },
    paths: [`${ORDERS}?externalId=order-1%3A1%3A1`]
  })
  t.match(await lookedUp(t, { FMS_LOOK_UP_PARAMETER: 'extId' }, () => found), {
    result: { kind: 'ok', value: [{ id: '7' }] },
    paths: [`${ORDERS}?extId=order-1%3A1%3A1`]
  })
  const isMissing = () => [404, { code: '60', reason: 'none' }] as const
  t.match(await lookedUp(t, {}, isMissing), { result: { code: 'notFound' } })
  t.match(await lookedUp(t, { FMS_LOOK_UP_NOT_FOUND: 'none' }, isMissing), { result: { kind: 'ok', value: [] } })

  const listing = { FMS_LOOK_UP: 'listing', FMS_LOOK_UP_PAGE_SIZE: '2', FMS_LOOK_UP_SORT: '-orderDate' }
  const { result, paths } = await lookedUp(t, { ...listing, FMS_LOOK_UP_MAX_PAGES: '3' }, endlessList)
  t.match(result, { kind: 'unreadable', code: 'tooManyOrders' }, 'what stands behind those pages may be there')
  t.equal(paths.length, 3)
  for (const path of paths) t.match(path, /\?sort=-orderDate&offset=\d+&limit=2$/)
})

/** Orders of others, as many as are asked for. */
function endlessList({ path }: Asked) {
  const { searchParams } = new URL(path, 'http://fms')
  const offset = Number(searchParams.get('offset'))
  return [200, Array.from({ length: Number(searchParams.get('limit')) }, (_, at) => ({ id: String(offset + at) }))] as const
}

t.test('a call takes as long as its kind may', async t => {
  const { url } = await startFms(t, () => new Promise(() => undefined))
  const services = servicesOf({ FMS_URL: url, FMS_TIMEOUT_SECONDS: '300', FMS_CALL_TIMEOUTS: 'list=0.1,get=0.1' })!
  t.teardown(() => services.close())
  t.match(await services.gateway.lookUp('order-1:1:1'), { code: 'timeout' })
  t.match(await services.gateway.get('7'), { code: 'timeout' })
})

t.test('tokens are asked for with the secret that the file holds at that time, and as the settings say', async t => {
  let secret = 'first'
  const login = await startFms(t, () => [200, { access_token: `token-${login.asked.length}`, expires_in: 3_600 }])
  const fms = await startFms(t, ({ headers }) => (headers.authorization === 'Bearer token-1' ? [401, {}] : [200, []]))
  const services = servicesOf(
    {
      FMS_URL: fms.url,
      FMS_OAUTH_TOKEN_URL: `${login.url}/token`,
      FMS_OAUTH_CLIENT_ID: 'crm',
      FMS_OAUTH_CLIENT_SECRET_FILE: '/run/secrets/fms',
      FMS_OAUTH_SEND_AS: 'body',
      FMS_HEADERS_FILE: '/run/secrets/headers'
    },
    path => (path === '/run/secrets/headers' ? '{"x-tenant":"retail"}' : `${secret}\n`)
  )!
  t.teardown(() => services.close())
  secret = 'second'
  const bodies = () => login.asked.map(({ body }) => new URLSearchParams(body).get('client_secret'))
  t.match(await services.gateway.lookUp('order-1:1:1'), { kind: 'ok' }, 'with another token, as the first one was refused')
  t.same(bodies(), ['second', 'second'])
  t.ok(fms.asked.every(({ headers }) => headers['x-tenant'] === 'retail'))
  t.ok(login.asked.every(({ headers }) => headers.authorization === undefined))
})

t.test('an FMS of an authority of its own is trusted when the settings name it, and is told who we are', async t => {
  const [theirs, ours] = [selfSigned('fms'), selfSigned('crm')]
  const tls = { cert: theirs.certificate, key: theirs.key, ca: ours.certificate, requestCert: true, rejectUnauthorized: true }
  const { url } = await startFms(t, () => [200, []], tls)
  const codeOf = async (env: Environment) => {
    const services = servicesOf({ FMS_URL: url, ...env })!
    const result = await services.gateway.lookUp('order-1:1:1')
    await services.close()
    return result.kind === 'ok' ? 'ok' : result.code
  }
  const trusted = { FMS_TLS_CA: theirs.certificate }
  t.equal(await codeOf({}), 'tls')
  t.not(await codeOf(trusted), 'ok', 'it wants to know who asks')
  t.equal(await codeOf({ ...trusted, FMS_TLS_CERTIFICATE: ours.certificate, FMS_TLS_KEY: ours.key }), 'ok')
})

t.test('while the FMS does not answer there is no room for calls but for a probe now and then', async t => {
  let nowMs = 0
  const said: string[] = []
  const note = (_fields: object, message: string) => void said.push(message)
  const metrics = new FmsMetrics(new Registry())
  const breaker = new BreakerWatch({
    probeAfterMs: 1_000,
    places: 16,
    metrics,
    log: { info: note, warn: note },
    monotonicMs: () => nowMs
  })
  t.equal(breaker.room(), 16)
  breaker.changed('open')
  t.equal(breaker.room(), 0)
  nowMs = 1_000
  t.equal(breaker.room(), 1)
  breaker.changed('halfOpen')
  t.equal(breaker.room(), 1)
  breaker.changed('open')
  t.equal(breaker.room(), 0, 'the probe got no answer')
  nowMs = 2_000
  breaker.changed('closed')
  t.equal(breaker.room(), 16)
  t.equal(said.length, 2, 'told once when it goes and once when it is back')
})

t.test('what goes on with the FMS can be watched', async t => {
  const registry = new Registry()
  const metrics = new FmsMetrics(registry)
  let isDown = false
  const now = new Date('2026-03-01T00:01:00Z')
  metrics.watch(
    async instants => {
      if (isDown) throw new Error('the database does not answer')
      t.same(instants, [new Date('2026-02-28T23:01:00Z'), new Date('2026-02-28T00:01:00Z'), new Date('2026-02-22T00:01:00Z')])
      return {
        waiting: 3,
        fallout: [
          { kind: 'timeout', open: 2, oldestRaisedAt: '2026-03-01T00:00:00Z', openSince: [2, 2, 2] },
          { kind: 'deviceMissing', open: 9, oldestRaisedAt: '2026-01-01T00:00:00Z', openSince: [1, 3, 6] }
        ]
      }
    },
    { now: () => now }
  )
  metrics.called({ call: 'create', outcome: 'ok', durationMs: 20 })
  metrics.called({ call: 'create', outcome: 'unreachable', code: 'timeout', durationMs: 15_000 })
  metrics.breakerIs('open')
  const lines = (await registry.metrics()).split('\n')
  for (const line of [
    'fms_calls_total{call="create",outcome="ok",code=""} 1',
    'fms_calls_total{call="create",outcome="unreachable",code="timeout"} 1',
    'fms_call_duration_seconds_count{call="create"} 2',
    'fms_breaker{state="open"} 1',
    'fms_breaker{state="closed"} 0',
    'fulfilments_waiting 3',
    'fallout_open{kind="timeout",age="under1h"} 2',
    'fallout_open{kind="timeout",age="over7d"} 0',
    'fallout_open{kind="failedAtFms",age="1hTo1d"} 0',
    'fallout_open{kind="deviceMissing",age="under1h"} 1',
    'fallout_open{kind="deviceMissing",age="1hTo1d"} 2',
    'fallout_open{kind="deviceMissing",age="1dTo7d"} 3',
    'fallout_open{kind="deviceMissing",age="over7d"} 3',
    'fallout_oldest_age_seconds{kind="timeout"} 60'
  ])
    t.ok(lines.includes(line), line)
  isDown = true
  const down = await registry.metrics()
  t.match(down, /^fulfilments_waiting Nan$/im)
  t.notMatch(down, /^fallout_open\{/m, 'what is not known is not told')
})
