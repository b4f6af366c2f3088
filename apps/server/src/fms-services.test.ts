import { MemoryStore } from '@crm-lite/domain/testing'
import { Registry } from 'prom-client'
import t from 'tap'
import { type Environment, readConfig } from './config.ts'
import { fmsServices } from './fms-services.ts'
import { BreakerWatch } from './workers/breaker-watch.ts'
import { FmsMetrics } from './workers/fms-metrics.ts'

const KEY = Buffer.alloc(32, 7).toString('base64')
const log = { info: () => {}, warn: () => {} }

function servicesOf(env: Environment) {
  const result = readConfig({ SECRET_KEY: KEY, ...env }, () => '')
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
})

t.test('an FMS that cannot be searched is not looked anything up at', async t => {
  t.equal(servicesOf({ FMS_URL: 'https://fms.example', FMS_LOOK_UP: 'none' })?.policy.canLookUp, false)
  t.equal(servicesOf({ FMS_URL: 'https://fms.example' })?.policy.canLookUp, true)
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
    async () => {
      if (isDown) throw new Error('the database does not answer')
      return { waiting: 3, fallout: [{ kind: 'timeout', open: 2, oldestRaisedAt: '2026-03-01T00:00:00Z' }] }
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
    'fallout_open{kind="timeout"} 2',
    'fallout_open{kind="failedAtFms"} 0',
    'fallout_oldest_age_seconds{kind="timeout"} 60'
  ])
    t.ok(lines.includes(line), line)
  isDown = true
  const down = await registry.metrics()
  t.match(down, /^fulfilments_waiting Nan$/im)
  t.notMatch(down, /^fallout_open\{/m, 'what is not known is not told')
})
