import type { AddressInfo, Socket } from 'node:net'
import { createServer } from 'node:net'
import { gzipSync } from 'node:zlib'
import type { FmsFailure, FmsResult, ServiceOrderReport } from '@crm-lite/domain'
import { serviceOrderRequest } from '@crm-lite/domain/testing'
import * as fc from 'fast-check'
import t, { type Test } from 'tap'
import { FmsClient, type FmsClientOptions, type LookUpStrategy } from './index.ts'
import { orderJson } from './testing/order-json.ts'
import { type Answer, nobody, type Received, sendJson, startFms } from './testing/start-fms.ts'

const NEVER = { breaker: { failures: 1_000_000 } }
const placed = { id: '4711', state: 'acknowledged', serviceOrderItem: [] }

/** What a status says, and whether it may be done all the same. */
const statuses: readonly [status: number, code: string, retryable: boolean, isOutcomeUnknown: boolean][] = [
  [300, 'redirected', false, true],
  [302, 'redirected', false, true],
  [303, 'redirected', false, true],
  [307, 'redirected', false, false],
  [308, 'redirected', false, false],
  [400, 'badRequest', false, false],
  [401, 'unauthorized', true, false],
  [403, 'forbidden', false, false],
  [404, 'notFound', false, false],
  [405, 'badRequest', false, false],
  [408, 'requestTimeout', true, true],
  [409, 'conflict', false, true],
  [410, 'notFound', false, false],
  [422, 'badRequest', false, false],
  [425, 'tooManyRequests', true, false],
  [429, 'tooManyRequests', true, false],
  [500, 'serverError', true, true],
  [501, 'notImplemented', false, false],
  [502, 'serverError', true, true],
  [503, 'serverError', true, true],
  [504, 'serverError', true, true],
  [505, 'notImplemented', false, false]
]

t.test('every status says whether to try again, and whether it may be done', async t => {
  let status = 0
  const { client, received } = await connect(t, (_, response) => sendJson(response, status, {}, { location: '/elsewhere' }))
  for (const [each, code, retryable, isOutcomeUnknown] of statuses) {
    status = each
    const expected = { kind: 'refused', code, retryable, isOutcomeUnknown, evidence: { status } }
    t.match(await client.create(serviceOrderRequest), expected, String(status))
    t.match(await client.get('4711'), { ...expected, isOutcomeUnknown: false }, `${status}, reading`)
  }
  t.equal(received.length, 2 * statuses.length, 'no redirect is followed, nothing is repeated')
  status = 999
  t.match(await client.create(serviceOrderRequest), { kind: 'unreadable', code: 'invalidAnswer', isOutcomeUnknown: true })
})

t.test('how long to wait is told, in both forms, and a day at most', async t => {
  let header = ''
  const { client } = await connect(t, (_, response) => sendJson(response, 503, {}, { 'retry-after': header }))
  const asked: readonly [string, number | undefined][] = [
    ['120', 120],
    ['0', 0],
    ['99999999999', 86_400],
    [new Date(0).toUTCString(), 0],
    ['soon', undefined],
    ['-5', undefined],
    ['2026-01-01', undefined]
  ]
  for (const [text, seconds] of asked) {
    header = text
    t.equal(failureOf(await client.get('1')).retryAfterS, seconds, text)
  }
  header = new Date(Date.now() + 60_000).toUTCString()
  const inAMinute = failureOf(await client.get('1')).retryAfterS ?? 0
  t.ok(inAMinute > 55 && inAMinute <= 60)
})

