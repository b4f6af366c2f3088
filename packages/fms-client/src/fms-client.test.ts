import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type FmsContractOptions, fmsGatewayContract, serviceOrderRequest } from '@crm-lite/domain/testing'
import { Ajv } from 'ajv'
import t, { type Test } from 'tap'
import { FmsClient, type FmsClientOptions } from './index.ts'
import { orderBody } from './order-body.ts'
import { startScriptedFms, withOutages } from './testing/scripted-fms.ts'
import { type Answer, nobody, sendJson, startFms } from './testing/start-fms.ts'

const API = '/tmf-api/serviceOrdering/v4'
const SHORT_MS = 150

const placed = { id: '4711', state: 'acknowledged', serviceOrderItem: [] }

const timeoutsMs = { create: SHORT_MS, get: SHORT_MS, list: SHORT_MS, cancel: SHORT_MS }
const variants: readonly (Pick<FmsContractOptions, 'name' | 'cannot'> & Pick<FmsClientOptions, 'lookUp' | 'version'>)[] = [
  { name: 'TMF641, looking up by externalId', lookUp: { by: 'externalId' } },
  { name: 'TMF641, looking up by listing', lookUp: { by: 'listing', pageSize: 2 } },
  { name: 'TMF641 without look-ups', lookUp: { by: 'none' }, cannot: ['lookUp'] },
  { name: 'TMF641 v3', version: 'v3', cannot: ['cancel', 'milestones'] }
]

for (const { name, cannot = [], version = 'v4', ...options } of variants) {
  await fmsGatewayContract(t, {
    name,
    cannot,
    makeFms: async () => {
      const endings: (() => unknown)[] = []
      const { fms, url, deadUrl } = await startScriptedFms({ teardown: end => endings.push(end) }, version)
      const common = { ...options, version, timeoutsMs, breaker: { failures: 1_000 } }
      const client = new FmsClient({ baseUrl: url, ...common })
      const unreachable = new FmsClient({ baseUrl: deadUrl, ...common })
      const close = async () => {
        for (const end of endings) end()
        await Promise.all([client.close(), unreachable.close()])
      }
      return { gateway: withOutages(fms, client, unreachable), fms, close }
    }
  })
}

t.test('a service order is sent as TMF641 has it', async t => {
  const { client, received } = await connect(t, (_, response) => sendJson(response, 201, placed), {
    headers: { 'X-Tenant': 'north' },
    authentication: { kind: 'token', token: 'secret-1' }
  })
  t.match(await client.create(serviceOrderRequest), { kind: 'ok', value: { id: '4711', state: 'acknowledged', items: [] } })
  const [request] = received
  t.match(request, {
    method: 'POST',
    url: `${API}/serviceOrder`,
    headers: {
      accept: 'application/json',
      'content-type': 'application/json',
      'x-tenant': 'north',
      authorization: 'Bearer secret-1',
      'idempotency-key': 'order-1%3Aitem-1%3A1'
    }
  })
  const body = JSON.parse(request!.body)
  t.match(body, { '@type': 'ServiceOrder', externalId: 'order-1:item-1:1', category: 'residential' })
  t.same(body.serviceOrderItem[0].service, {
    serviceSpecification: { id: 'fibre-line', name: 'Fibre line', version: '2.0' },
    serviceCharacteristic: serviceOrderRequest.items[0]?.characteristics,
    supportingResource: [
      {
        name: 'Router',
        model: 'HG-8245',
        '@referredType': 'Router',
        resourceCharacteristic: [{ name: 'colour', value: 'white' }]
      }
    ]
  })
  t.match(body.serviceOrderItem[1], {
    id: 'tv',
    action: 'modify',
    service: { id: 'service-7' },
    serviceOrderItemRelationship: [{ relationshipType: 'dependsOn', orderItem: { itemId: 'line' } }]
  })
})

