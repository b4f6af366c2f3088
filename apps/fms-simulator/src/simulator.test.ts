import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import formatsPlugin from 'ajv-formats'
import t from 'tap'
import { apiPaths } from './index.ts'
import { allItems, type ServiceOrder } from './service-order.ts'
import { type Answered, anItem, anItemAfter, anOrder, startSimulator } from './testing/client.ts'
import { startReceiver } from './testing/receiver.ts'

const specDir = process.env['TMF_SPEC_DIR'] || undefined
const whyNotChecked = specDir === undefined && 'not checked: TMF_SPEC_DIR does not name a folder with the published schemas'

function orderIn({ body }: Answered): ServiceOrder {
  return body as unknown as ServiceOrder
}

function statesIn(order: ServiceOrder): string[] {
  return [order.state, ...allItems(order.serviceOrderItem).map(item => item.state)]
}

t.test('an order goes through its states and milestones to a device', async t => {
  const { simulator, send, order } = startSimulator(t, { paceMs: 100 })
  const placed = await order()
  t.equal(placed.status, 201)
  t.equal(placed.headers['location'], placed.body['href'])
  t.equal(placed.body.state, 'acknowledged')
  const path = `serviceOrder/${placed.body.id}`
  const seen: string[] = []
  for (let step = 0; step < 5; step += 1) {
    seen.push((await send('GET', path)).body.state)
    await simulator.advance(100)
  }
  t.same(seen, ['acknowledged', 'inProgress', 'inProgress', 'inProgress', 'completed'])
  const done = orderIn(await send('GET', path))
  t.same(statesIn(done), ['completed', 'completed'])
  t.same(
    done.milestone?.map(({ name }) => name),
    ['Service order accepted', 'Devices allocated', 'Service configured', 'Service activated', 'Service order completed']
  )
  t.equal(done.completionDate, '2026-01-01T00:00:00.400Z')
  const [item] = done.serviceOrderItem
  t.match(item?.service, { id: 'SVC-test-1', state: 'active' })
  t.match(item?.service.supportingResource, [
    { model: 'HomeBox 7', serialNumber: 'HOMETEST000001', macAddress: /^02(:[0-9A-F]{2}){5}$/ }
  ])
  t.match(item?.service.serviceCharacteristic, [{ name: 'ipAddress' }, { name: 'serialNumber' }, { name: 'macAddress' }])
})

t.test('two runs name their orders and devices differently, one run does not', async t => {
  const runs = await Promise.all(
    ['aaaa', 'bbbb', 'aaaa'].map(async run => {
      const { simulator, order } = startSimulator(t, { run })
      await order()
      await simulator.settle()
      return simulator.devices()
    })
  )
  t.same(runs[0], runs[2])
  t.not(runs[0]?.[0]?.serialNumber, runs[1]?.[0]?.serialNumber)
  t.not(runs[0]?.[0]?.macAddress, runs[1]?.[0]?.macAddress)
})

t.test('no two devices have the same serial number or address', async t => {
  const { simulator, order } = startSimulator(t)
  for (let count = 0; count < 300; count += 1) await order({ externalId: `o:${count}:1` })
  await simulator.settle()
  const devices = simulator.devices()
  t.equal(devices.length, 300)
  t.equal(new Set(devices.map(({ serialNumber }) => serialNumber)).size, 300)
  t.equal(new Set(devices.map(({ macAddress }) => macAddress)).size, 300)
})

t.test('an item waits for those that it depends on and fails with them', async t => {
  const { simulator, send, order } = startSimulator(t, { paceMs: 10 })
  const items = [anItemAfter('3', '2'), anItem('1'), anItemAfter('2', '1')]
  const { body } = await order({ serviceOrderItem: items })
  await simulator.advance(10)
  t.same(statesIn(orderIn(await send('GET', `serviceOrder/${body.id}`))), [
    'inProgress',
    'acknowledged',
    'inProgress',
    'acknowledged'
  ])
  await simulator.settle()
  t.same(statesIn(orderIn(await send('GET', `serviceOrder/${body.id}`))), ['completed', 'completed', 'completed', 'completed'])

  const failing = await order({ serviceOrderItem: items }, { 'x-fms-fault': 'outOfStock;items=1' })
  await simulator.settle()
  const failed = orderIn(await send('GET', `serviceOrder/${failing.body.id}`))
  t.same(statesIn(failed), ['failed', 'failed', 'failed', 'failed'])
  t.same(
    failed.serviceOrderItem.map(item => item.errorMessage?.[0]?.code),
    ['dependencyFailed', 'outOfStock', 'dependencyFailed']
  )
})