t.test('what makes no sense is unreadable, and after a create nobody knows what was done', async t => {
  let body: string | Buffer = ''
  let headers = {}
  const { client } = await connect(t, (_, response) => response.writeHead(200, headers).end(body))
  const garbage: readonly [string, string | Buffer, string][] = [
    ['nothing', '', 'emptyAnswer'],
    ['blanks', ' \n', 'emptyAnswer'],
    ['a page', '<!DOCTYPE html><html></html>', 'notJson'],
    ['half of it', '{"id":"4711","state":"ackno', 'notJson'],
    ['a text', '"4711"', 'invalidAnswer'],
    ['null', 'null', 'invalidAnswer'],
    ['a list', JSON.stringify([placed]), 'invalidAnswer'],
    ['no id', '{"state":"acknowledged"}', 'invalidAnswer'],
    ['an id that is null', '{"id":null,"state":"acknowledged"}', 'invalidAnswer'],
    ['an id that leads elsewhere', '{"id":"..","state":"acknowledged"}', 'invalidAnswer'],
    ['an id without an end', JSON.stringify({ id: 'x'.repeat(501), state: 'a' }), 'invalidAnswer'],
    ['a state that is no text', '{"id":"4711","state":7}', 'invalidAnswer'],
    ['items that are no list', '{"id":"4711","state":"a","serviceOrderItem":{}}', 'invalidAnswer'],
    ['an item without an id', '{"id":"4711","state":"a","serviceOrderItem":[{"state":"a"}]}', 'invalidAnswer'],
    ['another type', '{"@type":"Customer","id":"4711","state":"a"}', 'wrongType'],
    ['an error', '{"@type":"Error","code":"1","reason":"no"}', 'wrongType'],
    ['depths', `{"id":"4711","state":"a","x":${'['.repeat(400_000)}${']'.repeat(400_000)}}`, 'tooDeep'],
    [
      'items in items',
      `{"id":"4711","state":"a","serviceOrderItem":${'[{"id":"1","serviceOrderItem":'.repeat(5_000)}[]${'}]'.repeat(5_000)}}`,
      'tooDeep'
    ],
    ['too much', JSON.stringify({ ...placed, note: 'x'.repeat(1_048_576) }), 'tooLong']
  ]
  for (const [name, text, code] of garbage) {
    body = text
    const failure = failureOf(await client.create(serviceOrderRequest))
    t.match(failure, { kind: 'unreadable', code, retryable: true, isOutcomeUnknown: true, evidence: { status: 200 } }, name)
    t.ok(JSON.stringify(failure.evidence).length < 5_000, `${name}: its evidence is short`)
    t.match(await client.get('4711'), { kind: 'unreadable', code, isOutcomeUnknown: false }, name)
  }
  body = gzipSync(JSON.stringify(placed))
  headers = { 'content-encoding': 'gzip' }
  t.match(await client.get('4711'), { kind: 'unreadable', code: 'encoded' })
})

t.test('an answer about another order is none', async t => {
  const { client } = await connect(t, (_, response) =>
    sendJson(response, 200, { ...placed, externalId: 'other', serviceOrder: { id: '1' } })
  )
  t.match(await client.create(serviceOrderRequest), { kind: 'unreadable', code: 'otherOrder', isOutcomeUnknown: true })
  t.match(await client.get('4712'), { kind: 'unreadable', code: 'otherOrder' })
  t.match(await client.cancel('4711', 'x'), { kind: 'unreadable', code: 'otherOrder', isOutcomeUnknown: true })
  t.match(await client.cancellation('4712'), { kind: 'unreadable', code: 'otherOrder' })
  for (const id of ['', '.', '..']) t.match(await client.get(id), { kind: 'refused', code: 'notFound' })
})