const specificationFolder = process.env['TMF_SPEC_DIR']
t.test(
  'what is sent is what the published schema asks for',
  { skip: specificationFolder ? false : 'the published schemas are not at hand (TMF_SPEC_DIR)' },
  async t => {
    const file = join(specificationFolder ?? '', 'TMF641-ServiceOrdering-v4.1.0.swagger.json')
    const ajv = new Ajv({ strict: false, validateFormats: false }).addSchema(JSON.parse(readFileSync(file, 'utf8')), 'tmf641')
    const [first, second] = serviceOrderRequest.items
    const items = [{ ...first!, supportingResources: [{ ...first!.supportingResources[0], id: 'any' }] }, second!]
    t.ok(
      ajv.validate('tmf641#/definitions/ServiceOrder_Create', orderBody({ ...serviceOrderRequest, items }, 'v4')),
      ajv.errorsText()
    )
    t.notOk(ajv.validate('tmf641#/definitions/ServiceOrder_Create', orderBody(serviceOrderRequest, 'v3')))
  }
)

t.test('an FMS of v3 is spoken to in its own shape', async t => {
  const answer: Answer = ({ method, body }, response) =>
    method === 'POST'
      ? sendJson(response, 201, { ...JSON.parse(body), id: '1', state: 'Acknowledged' })
      : sendJson(response, 200, {
          id: '1',
          state: 'InProgress',
          orderItem: [{ id: 'a', orderItem: [{ id: 'b', state: 'Held' }] }]
        })
  const { client, received } = await connect(t, answer, { version: 'v3' })
  t.match(await client.create(serviceOrderRequest), {
    kind: 'ok',
    value: { state: 'Acknowledged', items: [{ id: 'line' }, { id: 'tv' }] }
  })
  t.equal(received[0]?.url, '/tmf-api/serviceOrdering/v3/serviceOrder')
  const body = JSON.parse(received[0]!.body)
  t.match(body.orderItem[1], { id: 'tv', orderItemRelationship: [{ type: 'dependsOn', id: 'line' }] })
  t.notOk('serviceOrderItem' in body)
  const read = await client.get('1')
  t.ok(read.kind === 'ok' && read.value.items.map(({ id, state }) => `${id} ${state}`).join() === 'a InProgress,b Held')
  t.match(await client.cancel('1', 'because'), { kind: 'refused', code: 'notSupported' })
  t.match(await client.cancellation('1'), { kind: 'refused', code: 'notSupported' })
  t.equal(received.length, 2)
})

t.test('the hub is asked for changes alone where that is enough and can be said', async t => {
  for (const version of ['v4', 'v3'] as const) {
    const { client, received } = await connect(t, (_, response) => sendJson(response, 201, { id: '1' }), { version })
    await client.subscribe('https://crm.example/all')
    await client.subscribe('https://crm.example/changes', 'changes')
    const [all, changes] = received.map(({ body }) => JSON.parse(body))
    t.same(all, { callback: 'https://crm.example/all' })
    t.equal(changes.callback, 'https://crm.example/changes')
    if (version === 'v3') t.notOk(changes.query)
    else {
      t.match(changes.query, /^eventType=(\w+,)*ServiceOrderStateChangeEvent,/)
      t.notMatch(changes.query, /Create|Milestone/)
    }
  }
})

t.test('base URL and path are joined, and what is in an id stays in it', async t => {
  const answer: Answer = (_, response) => sendJson(response, 200, { ...placed, id: 'a/../b?c#d é' })
  const { client, received, url } = await connect(t, answer)
  t.match(await client.get('a/../b?c#d é'), { kind: 'ok' })
  t.equal(received[0]?.url, `${API}/serviceOrder/a%2F..%2Fb%3Fc%23d%20%C3%A9`)
  const other = new FmsClient({ baseUrl: `${url}/gateway/`, path: 'orders/' })
  t.teardown(() => other.close())
  await other.list({ offset: 20, limit: 10 })
  t.equal(received[1]?.url, '/gateway/orders/serviceOrder?offset=20&limit=10')
})

t.test('what cannot work is refused at once, without repeating what may be secret', async t => {
  const wrong: readonly [Partial<FmsClientOptions>, RegExp][] = [
    [{ baseUrl: 'fms.example' }, /^baseUrl: not an http/],
    [{ baseUrl: 'ftp://fms.example' }, /^baseUrl: not an http/],
    [{ baseUrl: 'https://me:pass-1@fms.example' }, /^baseUrl: credentials/],
    [{ baseUrl: 'https://fms.example/?key=pass-1' }, /^baseUrl: a query/],
    [{ headers: { 'x y': 'pass-1' } }, /^headers: one has a name/],
    [{ headers: { host: 'pass-1' } }, /^headers: one has a name/],
    [{ headers: { 'x-key': 'pass-1\r\nx: y' } }, /^headers: x-key holds/],
    [{ headers: { Authorization: 'pass-1' }, authentication: { kind: 'token', token: 'pass-1' } }, /^headers: authorization/],
    [
      { authentication: { kind: 'clientCredentials', tokenUrl: 'nowhere', clientId: 'a', clientSecret: 'pass-1' } },
      /^tokenUrl: not/
    ]
  ]
  for (const [options, message] of wrong) {
    const thrown = errorOf(() => new FmsClient({ baseUrl: 'https://fms.example', ...options }))
    t.match(thrown, message)
    t.notMatch(thrown, 'pass-1')
  }
})

