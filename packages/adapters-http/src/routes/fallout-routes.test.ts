import { fulfilmentDefinition } from '@crm-lite/domain'
import t, { type Test } from 'tap'
import { startProvisioning } from '../testing/start-provisioning.ts'

const API = '/tmf-api/orderJourney/v1'
const FALLOUT = `${API}/fallout`
const ORDERS = '/tmf-api/productOrderingManagement/v4/productOrder'

async function world(t: Test) {
  const provisioning = await startProvisioning(t)
  const { app } = provisioning
  const send = async (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, payload?: object, headers = {}) => {
    const response = await app.inject({ method, url, headers, ...(payload && { payload }) })
    const { statusCode: status, headers: answered, body } = response
    return { status, headers: answered, body: (body === '' ? {} : response.json()) as Record<string, unknown> }
  }
  return {
    ...provisioning,
    get: (path: string) => send('GET', path),
    send,
    post: (path: string, payload?: object, headers = {}) => send('POST', `${FALLOUT}${path}`, payload, headers),
    stateOf: async (order: string) => (await send('GET', `${ORDERS}/${order}?fields=state`)).body['state']
  }
}

const failure = (status: number, code: string, pointer?: string) => {
  return { status, body: { code, ...(pointer !== undefined && { pointer }) } }
}

t.test('what fell out is listed, assigned, tried again and completed', async t => {
  const { fallenOut, fallouts, get, post, work, fms, passMs, stateOf } = await world(t)
  const [order] = await fallenOut()
  const { id } = (await fallouts())[0]!
  t.equal(await stateOf(order!), 'held')
  const listed = await get(`${FALLOUT}?kind=rejectedByFms&status=open&productOrder.id=${order}`)
  t.match(listed.body, [
    {
      id,
      href: `https://crm.example.com${FALLOUT}/${id}`,
      productOrder: { id: order },
      item: { id: '1' },
      fulfilment: { id: `${order}:1:1`, attempt: 1 },
      history: [{ action: 'raise' }]
    }
  ])
  const fulfilment = encodeURIComponent(`${order}:1:1`)
  t.match((await get(`${API}/fulfilment/${fulfilment}`)).body, { state: 'fallout', fallout: { id, kind: 'rejectedByFms' } })
  t.match(await post(`/${id}/assign`, { owner: 'asha' }, { 'if-match': '"9"' }), failure(412, 'staleRevision'))
  t.match(await post(`/${id}/assign`, { owner: 'asha', reason: 'Knows the FMS' }, { 'x-actor': 'ravi', 'if-match': '"1"' }), {
    status: 200,
    headers: { etag: '"2"' },
    body: { status: 'assigned', owner: 'asha', history: [{}, { action: 'assign', actor: 'ravi', reason: 'Knows the FMS' }] }
  })
  t.match(await post(`/${id}/assign`), { status: 200, body: { status: 'open', owner: undefined } })
  const once = { 'idempotency-key': 'retry-1', 'x-actor': 'asha' }
  const retried = await post(`/${id}/retry`, { reason: 'The stock was filled' }, once)
  t.match(retried, { status: 200, body: { status: 'resolved', resolution: 'retry' } })
  t.same((await post(`/${id}/retry`, { reason: 'The stock was filled' }, once)).body, retried.body, 'once for one key')
  t.match(await post(`/${id}/retry`, {}, once), failure(422, 'idempotencyKeyReused'))
  await work()
  fms.complete(fms.orders().at(-1)!.id)
  passMs(60_000)
  await work()
  t.equal(await stateOf(order!), 'completed')
  t.match(await post(`/${id}/skip`), { status: 409, body: { code: 'illegalMove', allowed: [] } })
  t.match((await get('/tmf-api/event/v4/event?eventType=FalloutStateChangeEvent')).body, [
    { event: { fallout: { status: 'assigned' } } },
    { event: { fallout: { status: 'open' } } },
    { event: { fallout: { status: 'resolved' } } }
  ])
})