t.test('items within an item come first', async t => {
  const { simulator, send, order } = startSimulator(t, { paceMs: 10 })
  const { body } = await order({ serviceOrderItem: [anItem('bundle', { serviceOrderItem: [anItem('part')] })] })
  await simulator.advance(10)
  t.same(statesIn(orderIn(await send('GET', `serviceOrder/${body.id}`))), ['inProgress', 'inProgress', 'acknowledged'])
  await simulator.settle()
  t.same(statesIn(orderIn(await send('GET', `serviceOrder/${body.id}`))), ['completed', 'completed', 'completed'])
  t.equal(simulator.devices().length, 2)
})

t.test('what is asked for in a device decides which one is given', async t => {
  const { simulator, send, order } = startSimulator(t, {
    catalogue: { voice: [], tv: ['TV Stick 4K', 'TV Stick 4K'] },
    stock: [{ model: 'HomeBox 7', count: 1 }]
  })
  const devicesOf = async (service: Record<string, unknown>, action = 'add'): Promise<unknown[]> => {
    const { body } = await order({ serviceOrderItem: [{ id: '1', action, service }] })
    await simulator.settle()
    const [item] = orderIn(await send('GET', `serviceOrder/${body.id}`)).serviceOrderItem
    return (
      item?.errorMessage?.map(({ code }) => code) ??
      item?.service.supportingResource?.map(({ model, serialNumber }) => [model, serialNumber]) ??
      []
    )
  }
  t.same(await devicesOf({ serviceSpecification: { id: 'voice' } }), [])
  t.same(await devicesOf({ serviceSpecification: { id: 'tv' } }), [
    ['TV Stick 4K', 'TVSTTEST000001'],
    ['TV Stick 4K', 'TVSTTEST000002']
  ])
  t.same(await devicesOf({ supportingResource: [{ id: 'wish', name: 'Any Box' }] }), [['Any Box', 'ANYBTEST000003']])
  t.same(await devicesOf({ supportingResource: [{ model: 'Own', serialNumber: 'MINE-1' }] }), [['Own', 'MINE-1']])
  t.same(
    await devicesOf({ supportingResource: [{ model: 'Own', serialNumber: 'MINE-1' }] }),
    ['outOfStock'],
    'another service has it'
  )
  t.same(await devicesOf({}), [['HomeBox 7', 'HOMETEST000005']])
  t.same(await devicesOf({}), ['outOfStock'])
  t.same(simulator.stock, [{ model: 'HomeBox 7', count: 0 }])
})

t.test('a service is changed, gets another device, and is terminated', async t => {
  const { simulator, send, order } = startSimulator(t, { stock: [{ model: 'HomeBox 7', count: 5 }] })
  const run = async (action: string, service: Record<string, unknown>): Promise<ServiceOrder> => {
    const { body } = await order({ serviceOrderItem: [{ id: '1', action, service }] })
    await simulator.settle()
    return orderIn(await send('GET', `serviceOrder/${body.id}`))
  }
  const speed = (value: number) => ({ name: 'speed', value })
  const id = (await run('add', { serviceCharacteristic: [speed(100)] })).serviceOrderItem[0]?.service.id
  const faster = (await run('modify', { id, serviceCharacteristic: [speed(500)] })).serviceOrderItem[0]?.service
  t.same(
    faster?.serviceCharacteristic?.filter(({ name }) => name === 'speed'),
    [speed(500)]
  )
  t.match(faster, { id, state: 'active', supportingResource: [{ model: 'HomeBox 7' }] })
  const better = (await run('modify', { id, supportingResource: [{ model: 'Other' }] })).serviceOrderItem[0]?.service
  t.match(better?.supportingResource, [{ model: 'Other' }])
  t.same(simulator.stock, [{ model: 'HomeBox 7', count: 5 }], 'the old device came back')
  simulator.plan = { rules: [{ fault: 'fail' }] }
  const failed = await run('modify', { id, serviceCharacteristic: [speed(1)], supportingResource: [{ model: 'HomeBox 7' }] })
  simulator.plan = { rules: [] }
  t.equal(failed.state, 'failed')
  const asItWas = simulator.services().find(service => service.id === id)
  t.match(asItWas, {
    state: 'active',
    serviceCharacteristic: better?.serviceCharacteristic,
    supportingResource: [{ model: 'Other' }]
  })
  t.same(simulator.stock, [{ model: 'HomeBox 7', count: 5 }], 'and so is the stock')
  const untouched = await run('noChange', { id })
  t.same(statesIn(untouched), ['completed', 'completed'])
  t.match((await run('delete', { id })).serviceOrderItem[0], { state: 'completed', service: { id, state: 'terminated' } })
  t.equal(simulator.counts().devicesInUse, 0)
  t.match((await run('delete', { id })).serviceOrderItem[0], { state: 'failed', errorMessage: [{ code: 'serviceNotFound' }] })
  const again = (await run('add', {})).serviceOrderItem[0]?.service
  t.equal(again?.supportingResource?.[0]?.serialNumber, 'HOMETEST000001', 'what came back is given out again')
  const link = String(again?.supportingResource?.[0]?.['href']).replace(simulator.url, '')
  t.match((await send('GET', link)).body, { serialNumber: 'HOMETEST000001', resourceStatus: 'reserved' })
  t.match((await send('GET', String(again?.['href']).replace(simulator.url, ''))).body, { state: 'active' })
})