t.test('20 MB are cut off at one, and a drip is not waited for', async t => {
  let sent = 0
  const flood = await startRaw(t, socket => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 20000000\r\n\r\n')
    const more = () => {
      if (sent >= 20_000_000 || socket.destroyed) return
      sent += 100_000
      socket.write('x'.repeat(100_000), more)
    }
    more()
  })
  t.match(await flood.client.create(serviceOrderRequest), { kind: 'unreadable', code: 'tooLong', isOutcomeUnknown: true })
  t.ok(sent < 15_000_000)

  const drip = await startRaw(t, socket => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n')
    const timer = setInterval(() => socket.write(' '), 10)
    socket.on('close', () => clearInterval(timer))
  })
  t.match(await drip.client.create(serviceOrderRequest), {
    kind: 'unreachable',
    code: 'timeout',
    isOutcomeUnknown: true,
    evidence: { status: 200 }
  })
  const drippingRefusal = await startRaw(t, socket => socket.write('HTTP/1.1 400 No\r\ncontent-length: 1000\r\n\r\n{'))
  t.match(await drippingRefusal.client.create(serviceOrderRequest), {
    kind: 'refused',
    code: 'badRequest',
    isOutcomeUnknown: false
  })
})

t.test('what breaks off may be done, what found nobody is not', async t => {
  for (const [name, raw] of [
    ['at once', ''],
    ['in the head', 'HTTP/1.1 201 Crea'],
    ['in the body', 'HTTP/1.1 201 Created\r\ncontent-length: 100\r\n\r\n{"id":"4711","state":"acknowledged"}'],
    ['no HTTP', 'SSH-2.0-OpenSSH\r\n\r\n']
  ] as const) {
    const { client } = await startRaw(t, socket => socket.end(raw))
    t.match(await client.create(serviceOrderRequest), { kind: 'unreachable', code: 'brokenOff', isOutcomeUnknown: true }, name)
    t.match(await client.get('4711'), { kind: 'unreachable', code: 'brokenOff', isOutcomeUnknown: false }, name)
  }
  const { url } = await startRaw(t, socket => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
  const known = { kind: 'unreachable', isOutcomeUnknown: false, retryable: true }
  t.match(await clientOf(t, url.replace('http:', 'https:')).create(serviceOrderRequest), { ...known, code: 'tls' })
  t.match(await clientOf(t, await nobody()).create(serviceOrderRequest), { ...known, code: 'connection' })
  t.match(await clientOf(t, 'http://fms.invalid').create(serviceOrderRequest), { ...known, code: 'connection' })
})

t.test('what systems write is read, as long as it makes sense', async t => {
  const order = {
    '@type': 'BroadbandOrder',
    '@baseType': 'ServiceOrder',
    id: 4711,
    state: 'weirdState',
    externalId: null,
    completionDate: '2026-03-08T11:00:00+0100',
    unknownAttribute: { a: 1e3 },
    milestone: [
      { name: 'Of nobody', milestoneDate: 'yesterday', serviceOrderItem: [{ itemId: 'gone' }] },
      { name: 'Shipped', milestoneDate: '2026-03-05T10:00', serviceOrderItem: [{ id: 'a' }] }
    ],
    errorMessage: [{ code: 12, status: 500, reason: 'r', serviceOrderItem: [{ itemId: 'a' }] }],
    serviceOrderItem: [
      {
        id: 'a',
        state: null,
        service: {
          serviceCharacteristic: [{ name: 'x', value: null }, { name: 'y' }, { name: 'z', value: 'a\u0000b\ud800c' }],
          supportingResource: [
            {
              id: 9,
              '@type': 'Router',
              port: 3,
              place: {},
              characteristic: [
                { name: 'serialNumber', value: 'S1' },
                { name: 'model', value: 5 }
              ]
            }
          ]
        }
      }
    ]
  }
  const { client } = await connect(t, (_, response) => sendJson(response, 200, order))
  t.same(await client.get('4711'), {
    kind: 'ok',
    value: {
      id: '4711',
      state: 'weirdState',
      items: [
        {
          id: 'a',
          state: 'weirdState',
          service: {
            characteristics: [
              { name: 'x', value: null },
              { name: 'y', value: null },
              { name: 'z', value: 'a\ufffdb\ufffdc' }
            ],
            supportingResources: [
              {
                id: '9',
                type: 'Router',
                serialNumber: 'S1',
                characteristics: [
                  { name: 'model', value: 5 },
                  { name: 'port', value: 3 }
                ]
              }
            ]
          },
          milestones: [{ name: 'Shipped', date: '2026-03-05T10:00:00.000Z' }],
          errorMessages: [{ code: '12', reason: 'r', status: '500' }]
        }
      ],
      milestones: [{ name: 'Of nobody' }],
      jeopardyAlerts: [],
      errorMessages: [],
      completionDate: '2026-03-08T10:00:00.000Z'
    }
  })
})

t.test('whatever comes back, it is an answer or a failure; nothing is thrown, nothing is made up', async t => {
  let body = ''
  const { client } = await connect(t, (_, response) => response.writeHead(200).end(body))
  const whole = orderJson({
    id: '4711',
    externalId: serviceOrderRequest.externalId,
    state: 'inProgress',
    items: [
      {
        id: 'a',
        state: 'held',
        service: { id: 's', characteristics: [{ name: 'c', value: 1 }], supportingResources: [{ id: 'd' }] },
        milestones: [],
        errorMessages: [{ code: '1' }]
      }
    ],
    milestones: [{ name: 'm' }],
    jeopardyAlerts: [{ name: 'j', itemIds: ['a'] }],
    errorMessages: []
  })
  const keys = Object.keys(whole)
  const bent = fc.tuple(fc.constantFrom(...keys), fc.jsonValue()).map(([key, value]) => ({ ...whole, [key]: value }))
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.jsonValue(), bent, fc.array(bent, { maxLength: 3 })), async value => {
      body = JSON.stringify(value)
      const results = [
        await client.get('4711'),
        await client.lookUp(serviceOrderRequest.externalId),
        await client.cancellation('4711')
      ]
      for (const result of results) if (result.kind !== 'ok' && result.kind !== 'unreadable') throw new Error(result.kind)
      const [got] = results as [FmsResult<ServiceOrderReport>]
      if (got.kind === 'ok') JSON.stringify(got.value)
      return got.kind !== 'ok' || (got.value.id === '4711' && got.value.state.length > 0)
    }),
    { numRuns: 150 }
  )
})