t.test('every decision is there, and refused with its place where it makes no sense', async t => {
  const { fallenOut, fallouts, post, stateOf, fms, work, get } = await world(t)
  const orders = await fallenOut(4)
  const ids = new Map((await fallouts()).map(({ id, productOrder }) => [productOrder.id, id]))
  const [changed, skipped, made, undone] = orders.map(order => `/${ids.get(order)}`) as [string, string, string, string]

  t.match(await post(`${changed}/retryWithChanges`), failure(400, 'missingAttribute', '/changes'))
  t.match(await post(`${changed}/retryWithChanges`, { changes: {} }), failure(400, 'missingAttribute', '/changes/items'))
  const change = (item: object) => post(`${changed}/retryWithChanges`, { changes: { items: [item] } })
  t.match(await change({ id: 'nothing' }), failure(400, 'invalidValue', '/changes/items/0/id'))
  t.match(
    await change({ id: 'service', characteristics: [{ name: 'speed' }] }),
    failure(400, 'missingAttribute', '/changes/items/0/characteristics/0/value')
  )
  t.match(await change({ id: 'service', characteristics: [{ name: 'speed', value: 50 }] }), { status: 200 })
  await work()
  t.match(fms.requests.at(-1), { externalId: `${orders[0]}:1:2`, items: [{ characteristics: [{ name: 'speed', value: 50 }] }] })

  t.match(await post(`${skipped}/skip`, { reason: 'Not wanted' }), { status: 200, body: { resolution: 'skip' } })
  t.equal(await stateOf(orders[1]!), 'completed')

  t.match(await post(`${made}/completeByHand`, { result: { services: 'x' } }), failure(400, 'invalidValue', '/result/services'))
  const result = {
    services: [{ id: 'service-7' }],
    resources: [{ serialNumber: 'SN-7' }],
    characteristics: [{ name: 'port', value: 7 }]
  }
  t.match(await post(`${made}/completeByHand`, { result }), { status: 200, body: { resolution: 'completeByHand' } })
  t.match((await get('/tmf-api/productInventory/v4/product')).body, [
    {
      productSerialNumber: 'SN-7',
      realizingService: [{ id: 'service-7' }],
      productCharacteristic: [{ name: 'port', value: 7 }],
      productOrderItem: [{ productOrderId: orders[2] }]
    }
  ])

  t.match(await post(`${undone}/compensate`), { status: 200, body: { resolution: 'compensate' } })
  t.equal(await stateOf(orders[3]!), 'failed')
  t.match(await post(`${undone}/vanish`), failure(404, 'unknownPath'))
  t.match(await post('/unknown/retry'), failure(404, 'notFound'))
  t.match(await post(`${undone}/assign`, { owner: ' ' }), failure(400, 'missingAttribute', '/owner'))
  t.match(await post(`${undone}/assign`, { owner: 'x'.repeat(513) }), failure(400, 'invalidValue', '/owner'))
  t.match(await post(`${undone}/retry`, { reason: 5 }), failure(400, 'invalidValue', '/reason'))
})