t.test('what is no service order is refused and says where', async t => {
  const { send, simulator } = startSimulator(t)
  const wrong: [unknown, RegExp][] = [
    [undefined, /object/],
    [[], /object/],
    [{}, /\/serviceOrderItem/],
    [{ serviceOrderItem: [] }, /\/serviceOrderItem/],
    [{ serviceOrderItem: [{ id: '1', action: 'add' }] }, /\/serviceOrderItem\/0\/service/],
    [{ serviceOrderItem: [anItem('1', { action: 'invent' })] }, /\/serviceOrderItem\/0\/action/],
    [anOrder({ requestedStartDate: 'soon' }), /\/requestedStartDate/],
    [{ serviceOrderItem: [anItem('1'), anItem('1')] }, /same id/],
    [{ serviceOrderItem: [anItemAfter('1', '7')] }, /not in the order/],
    [{ serviceOrderItem: [anItemAfter('1', '2'), anItemAfter('2', '1')] }, /circle/]
  ]
  for (const [body, reason] of wrong) {
    const answer = await send('POST', 'serviceOrder', body)
    t.equal(answer.status, 400)
    t.match(answer.body, { '@type': 'Error', code: 'invalidValue', reason })
  }
  const malformed = await simulator.app.inject({
    method: 'POST',
    url: `${apiPaths.v4}/serviceOrder`,
    headers: { 'content-type': 'application/json' },
    payload: '{'
  })
  t.equal(malformed.statusCode, 400)
  t.equal((await send('GET', 'serviceOrder/none')).status, 404)
  t.equal((await send('GET', '/nowhere')).status, 404)
  t.equal(simulator.counts().serviceOrders, 0)
})

t.test('what only the server says is not taken from a client', async t => {
  const { order } = startSimulator(t)
  const { body } = await order({
    id: 'mine',
    state: 'completed',
    completionDate: '2020-01-01T00:00:00Z',
    milestone: [{}],
    note: [{ text: 'kept' }]
  })
  t.match(body, { id: 'SO-test-1', state: 'acknowledged', note: [{ text: 'kept' }] })
  t.notOk('completionDate' in body || 'milestone' in body)
})

t.test('orders are listed, filtered, cut to pages and to attributes', async t => {
  const { simulator, send, order } = startSimulator(t)
  for (const externalId of ['a', 'b', 'c']) await order({ externalId, category: externalId === 'b' ? 'odd' : 'even' })
  const listed = async (query: string): Promise<unknown[]> =>
    (await send('GET', `serviceOrder?${query}`)).list.map(each => each['externalId'])
  t.same(await listed(''), ['a', 'b', 'c'])
  t.same(await listed('externalId=b'), ['b'])
  t.same(await listed('externalId=b,c'), ['b', 'c'])
  t.same(await listed('externalId=nothing'), [])
  t.same(await listed('category=even&state=acknowledged&limit=1&offset=1'), ['c'])
  t.same(await listed('serviceOrderItem.service.serviceSpecification.id=internet&limit=2'), ['a', 'b'])
  const page = await send('GET', 'serviceOrder?limit=2&fields=state')
  t.match(page.headers, { 'x-total-count': '3', 'x-result-count': '2' })
  t.same(Object.keys(page.list[0] ?? {}).sort(), ['@type', 'href', 'id', 'state'])
  t.same(simulator.byExternalId(), { a: 1, b: 1, c: 1 })
  await order({ externalId: 'a' })
  t.same((await send('GET', '/admin')).body['duplicates'], { a: 2 })
  t.equal((await send('GET', '/admin/serviceOrder?externalId=a')).list.length, 2)
})