t.test('after so many failures nothing is sent until a probe goes well', async t => {
  let status = 503
  const states: string[] = []
  const { client, received } = await connect(t, (_, response) => sendJson(response, status, status === 200 ? placed : {}), {
    breaker: { failures: 3, probeAfterMs: 60 },
    onBreakerChange: state => states.push(state)
  })
  for (let n = 0; n < 3; n++) t.match(await client.get('4711'), { kind: 'refused', code: 'serverError' })
  const held = await client.create(serviceOrderRequest)
  t.match(held, { kind: 'unreachable', code: 'breakerOpen', retryable: true, isOutcomeUnknown: false, retryAfterS: 1 })
  t.equal(received.length, 3)
  status = 200
  await untilOk(() => client.get('4711'))
  t.same(states, ['open', 'halfOpen', 'closed'])
  status = 400
  for (let n = 0; n < 9; n++) t.match(await client.get('4711'), { kind: 'refused', code: 'badRequest' })
})

t.test('nobody there opens the breaker as well, and whoever probes is the only one', async t => {
  const client = new FmsClient({ baseUrl: await nobody(), breaker: { failures: 2 } })
  t.teardown(() => client.close())
  for (let n = 0; n < 2; n++) t.match(await client.get('1'), { kind: 'unreachable', code: 'connection' })
  t.match(await client.get('1'), { code: 'breakerOpen', retryAfterS: 10 })
})

t.test('only so many calls are made at a time, and only so many wait', async t => {
  const waiting: (() => void)[] = []
  const { client, received } = await connect(
    t,
    (_, response) => {
      waiting.push(() => sendJson(response, 200, placed))
      if (waiting.length === 2) for (const go of waiting.splice(0)) go()
    },
    { maxConcurrent: 2, maxWaiting: 2 }
  )
  const results = await Promise.all(Array.from({ length: 6 }, () => client.get('4711')))
  t.same(
    results.map(result => (result.kind === 'ok' ? 'ok' : result.code)),
    ['ok', 'ok', 'ok', 'ok', 'busy', 'busy']
  )
  t.equal(received.length, 4)
})

t.test('closing waits for what is under way, and takes nothing more', async t => {
  let answer = () => {}
  const { client } = await connect(t, (_, response) => {
    answer = () => sendJson(response, 200, placed)
    closing = client.close()
    setImmediate(() => answer())
  })
  let closing: Promise<void> | undefined
  t.match(await client.get('4711'), { kind: 'ok' })
  await closing
  t.match(await client.get('4711'), { kind: 'unreachable', code: 'closed', isOutcomeUnknown: false })
})

t.test('every call is reported, with what came of it', async t => {
  const reports: string[] = []
  const { client } = await connect(
    t,
    ({ url }, response) => sendJson(response, url.endsWith('1') ? 200 : 404, { ...placed, id: '1' }),
    {
      onCall: ({ call, outcome, code, durationMs }) => reports.push([call, outcome, code ?? '-', durationMs >= 0].join(' '))
    }
  )
  await client.get('1')
  await client.get('2')
  t.same(reports, ['get ok - true', 'get refused notFound true'])
})

async function connect(t: Test, answer: Answer, options: Partial<FmsClientOptions> = {}) {
  const { url, received } = await startFms(t, answer)
  const client = new FmsClient({ baseUrl: url, ...options })
  t.teardown(() => client.close())
  return { client, received, url }
}

async function untilOk(call: () => Promise<{ readonly kind: string }>): Promise<void> {
  const endMs = performance.now() + 10_000
  while ((await call()).kind !== 'ok') {
    if (performance.now() > endMs) throw new Error('it never went well')
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}

function errorOf(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    return error instanceof Error ? error.message : 'something else was thrown'
  }
  return 'nothing was thrown'
}
