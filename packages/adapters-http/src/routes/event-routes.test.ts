import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import { DomainError, type EventLog, type StoredEvent } from '@crm-lite/domain'
import { MemoryStore } from '@crm-lite/domain/testing'
import type { FastifyInstance, InjectOptions } from 'fastify'
import t from 'tap'
import { buildApi } from '../build-api.ts'
import type { FeedLimits } from '../hub/event-feed.ts'
import { SharedLog } from '../hub/shared-log.ts'
import { ManualSignal } from '../testing/hub-fakes.ts'
import { servicesOver, startTestApp, testOptions } from '../testing/start-test-app.ts'

const EVENTS = '/tmf-api/event/v4/event'
const CUSTOMERS = '/tmf-api/customerManagement/v4/customer'
const INDIVIDUALS = '/tmf-api/party/v4/individual'
const HUB = '/tmf-api/customerManagement/v4/hub'
const BASE = 'https://crm.example.com'

type Test = Parameters<typeof startTestApp>[0]
type Event = Record<string, unknown> & { eventId: string; eventType: string; cursor: string }

async function start(t: Test, { feed }: { feed?: Partial<FeedLimits> } = {}) {
  let now = new Date('2026-03-01T09:00:00.000Z')
  const store = new MemoryStore()
  const services = { ...servicesOver(store), clock: { now: () => now } }
  const { app } = await startTestApp(t, { services, ...(feed && { options: { feed } }) })
  const send = (method: string, url: string, payload?: unknown, headers: Record<string, string> = {}) =>
    app.inject({
      method,
      url,
      headers: { ...(payload !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(payload !== undefined && { payload: JSON.stringify(payload) })
    } as InjectOptions)
  const engagedParty = { id: '500', '@referredType': 'Organization' }
  const create = async (attributes: object = {}) =>
    (await send('POST', CUSTOMERS, { name: 'Moon', engagedParty, ...attributes })).json()
  const tick = () => {
    now = new Date(now.getTime() + 1000)
  }
  return { app, ...services, send, create, tick }
}

/** A client of the stream: what it got so far, and waiting for more. */
async function connect(app: FastifyInstance, query = '', headers: Record<string, string> = {}) {
  if (!app.server.listening) await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as { port: number }
  const request = get({ host: '127.0.0.1', port, path: `${EVENTS}/stream${query}`, headers, agent: false })
  request.on('error', () => {})
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  let text = ''
  let isEnded = false
  response.setEncoding('utf8').on('error', () => {})
  const ended = new Promise<boolean>(resolve => {
    response.once('close', () => {
      isEnded = true
      resolve(response.complete)
    })
  })
  const messages: Record<string, string>[] = []
  const events: Event[] = []
  let unread = ''
  const read = () => {
    if (response.listenerCount('data') > 0) return
    response.on('data', chunk => {
      text += chunk
      const complete = `${unread}${chunk}`.split('\n\n')
      unread = complete.pop()!
      for (const each of complete) {
        const message = Object.fromEntries(each.split('\n').map(line => line.split(/: ?(.*)/s).slice(0, 2)))
        messages.push(message)
        if (message.data !== undefined) events.push(JSON.parse(message.data))
      }
    })
  }
  return {
    response,
    status: response.statusCode,
    read,
    text: () => text,
    messages,
    events,
    /** Resolves when something is true of what was received. */
    until: async (isTrue: () => boolean) => {
      read()
      while (!isTrue()) {
        if (isEnded) throw new Error('the stream ended')
        await new Promise(resolve => {
          response.once('data', resolve).once('close', resolve)
        })
      }
    },
    ended,
    leave: () => request.destroy()
  }
}

t.test('the list of events', async t => {
  const { send, create, tick, store } = await start(t)
  const list = async (query = '') => (await send('GET', `${EVENTS}${query}`)).json<Event[]>()
  const types = async (query = '') => (await list(query)).map(({ eventType }) => eventType)

  await send('POST', HUB, { callback: 'https://receiver.example.com' })
  const customer = await create({ status: 'new' })
  tick()
  await send('PATCH', `${CUSTOMERS}/${customer.id}`, { name: 'Sun', status: 'active' }, { 'x-actor': 'portal' })
  tick()
  const individual = (await send('POST', INDIVIDUALS, { givenName: 'Asha', familyName: 'Rao' })).json()
  tick()
  await send('DELETE', `${CUSTOMERS}/${customer.id}`)

  t.test('shows everything that happened to resources, in order, and nothing internal', async t => {
    const answer = await send('GET', EVENTS)
    const events = answer.json<Event[]>()
    t.same(
      events.map(({ eventType }) => eventType),
      [
        'CustomerCreateEvent',
        'CustomerAttributeValueChangeEvent',
        'CustomerStateChangeEvent',
        'IndividualCreateEvent',
        'CustomerDeleteEvent'
      ]
    )
    t.match(answer.headers, { 'x-result-count': '5', 'x-cursor': await store.end(), link: undefined })
    t.equal(answer.headers['content-type'], 'application/json; charset=utf-8')
    const href = `${BASE}${CUSTOMERS}/${customer.id}`
    const { eventId, correlationId, ...changed } = events[1]!
    t.type(eventId, 'string')
    t.type(correlationId, 'string')
    t.strictSame(changed, {
      eventType: 'CustomerAttributeValueChangeEvent',
      eventTime: '2026-03-01T09:00:01.000Z',
      cursor: '3',
      resource: { id: customer.id, href, type: 'Customer' },
      revision: 2,
      actor: 'portal',
      changedPaths: ['name'],
      event: { customer: { ...customer, name: 'Sun', status: 'active' } }
    })
    t.match(events[3], { event: { individual: { href: `${BASE}${INDIVIDUALS}/${individual.id}` } }, changedPaths: undefined })
  })

  t.test('is filtered by type, resource and time', async t => {
    const customers = [
      'CustomerCreateEvent',
      'CustomerAttributeValueChangeEvent',
      'CustomerStateChangeEvent',
      'CustomerDeleteEvent'
    ]
    for (const [query, expected] of [
      ['?eventType=CustomerCreateEvent', ['CustomerCreateEvent']],
      ['?eventType=CustomerDeleteEvent,IndividualCreateEvent', ['IndividualCreateEvent', 'CustomerDeleteEvent']],
      ['?eventType=CustomerDeleteEvent&eventType=IndividualCreateEvent', ['IndividualCreateEvent', 'CustomerDeleteEvent']],
      ['?resource.type=Customer', customers],
      [`?resource.id=${customer.id}`, customers],
      ['?resource.id=nobody', []],
      ['?resource.type=Individual&eventType=CustomerCreateEvent', []],
      ['?from=2026-03-01T09:00:02Z', ['IndividualCreateEvent', 'CustomerDeleteEvent']],
      ['?from=2026-03-01T10:00:02%2B01:00&to=2026-03-01T09:00:03Z', ['IndividualCreateEvent']],
      ['?from=2026-03-01T09:00:02.0000001Z', ['IndividualCreateEvent', 'CustomerDeleteEvent']],
      ['?from=2026-03-01T09:00:02.0001Z', ['CustomerDeleteEvent']],
      ['?to=2026-03-01', []]
    ] as const) {
      t.same(await types(query), expected, query)
    }
  })

  t.test('is read page by page, without a gap or a repetition, and on from where it ended', async t => {
    const found: string[] = []
    let url = `${EVENTS}?limit=2&eventType=CustomerCreateEvent,CustomerStateChangeEvent,CustomerDeleteEvent,IndividualCreateEvent`
    let cursor = ''
    for (let pages = 0; url !== '' && pages < 10; pages++) {
      const answer = await send('GET', url)
      found.push(...answer.json<Event[]>().map(({ eventType }) => eventType))
      cursor = String(answer.headers['x-cursor'])
      url = /<https:\/\/crm\.example\.com([^>]*)>; rel="next"/.exec(String(answer.headers['link']))?.[1] ?? ''
    }
    t.same(found, ['CustomerCreateEvent', 'CustomerStateChangeEvent', 'IndividualCreateEvent', 'CustomerDeleteEvent'])
    t.same(await types(`?after=${cursor}`), [])
    await create()
    t.same(await types(`?after=${cursor}`), ['CustomerCreateEvent'])
  })

  t.test('what cannot be asked is refused', async t => {
    for (const [query, code, parameter] of [
      ['eventType=Nope', 'invalidValue', 'eventType'],
      ['resource.type=customer', 'invalidValue', 'resource.type'],
      ['resource.id=a&resource.id=b', 'invalidValue', 'resource.id'],
      ['from=yesterday', 'invalidValue', 'from'],
      ['limit=0', 'invalidValue', 'limit'],
      ['limit=1001', 'invalidValue', 'limit'],
      ['after=secret', 'invalidCursor', 'after'],
      ['after=', 'invalidCursor', 'after'],
      ['actor=x', 'unknownParameter', 'actor'],
      ['offset=1', 'unknownParameter', 'offset']
    ] as const) {
      const answer = await send('GET', `${EVENTS}?${query}`)
      t.match([answer.statusCode, answer.json()], [400, { '@type': 'Error', code, parameter }], query)
      t.notMatch(answer.body, /secret/)
    }
    t.equal((await send('POST', EVENTS, {})).statusCode, 405)
    t.equal((await send('HEAD', `${EVENTS}/stream`)).statusCode, 405)
  })
})

t.test('the stream of events', async t => {
  t.test('begins with what happens from now on', async t => {
    const { app, create, workSignal, send } = await start(t)
    await create({ name: 'before' })
    const client = await connect(app)
    t.equal(client.status, 200)
    t.match(client.response.headers, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-request-id': /./
    })
    await send('POST', HUB, { callback: 'https://receiver.example.com' })
    const created = await create({ name: 'after' })
    await client.until(() => client.events.length === 1)
    const [first, second] = client.messages
    t.strictSame(first, { retry: '3000', id: '1' }, 'where it begins is told at once')
    const [listed] = (await send('GET', `${EVENTS}?after=1`)).json()
    t.strictSame(JSON.parse(String(second!['data'])), listed)
    t.equal(second!['id'], listed.cursor)
    t.strictSame(listed.event.customer, created)
    t.equal(workSignal.listeners, 1)
    client.leave()
    await client.ended
    while (workSignal.listeners > 0) await setImmediate()
    t.match((await send('GET', '/metrics')).body, `http_requests_total{method="GET",route="${EVENTS}/stream",status="200"} 1\n`)
  })

  t.test('goes on behind the last event that was received, without a gap or a repetition', async t => {
    const { app, create } = await start(t)
    const names = (events: Event[]) => events.map(({ event }) => (event as { customer: { name: string } }).customer.name)
    const expected = Array.from({ length: 400 }, (_, index) => `c${index}`)
    for (const name of expected.slice(0, 250)) await create({ name })
    const seen: string[] = []
    let last = '0'
    let made = 250
    // Each time more happens while the client catches up and while it is away.
    for (const upTo of [3, 120, 121, 300, 400]) {
      const client = await connect(app, '?after=0', { 'last-event-id': last })
      await Promise.all([
        client.until(() => client.events.length + seen.length >= upTo),
        (async () => {
          while (made < upTo) await create({ name: expected[made++]! })
        })()
      ])
      const got = client.events.slice(0, upTo - seen.length)
      seen.push(...names(got))
      last = got.at(-1)!.cursor
      client.leave()
    }
    t.strictSame(seen, expected)
  })

  t.test('begins where it is told, and a browser that comes again where it was', async t => {
    const { app, create } = await start(t)
    for (const name of ['a', 'b', 'c']) await create({ name })
    for (const [query, header, count] of [
      ['?after=1', {}, 2],
      ['?after=1', { 'last-event-id': '2' }, 1],
      ['?after=1', { 'last-event-id': '' }, 2]
    ] as const) {
      const client = await connect(app, query, header)
      await client.until(() => client.events.at(-1)?.cursor === '3')
      t.equal(client.events.length, count)
      client.leave()
    }
  })

  t.test('is filtered as the list is', async t => {
    const { app, create, send } = await start(t)
    const { id } = await create()
    await send('PATCH', `${CUSTOMERS}/${id}`, { status: 'new' })
    const client = await connect(app, '?eventType=CustomerStateChangeEvent,IndividualCreateEvent&after=0')
    await client.until(() => client.events.length === 1)
    await create()
    await send('PATCH', `${CUSTOMERS}/${id}`, { status: 'active' })
    await send('POST', INDIVIDUALS, { givenName: 'Asha', familyName: 'Rao' })
    await client.until(() => client.events.length === 3)
    t.same(
      client.events.map(({ eventType }) => eventType),
      ['CustomerStateChangeEvent', 'CustomerStateChangeEvent', 'IndividualCreateEvent']
    )
  })

  t.test('many clients share what is read', async t => {
    const { app, create, store } = await start(t)
    const clients = []
    for (let count = 0; count < 20; count++) clients.push(await connect(app))
    const { read } = store
    let reads = 0
    store.read = (tenant, query) => {
      reads++
      return read.call(store, tenant, query)
    }
    for (let made = 1; made <= 5; made++) {
      await create()
      await Promise.all(clients.map(client => client.until(() => client.events.length === made)))
    }
    t.ok(reads < 40, `${reads} reads for 5 events and 20 clients`)
    for (const client of clients) client.leave()
  })

  t.test('what cannot be asked is refused before the stream begins', async t => {
    const { app } = await start(t)
    for (const [query, headers, parameter] of [
      ['?eventType=Nope', {}, 'eventType'],
      ['?after=secret', {}, 'after'],
      ['', { 'last-event-id': 'secret' }, 'Last-Event-ID']
    ] as const) {
      const client = await connect(app, query, headers)
      t.equal(client.status, 400)
      t.match(client.response.headers['content-type'], /^application\/json/)
      client.read()
      await client.ended
      t.match(JSON.parse(client.text()), { '@type': 'Error', parameter })
      t.notMatch(client.text(), /secret/)
    }
  })

  t.test('a comment comes now and then', async t => {
    const { app } = await start(t, { feed: { heartbeatMs: 10 } })
    const client = await connect(app)
    await client.until(() => client.text().split(': heartbeat\n\n').length > 3)
    t.same(client.events, [])
    client.leave()
  })

  t.test('a look now and then finds what nobody rang for', async t => {
    const { app, store } = await start(t, { feed: { pollMs: 10 } })
    const client = await connect(app)
    await store.run('default', async transaction => {
      transaction.publish({
        id: 'event-1',
        kind: 'created',
        resource: 'customer',
        resourceId: 'c-1',
        revision: 1,
        changedPaths: [],
        at: '2026-03-01T09:00:00.000Z',
        actor: 'asha',
        correlationId: 'r-1',
        document: '{"id":"c-1"}'
      })
    })
    await client.until(() => client.events.length === 1)
    client.leave()
  })

  t.test('a client that does not read is cut off, one that reads is not', async t => {
    const { app, create } = await start(t, { feed: { maxBufferedBytes: 100_000 } })
    const connections = () => new Promise<number>(resolve => app.server.getConnections((_error, count) => resolve(count)))
    const lazy = await connect(app)
    const busy = await connect(app)
    t.equal(await connections(), 2)
    const statusReason = 'x'.repeat(90_000)
    let made = 0
    for (; (await connections()) === 2 && made < 500; made++) {
      await create({ statusReason })
      await busy.until(() => busy.events.length === made + 1)
    }
    t.ok(made > 1 && made < 500, `cut off after ${made} events that the network still took`)
    await create({ name: 'last' })
    await busy.until(() => busy.events.length === made + 1)
    lazy.leave()
    busy.leave()
  })

  t.test('an event that is larger than all that may wait gets through to who reads', async t => {
    const { app, create } = await start(t, { feed: { maxBufferedBytes: 10_000 } })
    const statusReason = 'x'.repeat(900_000)
    for (let made = 0; made < 5; made++) await create({ statusReason })
    const client = await connect(app, '?after=0')
    await client.until(() => client.events.length === 5)
    for (const count of [1, 2, 3]) {
      const { length } = client.events
      await Promise.all(Array.from({ length: count }, () => create({ statusReason })))
      await client.until(() => client.events.length === length + count)
    }
    client.leave()
  })

  t.test('ends when the server stops', async t => {
    const { app } = await start(t)
    const client = await connect(app)
    client.read()
    app.drain()
    t.equal(await client.ended, true, 'as it should, not in the middle')
    const late = await connect(app)
    late.read()
    t.equal(await late.ended, true)
    t.match(late.text(), /^retry: 3000\n/)
  })

  t.test('does not keep a server from closing that was not drained', async t => {
    const app = await buildApi(servicesOver(new MemoryStore()), testOptions)
    const client = await connect(app)
    client.read()
    await app.close()
    t.equal(await client.ended, true)
  })

  t.test('goes on when the log cannot be read for a while', async t => {
    const { app, create, store } = await start(t, { feed: { pollMs: 10 } })
    const client = await connect(app)
    const read = store.read
    let failures = 0
    store.read = async () => {
      failures++
      throw new DomainError('unavailable', 'not now')
    }
    await create()
    while (failures < 3) await setImmediate()
    store.read = read
    await client.until(() => client.events.length === 1)
    client.leave()
  })
})

t.test('reading the end of the log together', async t => {
  const anEvent = (cursor: string) => ({ cursor }) as StoredEvent
  const world = () => {
    const signal = new ManualSignal()
    const reads: { after: string; answer: (events: StoredEvent[], next: string) => void }[] = []
    const log: Pick<EventLog, 'read'> = {
      read: (_tenant, { after = '' }) =>
        new Promise(resolve => {
          reads.push({ after, answer: (events, next) => resolve({ events, next, atEnd: true }) })
        })
    }
    const shared = new SharedLog(log, signal, { tenant: 'default', resources: ['customer'], pollMs: 60_000 })
    t.teardown(shared.join())
    return { signal, reads, shared }
  }

  t.test('who reads from the same place at the same time shares a read', async t => {
    const { reads, shared } = world()
    const both = [shared.read('1'), shared.read('1')]
    const other = shared.read('2')
    t.same(
      reads.map(({ after }) => after),
      ['1', '2']
    )
    for (const { answer } of reads) answer([], '3')
    t.same(await Promise.all([...both, other]), Array(3).fill({ events: [], next: '3', atEnd: true }))
  })

  t.test('a read that began before something happened is not shared with who was woken by that', async t => {
    const { signal, reads, shared } = world()
    const early = shared.read('1')
    const { woken } = shared
    signal.ring()
    await woken
    const late = shared.read('1')
    t.equal(reads.length, 2)
    reads[0]!.answer([], '1')
    reads[1]!.answer([anEvent('2')], '2')
    t.same((await early).events, [])
    t.same((await late).events, [anEvent('2')])
  })

  t.test('who comes later gets what was read, and asks himself whether there is more', async t => {
    const { reads, shared } = world()
    const first = shared.read('1')
    reads[0]!.answer([anEvent('2'), anEvent('3'), anEvent('4')], '4')
    t.equal((await first).atEnd, true)
    t.match(await shared.read('1'), { events: [{ cursor: '2' }, { cursor: '3' }, { cursor: '4' }], next: '4', atEnd: false })
    t.match(await shared.read('3'), { events: [{ cursor: '4' }], next: '4', atEnd: false })
    t.equal(reads.length, 1)
    shared.read('4')
    shared.read('0')
    t.equal(reads.length, 3)
  })

  t.test('a while after having been woken there is a second look', async t => {
    const { signal, shared } = world()
    const awake = setInterval(() => {}, 1_000)
    t.teardown(() => clearInterval(awake))
    signal.ring()
    t.equal(await shared.woken, undefined)
  })
})