t.test('lists fall short as those of real systems do', async t => {
  const ids = async (quirks: object, query: string): Promise<unknown> => {
    const { send, order } = startSimulator(t, { quirks })
    for (const externalId of ['a', 'b', 'c']) await order({ externalId })
    const { status, list } = await send('GET', `serviceOrder?${query}`)
    return status === 200 ? list.map(each => each['externalId']) : status
  }
  t.same(await ids({ ignoresFilters: true }, 'externalId=b'), ['a', 'b', 'c'])
  t.same(await ids({ ignoresOffset: true }, 'limit=2&offset=2'), ['a', 'b'])
  t.same(await ids({ refusesLists: true }, 'externalId=b'), 501)
})

t.test('an order is patched where the standard lets it, and deleted', async t => {
  const { send, order } = startSimulator(t)
  const { body } = await order()
  const path = `serviceOrder/${body.id}`
  t.match((await send('PATCH', path, { priority: '1' })).body, { priority: '1', externalId: 'order:1:1' })
  t.equal((await send('PATCH', path, { category: 'x' })).status, 400)
  t.equal((await send('DELETE', path)).status, 204)
  t.equal((await send('DELETE', path)).status, 404)
})

t.test('an order is cancelled after it was assessed, and its devices come back', async t => {
  const { simulator, send, order } = startSimulator(t, { paceMs: 10 })
  const { body } = await order({ serviceOrderItem: [anItem('1'), anItemAfter('2', '1')] })
  const path = `serviceOrder/${body.id}`
  await simulator.advance(20)
  t.equal(simulator.counts().devicesInUse, 1)
  const cancel = await send('POST', 'cancelServiceOrder', { cancellationReason: 'moved away', serviceOrder: { id: body.id } })
  t.match(cancel, { status: 201, body: { state: 'accepted' } })
  const seen: unknown[] = []
  for (let step = 0; step < 3; step += 1) {
    await simulator.advance(10)
    seen.push([(await send('GET', `cancelServiceOrder/${cancel.body.id}`)).body.state, (await send('GET', path)).body.state])
  }
  t.same(seen, [
    ['inProgress', 'assessingCancellation'],
    ['inProgress', 'pendingCancellation'],
    ['done', 'cancelled']
  ])
  await simulator.settle()
  const cancelled = orderIn(await send('GET', path))
  t.match(cancelled, { state: 'cancelled', cancellationReason: 'moved away', cancellationDate: /^2026/ })
  t.same(statesIn(cancelled), ['cancelled', 'cancelled', 'cancelled'])
  t.equal(simulator.counts().devicesInUse, 0)
  t.equal((await send('GET', 'cancelServiceOrder')).list.length, 1)
})

t.test('a cancellation that comes too late, or is refused, leaves the order as it is', async t => {
  const { simulator, send, order } = startSimulator(t, { paceMs: 10 })
  const done = await order()
  await simulator.settle()
  const late = await send('POST', 'cancelServiceOrder', { serviceOrder: { id: done.body.id } })
  const refused = await order({}, { 'x-fms-fault': 'refuseCancel' })
  await simulator.advance(10)
  const other = await send('POST', 'cancelServiceOrder', { serviceOrder: { id: refused.body.id } })
  await simulator.settle()
  t.match((await send('GET', `cancelServiceOrder/${late.body.id}`)).body, {
    state: 'terminatedWithError',
    errorMessage: { code: 'notCancellable' }
  })
  t.match((await send('GET', `cancelServiceOrder/${other.body.id}`)).body, {
    state: 'terminatedWithError',
    errorMessage: { code: 'cancellationRefused' }
  })
  for (const { id } of [done.body, refused.body]) t.equal((await send('GET', `serviceOrder/${id}`)).body.state, 'completed')
  t.equal((await send('POST', 'cancelServiceOrder', { serviceOrder: { id: 'none' } })).body['code'], 'unknownServiceOrder')
  const strict = startSimulator(t, { refusesCancellationAtOnce: true })
  const finished = await strict.order()
  await strict.simulator.settle()
  t.equal((await strict.send('POST', 'cancelServiceOrder', { serviceOrder: { id: finished.body.id } })).status, 422)
})