t.test('evidence shows what was sent and what came back, and nothing personal', async t => {
  const answer: Answer = ({ body }, response) =>
    sendJson(response, 400, {
      '@type': 'Error',
      code: 'E17',
      reason: 'Anna Example of Hill Road 12 has no line',
      message: 'call +49 (30) 1234567 or anna@example.org',
      relatedParty: [{ id: 'anna', name: 'Anna Example' }],
      serviceOrderItem: JSON.parse(body).serviceOrderItem
    })
  const { client } = await connect(t, answer, { authentication: { kind: 'token', token: 'token-of-ours' } })
  const characteristics = [
    { name: 'subscriber', value: { first: 'Anna Example', street: 'Hill Road 12' } },
    { name: 'pin', value: 4711 }
  ]
  const failure = failureOf(
    await client.create({
      ...serviceOrderRequest,
      description: 'Line for Anna Example',
      items: [{ ...serviceOrderRequest.items[0]!, characteristics }]
    })
  )
  const told = JSON.stringify(failure)
  for (const secret of ['Anna', 'anna', 'Hill Road', '4711', '1234567', 'example.org', 'token-of-ours'])
    t.notMatch(told, secret, secret)
  t.match(failure.message, 'The FMS answered 400: E17 - *** of *** has no line')
  t.match(
    failure.evidence?.request,
    /^POST \/tmf-api\/serviceOrdering\/v4\/serviceOrder \{"@type":"ServiceOrder","externalId":"order-1:item-1:1"/
  )
  t.match(failure.evidence?.request, '"serviceSpecification":{"id":"fibre-line","name":"Fibre line"')
  t.match(failure.evidence?.request, '{"name":"subscriber","value":{"first":"***","street":"***"}}')
  t.match(JSON.parse(failure.evidence?.answer ?? ''), {
    code: 'E17',
    relatedParty: '***',
    serviceOrderItem: [{ id: 'line', action: 'add' }]
  })
  t.notMatch(JSON.stringify(failureOf(await client.subscribe('https://crm.example/fms-listener/unguessable'))), 'unguessable')
})

t.test('evidence of what is no JSON is a short text without what was sent', async t => {
  const { client } = await connect(t, ({ body }, response) =>
    response.writeHead(502).end(`<p>${body.slice(0, -1)}</p>${'x'.repeat(50_000)}`)
  )
  const failure = failureOf(await client.create({ ...serviceOrderRequest, description: 'For Anna Example' }))
  t.match(failure.evidence?.answer, /^<p>\{"@type"/)
  t.notMatch(failure.evidence?.answer, 'Anna')
  t.ok((failure.evidence?.answer?.length ?? 0) <= 2_000)
})

t.test('a look-up trusts a filter only when nothing else comes back', async t => {
  const mine = { ...placed, id: '2', externalId: 'mine' }
  const look = async (answer: Answer, lookUp: LookUpStrategy = { by: 'externalId' }) => {
    const { client, received } = await connect(t, answer, { lookUp })
    return { result: await client.lookUp('mine'), received }
  }
  const found = await look((_, response) => sendJson(response, 200, [mine, { ...mine, id: '3' }]), {
    by: 'externalId',
    parameter: 'reference'
  })
  t.match(found.result, { kind: 'ok', value: [{ id: '2' }, { id: '3' }] })
  t.match(found.received[0]?.url, /\/serviceOrder\?reference=mine$/)
  for (const others of [[placed], [mine, placed], [{ ...mine, externalId: 'mine2' }]]) {
    const { result } = await look((_, response) => sendJson(response, 200, others))
    t.match(result, { kind: 'unreadable', code: 'filterIgnored', retryable: false, isOutcomeUnknown: false })
  }
  t.match((await look((_, response) => sendJson(response, 200, [{ ...mine, state: 1 }]))).result, { code: 'invalidAnswer' })
  t.match((await look((_, response) => sendJson(response, 200, [], { 'x-total-count': '4' }))).result, { code: 'invalidAnswer' })
  t.match((await look((_, response) => sendJson(response, 404, {}))).result, { kind: 'refused', code: 'notFound' })
  const lenient = await look((_, response) => sendJson(response, 404, {}), { by: 'externalId', notFoundMeansNone: true })
  t.same(lenient.result, { kind: 'ok', value: [] })
  const { client, received } = await connect(t, () => {}, { lookUp: { by: 'none' } })
  t.equal(client.canLookUp, false)
  t.match(await client.lookUp('mine'), { kind: 'refused', code: 'notSupported' })
  t.equal(received.length, 0)
})

t.test('a look-up through the list says that it is not there only when it has seen everything', async t => {
  const others = Array.from({ length: 7 }, (_, n) => ({ ...placed, id: `o${n}`, externalId: `other-${n}` }))
  const mine = { ...placed, id: 'm', externalId: 'mine' }
  const look = async (page: (offset: number, limit: number) => unknown[], total?: number, more: object = {}) => {
    const answer: Answer = ({ url }, response) => {
      const query = new URL(url, 'http://fms').searchParams
      const headers = total === undefined ? {} : { 'x-total-count': String(total) }
      sendJson(response, 200, page(Number(query.get('offset')), Number(query.get('limit'))), headers)
    }
    const { client, received } = await connect(t, answer, {
      lookUp: { by: 'listing', pageSize: 3, query: { sort: '-orderDate' }, ...more }
    })
    return { result: await client.lookUp('mine'), received }
  }
  const paged =
    (list: readonly unknown[], cap = 99) =>
    (offset: number, limit: number) =>
      list.slice(offset, offset + Math.min(limit, cap))
  const none: FmsResult<readonly ServiceOrderReport[]> = { kind: 'ok', value: [] }

  const { result, received } = await look(paged([...others, mine]))
  t.match(result, { kind: 'ok', value: [{ id: 'm' }] })
  t.equal(received.length, 4)
  t.match(received[1]?.url, /\/serviceOrder\?sort=-orderDate&offset=2&limit=3$/, 'pages overlap by one')
  t.match((await look(paged([...others, mine], 2))).result, { kind: 'ok', value: [{ id: 'm' }] }, 'pages may be smaller')
  t.same((await look(paged(others))).result, none)
  const counted = await look(paged(others), 7)
  t.same([counted.result, counted.received.length], [none, 3], 'no page is asked for beyond the count')
  t.same((await look(() => others, 7)).result, none, 'all at once, and counted')
  t.match((await look(() => others.slice(0, 3))).result, { kind: 'unreadable', code: 'pagingIgnored', retryable: false })
  t.match((await look(() => others.slice(0, 3), 7)).result, { kind: 'unreadable', code: 'pagingIgnored' })
  t.match((await look(paged(others), 9)).result, { kind: 'unreadable', code: 'listChanged', retryable: true })
  t.match((await look(paged(others), undefined, { maxPages: 2 })).result, {
    kind: 'unreadable',
    code: 'tooManyOrders',
    retryable: false
  })
  t.match((await look(paged(['x']))).result, { kind: 'unreadable', code: 'invalidAnswer' })
  const broken = { ...placed, id: 'b', state: {} }
  t.match(
    (await look(paged([broken, mine]))).result,
    { kind: 'ok', value: [{ id: 'm' }] },
    'what others are like does not matter'
  )
})

t.test('a list says how much of it cannot be read', async t => {
  const { client } = await connect(t, (_, response) =>
    sendJson(response, 206, [placed, { id: 1 }, 'x'], { 'x-total-count': '30' })
  )
  t.match(await client.list({ offset: 0, limit: 3 }), {
    kind: 'ok',
    value: { orders: [{ id: '4711' }], unreadable: 2, totalCount: 30 }
  })
})

t.test('a token is asked for once, kept, and renewed when it is no longer taken', async t => {
  const { client, tokens, calls, world } = await withTokens(t, {})
  await Promise.all([client.get('4711'), client.get('4711'), client.get('4711')])
  t.match(await client.get('4711'), { kind: 'ok' })
  t.equal(tokens().length, 1)
  t.match(tokens()[0], {
    headers: {
      authorization: `Basic ${Buffer.from('me%3A1:se+cret%26').toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded'
    },
    body: 'grant_type=client_credentials&scope=orders'
  })
  t.ok(calls().every(({ headers }) => headers.authorization === 'Bearer token-1'))
  world.valid = 'token-2'
  t.match(await client.create(serviceOrderRequest), { kind: 'ok' })
  t.equal(tokens().length, 2)
  world.valid = 'none'
  const before = calls().length
  t.match(await client.create(serviceOrderRequest), {
    kind: 'refused',
    code: 'unauthorized',
    retryable: true,
    isOutcomeUnknown: false
  })
  t.equal(calls().length, before + 2, 'renewed once, no more')
})

t.test('a token that is nearly over is not used', async t => {
  const { client, tokens } = await withTokens(t, { answer: { access_token: 'token-1', expires_in: 0 } })
  for (let n = 0; n < 3; n++) await client.get('4711')
  t.equal(tokens().length, 3)
})

t.test('without a token nothing is sent', async t => {
  const bad: readonly [number, unknown, string][] = [
    [401, { error: 'invalid_client', error_description: 'se cret&' }, '(401, invalid_client)'],
    [200, { access_token: 'a b' }, '(200)'],
    [200, { access_token: 'a', token_type: 'mac' }, '(200)'],
    [200, 'x'.repeat(70_000), '(200)'],
    [302, {}, '(302)']
  ]
  for (const [status, answer, words] of bad) {
    const { client, calls } = await withTokens(t, { status, answer })
    const failure = failureOf(await client.create(serviceOrderRequest))
    t.match(failure, { kind: 'unreachable', code: 'noToken', retryable: true, isOutcomeUnknown: false })
    t.match(failure.message, words)
    t.notMatch(JSON.stringify(failure), 'cret&')
    t.equal(calls().length, 0)
  }
  const client = clientOf(t, 'http://fms.invalid', {
    authentication: { kind: 'clientCredentials', tokenUrl: await nobody(), clientId: 'a', clientSecret: 'b', sendAs: 'body' }
  })
  t.match(await client.get('1'), { kind: 'unreachable', code: 'noToken', message: /\(no answer\)$/ })
  for (const token of ['', 'a\nb', () => Promise.reject(new Error('no such file'))]) {
    const unusable = clientOf(t, 'http://fms.invalid', { authentication: { kind: 'token', token } })
    t.match(await unusable.get('1'), { kind: 'unreachable', code: 'noToken', message: /unusable_secret/ })
  }
})

t.test('a secret that was changed is read again when the old one is refused', async t => {
  const secrets = ['old', 'new']
  const { client, received } = await connect(
    t,
    ({ headers }, response) => sendJson(response, headers.authorization === 'Bearer new' ? 200 : 401, placed),
    { authentication: { kind: 'token', token: async () => `${secrets.shift()}\n` } }
  )
  t.match(await client.get('4711'), { kind: 'ok' })
  t.equal(received.length, 2)
  const fixed = await connect(t, (_, response) => sendJson(response, 401, {}), {
    authentication: { kind: 'token', token: 'old' }
  })
  t.match(await fixed.client.get('4711'), { code: 'unauthorized' })
  t.equal(fixed.received.length, 1, 'one that cannot change is not tried again')
})

async function withTokens(t: Test, { status = 200, answer = {} }: { status?: number; answer?: unknown }) {
  const world = { valid: 'token-1', given: 0 }
  const { url, received } = await startFms(t, ({ url, headers, body }, response) => {
    if (url !== '/token') {
      const isValid = headers.authorization === `Bearer ${world.valid}`
      return sendJson(response, isValid ? 200 : 401, isValid && body ? { ...JSON.parse(body), ...placed } : placed)
    }
    const token = { access_token: `token-${++world.given}`, token_type: 'bearer', expires_in: 3600 }
    return sendJson(response, status, typeof answer === 'object' ? { ...token, ...answer } : answer)
  })
  const client = clientOf(t, url, {
    authentication: {
      kind: 'clientCredentials',
      tokenUrl: `${url}/token`,
      clientId: 'me:1',
      clientSecret: 'se cret&',
      scope: 'orders'
    }
  })
  const of = (isToken: boolean) => (): Received[] => received.filter(({ url }) => (url === '/token') === isToken)
  return { client, world, tokens: of(true), calls: of(false) }
}

function clientOf(t: Test, baseUrl: string, options: Partial<FmsClientOptions> = {}): FmsClient {
  const client = new FmsClient({ baseUrl, ...NEVER, timeoutsMs: { create: 1_000 }, ...options })
  t.teardown(() => client.close())
  return client
}

async function connect(t: Test, answer: Answer, options: Partial<FmsClientOptions> = {}) {
  const { url, received } = await startFms(t, answer)
  return { client: clientOf(t, url, options), received, url }
}

/** One that writes bytes when a request has come. */
async function startRaw(t: Test, write: (socket: Socket) => unknown) {
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy()).once('data', () => write(socket))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url, client: clientOf(t, url, { timeoutsMs: { create: 200, get: 200 } }) }
}

function failureOf(result: FmsResult<unknown>): FmsFailure {
  if (result.kind === 'ok') throw new Error('this should have failed')
  return result
}
