import {
  DomainError,
  defaultFulfilmentSettings,
  type FmsNotification,
  type FmsResult,
  type ServiceOrderReport
} from '@crm-lite/domain'
import t, { type Test } from 'tap'
import { startProvisioning } from '../testing/start-provisioning.ts'
import { servicesOver, startTestApp } from '../testing/start-test-app.ts'

const SECRET = 'canary-Zq7_0123456789abcdef'
const LISTENER = `/fms-listener/${SECRET}`

const unreadable: FmsResult<FmsNotification> = {
  kind: 'unreadable',
  code: 'invalidAnswer',
  retryable: false,
  isOutcomeUnknown: false,
  message: 'The callback of the FMS makes no sense: invalidAnswer'
}

/** What the FMS tells is its report, as it is. */
async function world(t: Test, corsOrigins: readonly string[] = []) {
  const names: (string | undefined)[] = []
  const read = (body: unknown, eventName?: string): FmsResult<FmsNotification> => {
    names.push(eventName)
    if (typeof body !== 'object' || body === null || !('id' in body)) return unreadable
    const report = body as ServiceOrderReport
    const { id, externalId = '' } = report
    const value = {
      eventType: 'ServiceOrderStateChangeEvent',
      change: 'stateChanged',
      serviceOrderId: id,
      externalId,
      report
    } as const
    return { kind: 'ok', value }
  }
  const provisioning = await startProvisioning(t, { fmsListener: { secret: SECRET, read } }, corsOrigins)
  const { app, fms, work, accepted } = provisioning
  const tell = (payload?: object | string, url = LISTENER, headers = {}) => {
    const type = { 'content-type': 'application/json' }
    return app.inject({ method: 'POST', url, headers: { ...type, ...headers }, ...(payload !== undefined && { payload }) })
  }
  return {
    ...provisioning,
    names,
    tell,
    placed: async () => {
      const order = await accepted('1')
      await work()
      return { order, report: () => fms.orders().at(-1)! }
    },
    stateOf: async (id: string) => (await app.inject(`/tmf-api/productOrderingManagement/v4/productOrder/${id}`)).json().state
  }
}

t.test('a callback is answered with the same headers where other origins are let in, and counted', async t => {
  const answered = async (corsOrigins: readonly string[]) => {
    const { app, tell, placed } = await world(t, corsOrigins)
    const { report } = await placed()
    const { statusCode, headers, body } = await tell(report(), LISTENER, { 'x-request-id': 'mine' })
    t.match(
      (await app.inject('/metrics')).body,
      /http_requests_total\{method="POST",route="\/fms-listener\/:secret",status="201"\} 1\n/
    )
    t.equal(headers['vary'], corsOrigins.length > 0 ? 'Origin' : undefined)
    const { date: _date, vary: _vary, ...others } = headers
    return { statusCode, body, others }
  }
  const expected = await answered([])
  t.match(expected, { statusCode: 201, body: '{}', others: { 'x-request-id': 'mine', 'cache-control': 'no-store' } })
  t.match(await answered(['https://shop.example.com']), expected)
})

t.test('what the FMS tells moves the order, once, whatever else it tells', async t => {
  const { tell, placed, fms, stateOf, store } = await world(t)
  const { order, report } = await placed()
  const acknowledged = report()
  fms.complete(report().id)
  const headers = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', 'x-request-id': 'callback-1' }
  const first = await tell(report(), LISTENER, headers)
  t.match({ status: first.statusCode, body: first.json() }, { status: 201, body: {} })
  t.equal(first.headers['cache-control'], 'no-store')
  t.equal(await stateOf(order), 'completed')
  t.match(store.events.at(-1), { actor: 'fms', correlationId: 'callback-1', traceparent: headers.traceparent })
  const events = store.events.length
  for (const told of [report(), acknowledged, { ...report(), id: 'strange', externalId: 'strange' }]) {
    const again = await tell(told)
    t.same([again.statusCode, again.body], [201, '{}'], 'doubled, stale and unknown callbacks look the same')
  }
  t.equal(store.events.length, events)
})

t.test('the last part of the address is the name of the event', async t => {
  const { tell, names, placed } = await world(t)
  const { report } = await placed()
  for (const rest of ['', '/', '/listener/serviceOrderStateChangeEvent', '/serviceOrderMilestoneEvent/']) {
    t.equal((await tell(report(), LISTENER + rest)).statusCode, 201)
  }
  t.same(names, [undefined, undefined, 'serviceOrderStateChangeEvent', 'serviceOrderMilestoneEvent'])
})