t.test('who subscribes is told of everything, in the order in which it happened', async t => {
  const { simulator, send, order } = startSimulator(t)
  const receiver = await startReceiver(t)
  const subscription = await send('POST', 'hub', { callback: `${receiver.url}/secret/x` })
  t.equal(subscription.status, 201)
  await send('POST', 'hub', { callback: `${receiver.url}/some`, query: 'eventType=ServiceOrderJeopardyEvent' })
  await order({}, { 'x-fms-fault': 'jeopardy' })
  await simulator.settle()
  const told = receiver.received.filter(({ path }) => path === '/secret/x').map(({ body }) => body)
  t.same(
    told.map(body => [body?.eventType, body?.event['serviceOrder']?.['state']]),
    [
      ['ServiceOrderCreateEvent', 'acknowledged'],
      ['ServiceOrderStateChangeEvent', 'inProgress'],
      ['ServiceOrderMilestoneEvent', 'inProgress'],
      ['ServiceOrderMilestoneEvent', 'inProgress'],
      ['ServiceOrderJeopardyEvent', 'inProgress'],
      ['ServiceOrderMilestoneEvent', 'inProgress'],
      ['ServiceOrderStateChangeEvent', 'completed'],
      ['ServiceOrderMilestoneEvent', 'completed']
    ]
  )
  t.equal(new Set(told.map(body => body?.eventId)).size, told.length)
  t.equal(receiver.received.filter(({ path }) => path === '/some').length, 1)
  t.equal((await send('DELETE', `hub/${subscription.body.id}`)).status, 204)
  const before = receiver.received.length
  await order({ externalId: 'later' })
  await simulator.settle()
  t.equal(receiver.received.length, before)
  t.equal((await send('POST', 'hub', { callback: 'file:///etc' })).status, 400)
})

t.test('a callback that is not taken is sent again, and given up in the end', async t => {
  const { simulator, send, order } = startSimulator(t, { usesListenerPaths: true })
  const receiver = await startReceiver(t)
  await send('POST', 'hub', { callback: receiver.url, query: 'eventType=ServiceOrderCreateEvent' })
  receiver.status = 500
  await order()
  await simulator.advance(1_500)
  t.equal(receiver.received.length, 2)
  receiver.status = 204
  await simulator.settle()
  t.same(
    receiver.received.map(({ path }) => path),
    Array(3).fill('/listener/serviceOrderCreateEvent')
  )
  t.match(simulator.counts().callbacks, { delivered: 1, refused: 2, givenUp: 0, waiting: 0 })
  receiver.status = 500
  await order({ externalId: 'other' })
  await simulator.settle()
  t.match(simulator.counts().callbacks, { givenUp: 1, waiting: 0 })
})

t.test('the older shape has other names for the same', async t => {
  const { simulator, send } = startSimulator(t)
  const receiver = await startReceiver(t)
  await send('POST', `${apiPaths.v3}/hub`, { callback: receiver.url })
  const orderItem = [anItem('1'), anItem('2', { orderItemRelationship: [{ type: 'reliesOn', id: '1' }] })]
  const placed = await send('POST', `${apiPaths.v3}/serviceOrder`, { externalId: 'old:1:1', orderItem })
  t.equal(placed.status, 201)
  t.match(placed.headers['location'], /\/serviceOrdering\/v3\/serviceOrder\/SO-test-1$/)
  await simulator.settle()
  const { body } = await send('GET', `${apiPaths.v3}/serviceOrder/${placed.body.id}`)
  t.match(body, {
    state: 'completed',
    orderItem: [{ state: 'completed' }, { state: 'completed', orderItemRelationship: [{ type: 'reliesOn', id: '1' }] }]
  })
  t.notOk('serviceOrderItem' in body || 'milestone' in body)
  t.same(
    [...new Set(receiver.received.map(each => each.body?.eventType))],
    ['ServiceOrderCreateNotification', 'ServiceOrderStateChangeNotification']
  )
  t.ok(receiver.received.every(each => 'orderItem' in (each.body?.event['serviceOrder'] ?? {})))
  t.match((await send('GET', 'serviceOrder?externalId=old:1:1')).list, [{ serviceOrderItem: [{ id: '1' }, { id: '2' }] }])
  t.equal((await send('POST', `${apiPaths.v3}/serviceOrder`, anOrder())).status, 400, 'the new shape is none there')
  t.equal((await send('GET', `${apiPaths.v3}/cancelServiceOrder`)).status, 404)
})

