import { eventSubscriptionDefinition } from '@crm-lite/domain'
import { MemoryStore } from '@crm-lite/domain/testing'
import type { InjectOptions } from 'fastify'
import t from 'tap'
import { servicesOver, startTestApp } from '../testing/start-test-app.ts'

const HUB = '/tmf-api/customerManagement/v4/hub'
const PARTY_HUB = '/tmf-api/party/v4/hub'
const CUSTOMERS = '/tmf-api/customerManagement/v4/customer'
const BASE = 'https://crm.example.com'
const CALLBACK = 'https://receiver.example.com/listener'

type Test = Parameters<typeof startTestApp>[0]

async function start(t: Test) {
  let now = new Date('2026-03-01T09:00:00.000Z')
  const services = { ...servicesOver(new MemoryStore()), clock: { now: () => now } }
  const { app } = await startTestApp(t, { services })
  const send = (method: string, url: string, payload?: unknown, headers: Record<string, string> = {}) =>
    app.inject({
      method,
      url,
      headers: { ...(payload !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(payload !== undefined && { payload: JSON.stringify(payload) })
    } as InjectOptions)
  const subscribe = async (body: object = {}, hub = HUB) => {
    const answer = await send('POST', hub, { callback: CALLBACK, ...body })
    if (answer.statusCode !== 201) throw new Error(answer.body)
    return answer.json<Record<string, string> & { id: string }>()
  }
  const stored = async (id: string) => {
    const found = await services.store.get('default', eventSubscriptionDefinition, id)
    return found && JSON.parse(found.document)
  }
  const pass = (ms: number) => {
    now = new Date(now.getTime() + ms)
  }
  return { ...services, send, subscribe, stored, pass }
}

t.test('subscribing', async t => {
  const { send, subscribe, stored, store, hub } = await start(t)

  t.test('is answered with an address, the subscription and its secret', async t => {
    const query = 'eventType=CustomerCreateEvent&event.customer.status=active'
    const answer = await send('POST', HUB, { callback: CALLBACK, query })
    const body = answer.json()
    t.equal(answer.statusCode, 201)
    t.equal(answer.headers['location'], `${BASE}${HUB}/${body.id}`)
    t.strictSame(body, {
      id: body.id,
      href: `${BASE}${HUB}/${body.id}`,
      '@type': 'EventSubscription',
      callback: CALLBACK,
      query,
      state: 'active',
      createdAt: '2026-03-01T09:00:00.000Z',
      secret: 'whsec_1'
    })
    t.match(await stored(body.id), {
      api: 'TMF629_V4',
      host: 'receiver.example.com:443',
      sealedSecret: hub.secrets.seal('whsec_1', body.id)
    })
    const { events } = await store.read('default', { limit: 10 })
    t.match(events, [{ resource: 'eventSubscription', document: `{"id":"${body.id}"}` }])
  })

  t.test('every API has a hub of its own', async t => {
    const { id, href } = await subscribe({}, PARTY_HUB)
    t.equal(href, `${BASE}${PARTY_HUB}/${id}`)
    t.equal((await send('GET', `${PARTY_HUB}/${id}`)).statusCode, 200)
    for (const [method, path] of [
      ['GET', ''],
      ['DELETE', ''],
      ['POST', '/pause'],
      ['POST', '/test'],
      ['POST', '/release'],
      ['GET', '/parkedDelivery']
    ] as const) {
      t.equal((await send(method, `${HUB}/${id}${path}`)).statusCode, 404, `${method} ${path}`)
    }
    t.match(await stored(id), { state: 'active', host: 'receiver.example.com:443' })
    t.match(await stored((await subscribe({ callback: 'http://localhost:9090/x' })).id), { host: 'localhost:9090' })
  })

  t.test('what is wrong is told with its place', async t => {
    const url = (callback: unknown, more: object = {}) => ({ callback, ...more })
    for (const [body, code, pointer] of [
      [{}, 'missingAttribute', '/callback'],
      [url(' '), 'missingAttribute', '/callback'],
      [url(7), 'invalidValue', '/callback'],
      [url('nowhere'), 'invalidValue', '/callback'],
      [url('https://forbidden.example.com/secret'), 'invalidValue', '/callback'],
      [url(`https://receiver.example.com/${'x'.repeat(2048)}`), 'invalidValue', '/callback'],
      [url(CALLBACK, { query: 7 }), 'invalidValue', '/query'],
      [url(CALLBACK, { query: 'eventType=NopeEvent' }), 'invalidValue', '/query'],
      [url(CALLBACK, { query: 'event.customer.nope=secret' }), 'unknownAttribute', '/query'],
      [url(CALLBACK, { query: 'limit=secret' }), 'unknownParameter', '/query'],
      [[], 'invalidValue', '']
    ] as const) {
      const answer = await send('POST', HUB, body)
      t.match([answer.statusCode, answer.json()], [400, { '@type': 'Error', code, pointer }], JSON.stringify(body).slice(0, 80))
      t.notMatch(answer.body, /secret/)
    }
    t.match((await send('POST', HUB, url(CALLBACK, { query: 'event.customer.nope=x' }))).json(), {
      parameter: 'event.customer.nope'
    })
    t.match((await send('POST', HUB)).json(), { code: 'missingBody' })
    t.equal((await send('PUT', HUB, {})).statusCode, 405)
  })

  t.test('a request that is repeated is answered again, without the secret', async t => {
    const headers = { 'idempotency-key': 'once' }
    const first = await send('POST', HUB, { callback: CALLBACK }, headers)
    const again = await send('POST', HUB, { callback: CALLBACK }, headers)
    const { secret, ...rest } = first.json()
    t.match(secret, /^whsec_/)
    t.equal(again.statusCode, 201)
    t.equal(again.headers['location'], first.headers['location'])
    t.strictSame(again.json(), rest)
    t.equal((await send('POST', HUB, { callback: `${CALLBACK}/2` }, headers)).statusCode, 422)
  })
})

t.test('looking after subscriptions', async t => {
  const { send, subscribe, stored, deliveries, hub, pass } = await start(t)

  t.test('they are found, each by its own hub and without secrets', async t => {
    const mine = [await subscribe(), await subscribe({ callback: `${CALLBACK}/2`, query: 'eventType=CustomerDeleteEvent' })]
    await subscribe({}, PARTY_HUB)
    const shown = mine.map(({ secret: _secret, ...rest }) => rest)
    const list = await send('GET', HUB)
    t.strictSame(list.json(), shown)
    t.match(list.headers, { 'x-total-count': '2', 'x-result-count': '2' })
    t.strictSame((await send('GET', `${HUB}?callback.endswith=/2`)).json(), shown.slice(1))
    t.strictSame(Object.keys((await send('GET', `${HUB}?fields=state&limit=1`)).json()[0]).sort(), [
      '@type',
      'href',
      'id',
      'state'
    ])
    t.strictSame((await send('GET', `${HUB}/${mine[0]!.id}`)).json(), shown[0])
    for (const query of ['sealedSecret=x', 'api=TMF632_V4', 'sort=sealedSecret', 'fields=sealedSecret']) {
      t.match((await send('GET', `${HUB}?${query}`)).json(), { code: 'unknownAttribute' }, query)
    }
    const { headers } = await send('GET', `${HUB}?limit=1`)
    const next = /<https:\/\/crm\.example\.com([^>]*)>; rel="next"/.exec(String(headers['link']))![1]!
    t.strictSame((await send('GET', next)).json(), shown.slice(1))
    t.equal((await send('GET', `${HUB}/nobody`)).statusCode, 404)
    t.equal((await send('GET', `${HUB}/${mine[0]!.id}?limit=1`)).statusCode, 400)
  })

  t.test('an ended one is gone, with what it waited for', async t => {
    const { id } = await subscribe()
    t.equal((await send('DELETE', `${HUB}/${id}`, undefined, { 'content-type': 'application/json' })).statusCode, 204)
    t.same(deliveries.dropped, [id])
    t.equal((await send('GET', `${HUB}/${id}`)).statusCode, 404)
    t.equal((await send('DELETE', `${HUB}/${id}`)).statusCode, 404)
    t.same(deliveries.dropped, [id])
  })

  t.test('it can be paused and resumed', async t => {
    const { id } = await subscribe()
    t.match((await send('POST', `${HUB}/${id}/pause`)).json(), { id, state: 'paused' })
    t.match((await send('GET', `${HUB}/${id}`)).json(), { state: 'paused' })
    t.match((await send('POST', `${HUB}/${id}/resume`, {})).json(), { id, state: 'active' })
    t.equal((await send('POST', `${HUB}/nobody/resume`)).statusCode, 404)
  })

  t.test('its secret can be replaced, and is told once', async t => {
    const { id, secret } = await subscribe()
    const headers = { 'idempotency-key': 'rotate' }
    const rotated = (await send('POST', `${HUB}/${id}/rotateSecret`, undefined, headers)).json()
    t.match(rotated, { id, secret: /^whsec_/, previousSecretUntil: '2026-03-02T09:00:00.000Z' })
    t.not(rotated.secret, secret)
    const { sealedSecret, previousSealedSecret } = await stored(id)
    t.equal(sealedSecret, hub.secrets.seal(rotated.secret, id))
    t.equal(previousSealedSecret, hub.secrets.seal(String(secret), id))
    const again = (await send('POST', `${HUB}/${id}/rotateSecret`, undefined, headers)).json()
    t.equal(again.secret, undefined)
    t.equal((await stored(id)).sealedSecret, sealedSecret)
  })

  t.test('a test is sent at once, and what came of it is told', async t => {
    const { id } = await subscribe()
    for (const [result, told] of [
      [
        { kind: 'delivered', status: 202 },
        { delivered: true, status: 202 }
      ],
      [{ kind: 'gone' }, { delivered: false, reason: 'gone', status: 410 }],
      [
        { kind: 'refused', status: 302 },
        { delivered: false, reason: 'refused', status: 302 }
      ],
      [
        { kind: 'unreachable', reason: 'tls' },
        { delivered: false, reason: 'tls' }
      ],
      [
        { kind: 'withdrawn', reason: 'busy' },
        { delivered: false, reason: 'busy' }
      ]
    ] as const) {
      hub.testResult = result
      t.strictSame((await send('POST', `${HUB}/${id}/test`)).json(), told)
    }
    t.equal(hub.tests[0]!.callback, CALLBACK)
    t.match(JSON.parse(hub.tests[0]!.body), { eventId: hub.tests[0]!.id, eventType: 'HubTestEvent', event: {} })
  })

  t.test('parked deliveries are seen and released', async t => {
    const { id } = await subscribe()
    const parked = { eventId: 'e', attempts: 10, failureCode: 'status503', parkedAt: '2026-03-01T09:00:00.000Z' }
    deliveries.parkedDeliveries = ['d-1', 'd-2', 'd-3'].map(each => ({
      id: each,
      resource: 'customer',
      resourceId: 'c',
      ...parked
    }))
    const page = await send('GET', `${HUB}/${id}/parkedDelivery?limit=2&offset=1`)
    t.strictSame(
      page.json(),
      ['d-2', 'd-3'].map(each => ({ id: each, ...parked, resource: { type: 'customer', id: 'c' } }))
    )
    t.equal((await send('GET', `${HUB}/${id}/parkedDelivery?sort=id`)).json().code, 'unknownParameter')
    const release = await send('POST', `${HUB}/${id}/release`, { delivery: ['d-1', 'd-2'] })
    t.match([release.statusCode, release.json()], [202, { count: 2 }])
    t.strictSame((await send('POST', `${HUB}/${id}/release`)).json(), { count: 3 })
    t.strictSame(deliveries.released, [['d-1', 'd-2'], undefined])
    t.match((await send('POST', `${HUB}/${id}/release`, { delivery: ['d', 7] })).json(), { pointer: '/delivery/1' })
    t.match((await send('POST', `${HUB}/${id}/release`, { delivery: 'all' })).json(), { pointer: '/delivery' })
  })

  t.test('what happened can be sent again: what it wants, or less', async t => {
    const { id } = await subscribe({ query: 'eventType=CustomerCreateEvent' })
    const create = (name: string) =>
      send('POST', CUSTOMERS, { name, engagedParty: { id: '500', '@referredType': 'Organization' } })
    pass(1000)
    const first = (await create('Moon')).json()
    await send('PATCH', `${CUSTOMERS}/${first.id}`, { name: 'Sun' })
    pass(1000)
    await create('Star')
    pass(1000)
    const replay = async (body: object) => {
      const answer = await send('POST', `${HUB}/${id}/replay`, body)
      return [answer.statusCode, answer.json().count ?? answer.json().pointer]
    }
    const from = '2026-03-01T09:00:00Z'
    t.strictSame(await replay({ from }), [202, 2])
    t.strictSame(await replay({ from, to: '2026-03-01T10:00:02+01:00' }), [202, 1])
    t.strictSame(await replay({ from: '2026-03-01T09:00:01.0001Z' }), [202, 1])
    t.strictSame(await replay({ from, query: 'event.customer.name=Star' }), [202, 1])
    t.strictSame(
      await replay({ from, query: 'eventType=CustomerAttributeValueChangeEvent' }),
      [202, 0],
      'not what it never wanted'
    )
    t.strictSame(deliveries.replayed.map(({ from, to }) => [from, to]).slice(0, 2), [
      ['2026-03-01T09:00:00.000Z', '2026-03-01T09:00:03.000Z'],
      ['2026-03-01T09:00:00.000Z', '2026-03-01T09:00:02.000Z']
    ])
    for (const [body, pointer] of [
      [{}, '/from'],
      [{ from: 'x' }, '/from'],
      [{ from: '2026-03-01' }, '/from'],
      [{ from, to: 7 }, '/to'],
      [{ from, to: from }, '/to'],
      [{ from, query: 'nope=1' }, '/query']
    ] as const) {
      t.strictSame(await replay(body), [400, pointer], JSON.stringify(body))
    }
  })
})