t.test('many are decided about at once', async t => {
  t.test('each by itself: what fails for one stops no other', async t => {
    const { fallenOut, fallouts, post, store } = await world(t)
    await fallenOut(5)
    const [one, other] = await fallouts()
    await post(`/${one!.id}/skip`)
    await store.run('default', async transaction => {
      const current = (await transaction.get(fulfilmentDefinition, other!.fulfilment.id))!
      transaction.update(fulfilmentDefinition, current, { ...JSON.parse(current.document), state: 'completed' })
    })
    const { status, body } = await post('/skip?kind=rejectedByFms', { reason: 'Not wanted' }, { 'x-actor': 'asha' })
    t.equal(status, 200)
    t.match(body, { action: 'skip', done: 3, failed: [{ id: other!.id, code: 'illegalMove', allowed: ['assign'] }], left: 0 })
    t.match(
      (await fallouts()).filter(({ status }) => status === 'resolved').map(({ history }) => history.at(-1)),
      [{}, { actor: 'asha', reason: 'Not wanted' }, {}, {}]
    )
    t.match((await post('/skip?kind=rejectedByFms')).body, { done: 0, failed: [{ id: other!.id }], left: 0 })
  })

  t.test('with what is to be sent instead, and with what somebody has done', async t => {
    const { fallenOut, fallouts, get, post, passMs, work, fms, stateOf } = await world(t)
    const early = await fallenOut(2)
    passMs(3_600_000)
    const late = await fallenOut(4)
    for (const { id, productOrder } of (await fallouts()).filter(each => late.indexOf(each.productOrder.id) > 1))
      t.match(await post(`/${id}/assign`, { owner: 'asha' }), { status: 200 }, productOrder.id)

    const changes = { items: [{ id: 'service', characteristics: [{ name: 'speed', value: 50 }] }] }
    t.match((await post('/retryWithChanges?raisedAt.lt=2026-03-02T10:00:00Z', { changes, reason: 'Slower' })).body, {
      action: 'retryWithChanges',
      done: 2,
      failed: [],
      left: 0
    })
    await work()
    t.match(
      fms.requests.slice(-2).sort((a, b) => early.indexOf(a.externalId.slice(0, -4)) - early.indexOf(b.externalId.slice(0, -4))),
      early.map(order => ({ externalId: `${order}:1:2`, items: [{ characteristics: [{ name: 'speed', value: 50 }] }] }))
    )

    const result = { resources: [{ type: 'Router', serialNumber: 'SN-8' }] }
    t.match((await post('/completeByHand?owner=asha&step=send', { result }, { 'x-actor': 'asha' })).body, {
      action: 'completeByHand',
      done: 2,
      failed: [],
      left: 0
    })
    t.same(await Promise.all(late.slice(2).map(stateOf)), ['completed', 'completed'])
    t.match((await get('/tmf-api/productInventory/v4/product')).body, [
      { productSerialNumber: 'SN-8' },
      { productSerialNumber: 'SN-8' }
    ])

    t.match((await post('/compensate?kind=rejectedByFms&status=open', { reason: 'Not wanted' })).body, {
      action: 'compensate',
      done: 2,
      failed: [],
      left: 0
    })
    t.same(await Promise.all(late.slice(0, 2).map(stateOf)), ['failed', 'failed'])
    t.same((await get(`${FALLOUT}?status=open,assigned`)).body, [])
  })

  t.test('changes that fit no service order are refused one by one, and leave everything open', async t => {
    const { fallenOut, accepted, fallouts, post, work, fms } = await world(t)
    await fallenOut(1)
    await accepted('1', '2')
    fms.failNext('create', 'refuses', 'refuses')
    await work()
    const { body } = await post('/retryWithChanges?status=open', { changes: { items: [{ id: 'nothing' }] } })
    t.match(body, { done: 0, left: 0, failed: Array(3).fill({ code: 'invalidValue' }) })
    t.ok((await fallouts()).every(({ status }) => status === 'open'))
  })

  t.test('a thousand a request, and the next ones with the next', async t => {
    const { fallenOut, post } = await world(t)
    await fallenOut(1_003)
    t.match((await post('/assign?status=open,assigned', { owner: 'asha' })).body, { done: 1_000, failed: [], left: 3 })
    t.match((await post('/assign?status=open,assigned', { owner: 'asha' })).body, { done: 3, failed: [], left: 0 })
    t.match((await post('/assign?owner=asha')).body, { done: 1_000, left: 3 })
    t.match((await post('/assign?owner=asha')).body, { done: 3, left: 0 })
  })

  t.test('only those that match, and none twice with one idempotency key', async t => {
    const { fallenOut, fallouts, post, work, fms } = await world(t)
    const [order] = await fallenOut(2)
    const once = { 'idempotency-key': 'many-1' }
    const only = `/retry?productOrder.id=${order}&raisedAt.lt=2027-01-01T00:00:00Z`
    t.match((await post(only, undefined, once)).body, { done: 1, failed: [], left: 0 })
    t.match((await post(only, undefined, once)).body, { done: 0, failed: [], left: 0 })
    fms.failNext('create', 'refuses')
    await work()
    t.equal((await fallouts()).length, 3, 'it has fallen out again')
    t.match((await post(only, undefined, once)).body, { done: 1 })
  })

  t.test('and a filter has to be written', async t => {
    const { post } = await world(t)
    t.match(await post('/retry'), failure(400, 'missingAttribute'))
    t.match(await post('/retry?limit=5'), { status: 400, body: { code: 'unknownParameter', parameter: 'limit' } })
    t.match(await post('/retry?colour=red'), failure(400, 'unknownAttribute'))
    t.match(await post('/retryWithChanges?status=open'), failure(400, 'missingAttribute', '/changes'))
    t.match(await post('/vanish?status=open'), failure(405, 'methodNotAllowed'))
  })
})

t.test('nobody writes fallout records but by deciding', async t => {
  const { send, fallouts, fallenOut } = await world(t)
  await fallenOut()
  const { id } = (await fallouts())[0]!
  t.match(await send('PATCH', `${FALLOUT}/${id}`, { status: 'resolved' }), failure(405, 'methodNotAllowed'))
  t.match(await send('DELETE', `${FALLOUT}/${id}`), failure(405, 'methodNotAllowed'))
  t.match(await send('POST', FALLOUT, {}), failure(405, 'methodNotAllowed'))
})