t.test('whoever does not know the secret finds nothing there', async t => {
  const { app, tell, names } = await world(t)
  const seen = ({ statusCode, headers, body }: Awaited<ReturnType<typeof tell>>) => {
    const { 'x-request-id': requestId, 'content-length': length, date: _date, ...others } = headers
    // Ids of requests are counted, and so grow longer.
    const rest = Number(length) - String(requestId).length
    return { statusCode, headers: others, rest, body: body.replace(String(requestId), '') }
  }
  const unknown = seen(await tell({ id: '1' }, '/nothing/there'))
  t.match(unknown, { statusCode: 404, body: /unknownPath/ })
  for (const url of ['/fms-listener', '/fms-listener/', '/fms-listener/wrong', `${LISTENER}x`, `${LISTENER.slice(0, -1)}/x`]) {
    t.same(seen(await tell({ id: '1' }, url)), unknown, url)
    t.same(seen(await tell('{', url)), unknown, 'what is sent there does not matter')
  }
  for (const method of ['GET', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'] as const) {
    t.same(seen(await app.inject({ method, url: LISTENER })), seen(await app.inject({ method, url: '/nothing/there' })), method)
  }
  t.same(names, [])
  const { app: without } = await startTestApp(t)
  t.same(seen(await without.inject({ method: 'POST', url: LISTENER, payload: { id: '1' } })), unknown, 'nor without an FMS')
})

t.test('what cannot be read is refused, and what is too much', async t => {
  const { tell } = await world(t)
  const failure = async (payload?: object | string, headers = {}) => {
    const { statusCode, body } = await tell(payload, LISTENER, headers)
    return `${statusCode} ${JSON.parse(body).code}`
  }
  t.equal(await failure({ state: 'completed' }), '400 invalidValue')
  t.equal(await failure('{'), '400 invalidJson')
  t.equal(await failure(), '400 missingBody')
  t.equal(await failure('<order/>', { 'content-type': 'text/xml' }), '415 unsupportedMediaType')
  t.equal(await failure({ id: 'x'.repeat(1_048_577) }), '413 bodyTooLarge')
})

t.test(
  'when the store fails the FMS is asked to tell it again, and the secret is in no log, metric, answer or document',
  async t => {
    const lines: string[] = []
    const note = (...line: unknown[]) => void lines.push(JSON.stringify(line))
    const logger = {
      level: 'trace',
      silent: note,
      fatal: note,
      error: note,
      warn: note,
      info: note,
      debug: note,
      trace: note,
      child: () => logger
    }
    const services = servicesOver((await startProvisioning(t)).store)
    let failure: Error = new DomainError('unavailable', 'the database cannot be used now', { retryAfterS: 2 })
    const failing = {
      ...services,
      store: { list: () => Promise.reject(failure), get: () => Promise.reject(failure) },
      fmsListener: {
        secret: SECRET,
        read: () => ({ kind: 'ok', value: { eventType: 'X', change: 'stateChanged', serviceOrderId: '1' } }) as const
      }
    }
    const fulfilment = { settings: defaultFulfilmentSettings, random: () => 0, canLookUp: true }
    const { app } = await startTestApp(t, { services: failing, options: { logger, fulfilment } })
    const tell = (url = LISTENER) => app.inject({ method: 'POST', url, payload: { id: '1' } })
    const refused = await tell()
    t.match({ status: refused.statusCode, headers: refused.headers }, { status: 503, headers: { 'retry-after': '2' } })
    failure = new Error(`of ${SECRET}`)
    const broken = await tell(`${LISTENER}/serviceOrderStateChangeEvent`)
    t.equal(broken.statusCode, 500)
    const told = [
      refused.body,
      broken.body,
      ...lines,
      (await app.inject('/metrics')).body,
      (await app.inject('/openapi.json')).body
    ]
    t.equal(lines.length, 2)
    t.match(lines[0], '/fms-listener/:secret')
    for (const text of told) t.notMatch(text, 'canary-Zq7')
    t.match((await app.inject('/metrics')).body, /route="\/fms-listener\/:secret",status="503"/)
  }
)

t.test('a secret that could be guessed starts nothing', async t => {
  const read = () => unreadable
  await t.rejects(startProvisioning(t, { fmsListener: { secret: 'short', read } }), /needs 22 to 200/)
})
