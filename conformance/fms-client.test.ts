import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FmsNotification, FmsResult } from '@crm-lite/domain'
import { requestFor } from '@crm-lite/domain/testing'
import { FmsClient, type FmsClientOptions, readNotification } from '@crm-lite/fms-client'
import { type AnswerFault, answerFaults, createSimulator, type Simulator, type SimulatorOptions } from '@crm-lite/fms-simulator'
import t, { type Test } from 'tap'

/** What the client makes of everything that the simulator can do to an answer to `create`. */
const outcomes: Readonly<Record<AnswerFault, readonly [outcome: string, isOutcomeUnknown: boolean]>> = {
  error500: ['refused serverError', true],
  error502: ['refused serverError', true],
  error503: ['refused serverError', true],
  error429: ['refused tooManyRequests', false],
  connectionReset: ['unreachable brokenOff', true],
  connectionRefused: ['unreachable brokenOff', true],
  silence: ['unreachable timeout', true],
  silenceThenCommit: ['unreachable timeout', true],
  answerLost: ['unreachable brokenOff', true],
  html: ['unreadable notJson', true],
  redirect: ['refused redirected', true],
  wrongType: ['unreadable wrongType', true],
  noId: ['unreadable invalidAnswer', true],
  unknownState: ['ok', false],
  hugeAnswer: ['unreadable tooLong', true],
  slowDrip: ['unreachable timeout', true],
  cutOff: ['unreachable brokenOff', true]
}

t.test('whatever happens to an answer, what was done is never denied, and is found when it was done', async t => {
  const { client, simulator } = await connect(t, {}, { timeoutsMs: { create: 200 } })
  for (const fault of answerFaults) {
    const externalId = `order:${fault}:1`
    simulator.plan = { rules: [{ fault, on: ['create'], times: 1, durationMs: fault === 'connectionRefused' ? 1 : 60_000 }] }
    const result = await client.create(requestFor(externalId))
    const [outcome, isOutcomeUnknown] = outcomes[fault]
    t.equal(result.kind === 'ok' ? 'ok' : `${result.kind} ${result.code}`, outcome, fault)
    t.equal(result.kind !== 'ok' && result.isOutcomeUnknown, isOutcomeUnknown, `${fault}: whether it is known what was done`)
    await simulator.acceptConnections()
    await simulator.settle()
    const there = simulator.orders(externalId).length
    t.ok(there === 0 || result.kind === 'ok' || result.isOutcomeUnknown, `${fault}: it is not denied`)
    t.equal(okOf(await client.lookUp(externalId)).length, there, `${fault}: it is found`)
  }
})

t.test('an order is followed from being placed to its devices', async t => {
  const { client, simulator } = await connect(t)
  const { items } = requestFor('order-1:item-1:1')
  const placed = okOf(await client.create({ externalId: 'order-1:item-1:1', items: items.slice(0, 1) }))
  t.same([placed.externalId, placed.state], ['order-1:item-1:1', 'acknowledged'])
  await simulator.settle()
  const done = okOf(await client.get(placed.id))
  t.equal(done.state, 'completed')
  const [item] = done.items
  const [device] = item?.service?.supportingResources ?? []
  t.match(device, { model: 'HG-8245', id: /./, serialNumber: /./, macAddress: /:/ })
  t.equal(device?.serialNumber, simulator.devices()[0]?.serialNumber)
  t.ok(item?.service?.id)
  t.ok(item?.milestones.some(({ name }) => name === 'Devices allocated'))
  t.ok(done.completionDate)
  t.match(okOf(await client.list({ offset: 0, limit: 5 })), { orders: [{ id: placed.id }], unreadable: 0, totalCount: 1 })
})

t.test('a cancellation is followed to its end', async t => {
  const { client, simulator } = await connect(t)
  const { id } = okOf(await client.create(requestFor('order-1:item-1:1')))
  const cancellation = okOf(await client.cancel(id, 'moved'))
  t.same([cancellation.serviceOrderId, cancellation.state], [id, 'accepted'])
  await simulator.settle()
  t.equal(okOf(await client.cancellation(cancellation.id)).state, 'done')
  t.equal(okOf(await client.get(id)).state, 'cancelled')
})