t.test('only who has a token is let in, where one is needed', async t => {
  const fixed = startSimulator(t, { access: { token: 'letmein' } })
  t.equal((await fixed.send('GET', 'serviceOrder')).status, 401)
  t.equal((await fixed.send('GET', 'serviceOrder', undefined, { authorization: 'Bearer wrong' })).status, 401)
  t.equal((await fixed.send('GET', 'serviceOrder', undefined, { authorization: 'Bearer letmein' })).status, 200)

  const { simulator, send } = startSimulator(t, { access: { clientId: 'crm', clientSecret: 's+cr%t:1', lifetimeS: 60 } })
  const token = async (payload: string, headers: Record<string, string> = {}) =>
    simulator.app.inject({
      method: 'POST',
      url: '/oauth/token',
      payload,
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers }
    })
  t.equal((await token('grant_type=client_credentials&client_id=crm&client_secret=no')).statusCode, 401)
  const inBody = await token('grant_type=client_credentials&client_id=crm&client_secret=s%2Bcr%25t%3A1')
  t.match(inBody.json(), { token_type: 'Bearer', expires_in: 60 })
  const basic = Buffer.from(`crm:${encodeURIComponent('s+cr%t:1')}`).toString('base64')
  t.equal((await token('grant_type=client_credentials', { authorization: `Basic ${basic}` })).statusCode, 200)
  const authorization = `Bearer ${inBody.json().access_token}`
  t.equal((await send('GET', 'serviceOrder', undefined, { authorization })).status, 200)
  t.equal((await send('DELETE', '/admin/token')).status, 204)
  t.equal((await send('GET', 'serviceOrder', undefined, { authorization })).status, 401)
})

t.test('with a file nothing is forgotten, and what was under way goes on', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'fms-simulator-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'fms.db')
  const receiver = await startReceiver(t)
  const first = startSimulator(t, { file, paceMs: 10, run: 'once' })
  await first.send('POST', 'hub', { callback: receiver.url })
  await first.send('PUT', '/admin/plan', { seed: 7, rules: [{ fault: 'reject', externalId: 'no*' }] })
  const { body } = await first.order()
  await first.order({ externalId: 'hidden' }, { 'x-fms-fault': 'reject' })
  await first.simulator.advance(20)
  const told = receiver.received.length
  await first.simulator.close()

  const second = startSimulator(t, { file, run: 'again' })
  await second.simulator.settle()
  const order = orderIn(await second.send('GET', `serviceOrder/${body.id}`))
  t.match(order, { id: 'SO-once-1', state: 'completed' })
  t.equal(second.simulator.counts().devicesInUse, 1)
  t.ok(receiver.received.length > told)
  t.match(second.simulator.plan, { seed: 7, rules: [{ fault: 'reject' }] })
  t.match((await second.order({ externalId: 'no:1' })).body, { id: 'SO-once-3' })
  await second.simulator.settle()
  t.match(second.simulator.orders('no:1'), [{ state: 'rejected' }])
})