for (const version of ['v4', 'v3'] as const) {
  t.test(`callbacks of ${version} are read`, async t => {
    const { client, simulator } = await connect(t, {}, { version })
    const { url, notifications } = await startListener(t)
    const subscription = okOf(await client.subscribe(url))
    const { items } = requestFor('')
    const { id } = okOf(await client.create({ externalId: 'order-1:item-1:1', items: items.slice(0, 1) }))
    await simulator.settle()
    t.ok(notifications.length >= 3)
    t.ok(notifications.every(({ serviceOrderId, externalId }) => serviceOrderId === id && externalId === 'order-1:item-1:1'))
    t.match(notifications[0], { change: 'created' })
    const completed = notifications.filter(({ report }) => report?.state === 'completed')
    t.match(completed[0], {
      change: 'stateChanged',
      report: { items: [{ id: 'line', service: { supportingResources: [{ model: 'HG-8245' }] } }] }
    })
    t.same(await client.unsubscribe(subscription.id), { kind: 'ok', value: undefined })
    t.same(await client.unsubscribe(subscription.id), { kind: 'ok', value: undefined })
    t.same(simulator.subscriptions(), [])
  })
}

t.test('an FMS that does not do as it should is found out, rather than believed', async t => {
  const lookUps: readonly [SimulatorOptions['quirks'], FmsClientOptions['lookUp'], string][] = [
    [{ ignoresFilters: true }, { by: 'externalId' }, 'unreadable filterIgnored'],
    [{ ignoresFilters: true }, { by: 'listing', pageSize: 2 }, 'ok 0'],
    [{ ignoresFilters: true, ignoresOffset: true }, { by: 'listing', pageSize: 2 }, 'unreadable pagingIgnored'],
    [{ refusesLists: true }, { by: 'externalId' }, 'refused notImplemented'],
    [{}, { by: 'none' }, 'refused notSupported']
  ]
  for (const [quirks = {}, lookUp, expected] of lookUps) {
    const { client } = await connect(t, { quirks }, lookUp && { lookUp })
    for (const n of [1, 2, 3]) okOf(await client.create(requestFor(`other-${n}`)))
    const result = await client.lookUp('mine')
    t.equal(result.kind === 'ok' ? `ok ${result.value.length}` : `${result.kind} ${result.code}`, expected)
  }
})

t.test('a token is fetched, kept, and fetched again when it was revoked', async t => {
  const access = { clientId: 'crm lite', clientSecret: 'p:ä%1+' }
  const simulator = createSimulator({ time: 'manual', access })
  t.teardown(() => simulator.close())
  const baseUrl = await simulator.listen()
  for (const sendAs of ['basic', 'body'] as const) {
    const authentication = { kind: 'clientCredentials', tokenUrl: `${baseUrl}/oauth/token`, ...access, sendAs } as const
    const client = new FmsClient({ baseUrl, authentication })
    t.teardown(() => client.close())
    const before = simulator.counts().requests['token'] ?? 0
    for (const n of [1, 2]) okOf(await client.create(requestFor(`${sendAs}-${n}`)))
    t.equal(simulator.counts().requests['token'], before + 1)
    simulator.revokeTokens()
    okOf(await client.lookUp(`${sendAs}-1`))
    t.equal(simulator.counts().requests['token'], before + 2)
  }
})

async function connect(
  t: Test,
  simulated: SimulatorOptions = {},
  options: Partial<FmsClientOptions> = {}
): Promise<{ client: FmsClient; simulator: Simulator }> {
  const simulator = createSimulator({ time: 'manual', run: 'test', ...simulated })
  const client = new FmsClient({ baseUrl: await simulator.listen(), breaker: { failures: 1_000 }, ...options })
  t.teardown(async () => {
    await client.close()
    await simulator.close()
  })
  return { client, simulator }
}

async function startListener(t: Test): Promise<{ url: string; notifications: FmsNotification[] }> {
  const notifications: FmsNotification[] = []
  const server = createServer(async (request, response) => {
    notifications.push(okOf(readNotification(await bodyOf(request))))
    response.writeHead(201).end('{}')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/fms-listener`, notifications }
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let body = ''
  for await (const chunk of request.setEncoding('utf8')) body += chunk
  return JSON.parse(body)
}

function okOf<T>(result: FmsResult<T>): T {
  if (result.kind !== 'ok') throw new Error(`${result.kind} ${result.code}: ${result.message}`)
  return result.value
}