t.test('an administrator looks in, holds and moves orders, and changes the pace and the stock', async t => {
  const { simulator, send, order } = startSimulator(t)
  t.match((await send('PUT', '/admin/pace', { paceMs: 5 })).body, { paceMs: 5 })
  t.equal((await send('PUT', '/admin/pace', { paceMs: 'fast' })).status, 400)
  const { body } = await order({}, { 'x-fms-fault': 'stuck' })
  await send('POST', '/admin/advance', { ms: 5 })
  t.match(simulator.orders(), [{ state: 'inProgress' }])
  t.match((await send('POST', '/admin/settle')).body, { byState: { inProgress: 1 } })
  t.equal((await send('POST', `/admin/serviceOrder/${body.id}/state`, { state: 'beamedUp', items: { 1: 'lost' } })).status, 204)
  t.match(simulator.orders(), [{ state: 'beamedUp', serviceOrderItem: [{ state: 'lost' }] }])
  await send('POST', `/admin/serviceOrder/${body.id}/state`, { state: 'held', items: { 1: 'inProgress' } })
  t.equal((await send('POST', `/admin/serviceOrder/${body.id}/nudge`)).status, 204)
  await simulator.settle()
  t.match(simulator.orders(), [{ state: 'completed' }])
  t.equal((await send('POST', '/admin/serviceOrder/none/nudge')).status, 404)
  t.same((await send('POST', '/admin/nudge')).body, { nudged: 0 })
  t.same((await send('PUT', '/admin/stock', [{ model: 'Box', count: 3 }])).list, [{ model: 'Box', count: 3 }])
  t.match((await send('GET', '/admin/device')).list, [{ model: 'HomeBox 7' }])
  t.match((await send('GET', '/admin/service')).list, [{ state: 'active' }])
  t.same((await send('GET', '/admin/externalId')).body, { 'order:1:1': 1 })
})

t.test('answers and callbacks are what the standard publishes', { skip: whyNotChecked }, async t => {
  const { definitions } = JSON.parse(readFileSync(join(specDir ?? '', 'TMF641-ServiceOrdering-v4.1.0.swagger.json'), 'utf8'))
  const ajv = new Ajv({ allErrors: true, strict: false })
  formatsPlugin.default(ajv)
  ajv.addSchema({ definitions }, 'published')
  const faultsIn = (definition: string, value: unknown): unknown => {
    const validate = ajv.getSchema(`published#/definitions/${definition}`)
    if (!validate) throw new Error(`${definition} is not published`)
    return validate(value) ? [] : validate.errors
  }
  const { simulator, send, order } = startSimulator(t, {
    plan: {
      rules: [
        { fault: 'jeopardy', externalId: 'jeopardy' },
        { fault: 'partial', externalId: 'partial' },
        { fault: 'pending', externalId: 'pending' },
        { fault: 'reject', externalId: 'reject' }
      ]
    }
  })
  const receiver = await startReceiver(t)
  t.same(faultsIn('EventSubscription', (await send('POST', 'hub', { callback: receiver.url })).body), [])
  for (const externalId of ['plain', 'jeopardy', 'partial', 'pending', 'reject', 'cancelled']) {
    const { body } = await order({ externalId, serviceOrderItem: [anItem('1'), anItemAfter('2', '1')] })
    t.same(faultsIn('ServiceOrder', body), [], `${externalId} as it was taken`)
    if (externalId === 'cancelled') {
      await simulator.advance(700)
      const cancel = await send('POST', 'cancelServiceOrder', { serviceOrder: { id: body.id } })
      t.same(faultsIn('CancelServiceOrder', cancel.body), [])
    }
    await send('PATCH', `serviceOrder/${body.id}`, { description: 'changed' })
    await simulator.settle()
    t.same(faultsIn('ServiceOrder', (await send('GET', `serviceOrder/${body.id}`)).body), [], `${externalId} in the end`)
    await send('DELETE', `serviceOrder/${body.id}`)
  }
  for (const cancel of (await send('GET', 'cancelServiceOrder')).list) t.same(faultsIn('CancelServiceOrder', cancel), [])
  await simulator.settle()
  const types = new Set(receiver.received.map(({ body }) => body?.eventType ?? 'none'))
  t.same([...types].sort(), [
    'CancelServiceOrderCreateEvent',
    'CancelServiceOrderStateChangeEvent',
    'ServiceOrderAttributeValueChangeEvent',
    'ServiceOrderCreateEvent',
    'ServiceOrderDeleteEvent',
    'ServiceOrderInformationRequiredEvent',
    'ServiceOrderJeopardyEvent',
    'ServiceOrderMilestoneEvent',
    'ServiceOrderStateChangeEvent'
  ])
  const wrong = receiver.received.filter(({ body }) => JSON.stringify(faultsIn(body?.eventType ?? 'Error', body)) !== '[]')
  t.same(wrong, [])
  t.same(faultsIn('Error', (await send('GET', 'serviceOrder/none')).body), [])
})
