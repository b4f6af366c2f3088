import type { ProductOrder } from '@crm-lite/domain'
import t from 'tap'
import { productOrderExample } from '../apis/tmf622-product-ordering/examples.ts'
import { startTestApp } from '../testing/index.ts'

const ORDERS = '/tmf-api/productOrderingManagement/v4/productOrder'
const CANCELLATIONS = '/tmf-api/productOrderingManagement/v4/cancelProductOrder'
const JOURNEY = '/tmf-api/orderJourney/v1'
const twoItems = {
  productOrderItem: [
    { id: '1', action: 'add' },
    { id: 'a/b', action: 'add' }
  ]
}

const { app, store } = await startTestApp(t)

function world() {
  const send = async (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, payload?: object, headers = {}) => {
    const answer = await app.inject({ method, url, headers, ...(payload && { payload }) })
    const { statusCode: status, headers: answered, body: text } = answer
    return { status, headers: answered, text, body: text.startsWith('{') || text.startsWith('[') ? answer.json() : undefined }
  }
  return {
    store,
    send,
    place: async (more: object = {}) => (await send('POST', ORDERS, { ...twoItems, ...more })).body as ProductOrder,
    move: (id: string, item: string, body: object, headers = {}) =>
      send('POST', `${JOURNEY}/order/${id}/item/${encodeURIComponent(item)}/state`, body, headers)
  }
}

const refusalOf = ({ status, body }: { status: number; body: { code: string; pointer?: string } }) =>
  [status, body.code, body.pointer].filter(each => each !== undefined).join(' ')

t.test('placing an order', async t => {
  t.test('answers with what was sent and what the server knows; what only the server sets is ignored', async t => {
    const { send } = world()
    const sent = {
      ...productOrderExample,
      state: 'completed',
      orderDate: '1999-01-01T00:00:00Z',
      completionDate: 'x',
      loyalty: 3
    }
    const { status, headers, body } = await send('POST', ORDERS, { ...sent, productOrderMilestone: [{ name: 'Mine' }] })
    t.equal(status, 201)
    t.equal(headers['location'], body.href)
    t.match(body, {
      ...productOrderExample,
      productOrderItem: Array,
      state: 'acknowledged',
      loyalty: 3,
      completionDate: undefined
    })
    t.not(body.orderDate, '1999-01-01T00:00:00Z')
    t.notOk(body.productOrderMilestone.some(({ name }: { name: string }) => name === 'Mine'))
    t.match((await send('GET', `${ORDERS}/${body.id}`)).body, body)
  })

  t.test('that is none is refused where it is wrong', async t => {
    const { send } = world()
    const refused = async (body: object) => refusalOf(await send('POST', ORDERS, body))
    t.equal(await refused({}), '400 missingAttribute /productOrderItem')
    t.equal(await refused({ productOrderItem: [] }), '400 missingAttribute /productOrderItem')
    t.equal(await refused({ productOrderItem: [{ id: '1' }] }), '400 missingAttribute /productOrderItem/0/action')
    const item = { id: '1', action: 'add' }
    const inside = { id: '2', action: 'add', productOrderItem: [item] }
    t.equal(await refused({ productOrderItem: [item, inside] }), '400 invalidValue /productOrderItem/1/productOrderItem/0/id')
  })
})

t.test('orders are found by what they are and by their milestones', async t => {
  const { place, send } = world()
  const { id } = await place({ externalId: 'shop-1', category: 'B2C' })
  const other = await place({ relatedParty: [{ id: '500', '@referredType': 'Organization' }] })
  const found = async (query: string) =>
    ((await send('GET', `${ORDERS}?id=${id},${other.id}&${query}`)).body as ProductOrder[]).map(each => each.id)
  await send('PATCH', `${ORDERS}/${id}`, { state: 'inProgress' })
  t.same(await found('state=inProgress'), [id])
  t.same(await found('externalId=shop-1&category=B2C'), [id])
  t.same(await found('relatedParty.id=500'), [other.id])
  t.same(await found('productOrderMilestone[name=Order accepted,status=Completed]'), [id])
  t.same(await found('productOrderMilestone[name=Order accepted,status=Violated]'), [])
  t.same(await found('productOrderItem.state=acknowledged'), [other.id])
})

t.test('what an order may become is told where it is asked for', async t => {
  const { place, send } = world()
  const { id } = await place()
  const allowed = async (query: string) => (await send('GET', `${ORDERS}${query}`)).body
  t.same((await allowed(`/${id}?fields=allowedState`)).allowedState, [
    'inProgress',
    'pending',
    'rejected',
    'assessingCancellation'
  ])
  t.same((await allowed(`?id=${id}&fields=allowedState`))[0].allowedState.length, 4)
  t.notOk('allowedState' in (await allowed(`/${id}`)))
  const patched = await send('PATCH', `${ORDERS}/${id}?fields=state,allowedState`, { state: 'inProgress' })
  t.match(patched.body, { state: 'inProgress', allowedState: ['held', 'assessingCancellation'] })
  await send('POST', CANCELLATIONS, { productOrder: { id } })
  t.same((await allowed(`/${id}?fields=allowedState`)).allowedState, ['pendingCancellation', 'inProgress'])
  t.equal(refusalOf(await send('GET', `${ORDERS}?sort=allowedState`)), '400 unknownAttribute')
  t.equal(refusalOf(await send('GET', `${ORDERS}?allowedState=held`)), '400 unknownAttribute')
})

t.test('changing an order', async t => {
  t.test('merges items by their ids, and moves what has another state', async t => {
    const { place, send } = world()
    const { id } = await place()
    await send('PATCH', `${ORDERS}/${id}`, { state: 'inProgress' })
    const items = [{ id: 'a/b', state: 'completed' }, { id: '1' }]
    const { status, body } = await send('PATCH', `${ORDERS}/${id}`, { productOrderItem: items })
    t.equal(status, 200)
    t.same(
      body.productOrderItem.map(
        (item: { id: string; action: string; state: string }) => `${item.id} ${item.action} ${item.state}`
      ),
      ['a/b add completed', '1 add inProgress']
    )
    const unknown = await send('PATCH', `${ORDERS}/${id}`, { productOrderItem: [{ id: '1' }] })
    t.equal(refusalOf(unknown), '400 invalidValue /productOrderItem')
  })

  t.test('takes a JSON Patch, and what was read before', async t => {
    const { place, send } = world()
    const { id } = await place()
    const operations = [
      { op: 'test', path: '/state', value: 'acknowledged' },
      { op: 'replace', path: '/state', value: 'pending' }
    ]
    const patched = await send('PATCH', `${ORDERS}/${id}`, operations, { 'content-type': 'application/json-patch+json' })
    t.match(patched, { status: 200, body: { state: 'pending' } })
    const read = (await send('GET', `${ORDERS}/${id}`)).body
    t.equal((await send('PATCH', `${ORDERS}/${id}`, read)).headers['etag'], patched.headers['etag'], 'nothing has changed')
  })

  t.test('where that is not possible says so', async t => {
    const { place, send } = world()
    const { id } = await place()
    const url = `${ORDERS}/${id}`
    const illegal = await send('PATCH', url, { state: 'held' })
    t.equal(refusalOf(illegal), '409 illegalMove')
    t.match(illegal.body.message, /may become inProgress, pending, rejected, assessingCancellation$/)
    t.equal(refusalOf(await send('PATCH', url, { state: 'sleeping' })), '400 invalidValue /state')
    t.equal(refusalOf(await send('PATCH', url, { state: null })), '400 missingAttribute /state')
    t.equal(refusalOf(await send('PATCH', url, { completionDate: '2026-01-01T00:00:00Z' })), '400 serverOwned /completionDate')
    t.equal(refusalOf(await send('PATCH', url, { productOrderMilestone: [] })), '400 serverOwned /productOrderMilestone')
    await send('PATCH', url, { state: 'inProgress' })
    t.equal(refusalOf(await send('PATCH', url, { category: 'B2B' })), '409 notChangeable /category')
    t.equal(refusalOf(await send('PATCH', url, { state: 'completed' })), '409 itemsDisagree')
    t.equal(refusalOf(await send('PATCH', url, { description: 'x' }, { 'if-match': '"1"' })), '412 staleRevision')
    t.equal(refusalOf(await send('DELETE', url)), '409 notDeletable')
  })

  t.test('an order that was not accepted can be deleted, with its revision too', async t => {
    const { place, send } = world()
    const { id } = await place()
    t.equal(refusalOf(await send('DELETE', `${ORDERS}/${id}`, undefined, { 'if-match': '"7"' })), '412 staleRevision')
    t.equal((await send('DELETE', `${ORDERS}/${id}`, undefined, { 'if-match': '"1"' })).status, 204)
    t.equal((await send('GET', `${ORDERS}/${id}`)).status, 404)
  })
})

t.test('moving an item', async t => {
  t.test('answers with the order, which follows; the reason is in the history', async t => {
    const { place, send, move } = world()
    const { id } = await place()
    await send('PATCH', `${ORDERS}/${id}`, { state: 'inProgress' })
    const first = await move(id, '1', { state: 'completed', reason: 'plugged in' })
    t.match(first, { status: 200, headers: { etag: '"3"' }, body: { id, href: /productOrder/, state: 'inProgress' } })
    t.equal((await move(id, 'a/b', { state: 'completed' })).body.state, 'completed')
    const { body } = await send('GET', `${JOURNEY}/history?order.id=${id}&item.id=1&to=completed&milestone.isnull=true`)
    t.match(body, [{ from: 'inProgress', to: 'completed', reason: 'plugged in', actor: 'anonymous' }])
  })

  t.test('is refused where it is not possible', async t => {
    const { place, move } = world()
    const { id } = await place()
    t.equal(refusalOf(await move(id, '1', { state: 'completed' })), '409 illegalMove')
    t.equal(refusalOf(await move(id, '9', { state: 'completed' })), '404 notFound')
    t.equal(refusalOf(await move('nobody', '1', { state: 'completed' })), '404 notFound')
    t.equal(refusalOf(await move('no id', '1', { state: 'completed' })), '404 notFound')
    t.equal(refusalOf(await move(id, '1', {})), '400 missingAttribute /state')
    t.equal(refusalOf(await move(id, '1', { state: 'partial' })), '400 invalidValue /state')
    t.equal(refusalOf(await move(id, '1', { state: 'pending', reason: 7 })), '400 invalidValue /reason')
    t.equal(refusalOf(await move(id, '1', { state: 'pending' }, { 'if-match': '"9"' })), '412 staleRevision')
  })

  t.test('is done once for one key', async t => {
    const { place, move, store } = world()
    const { id } = await place()
    const key = { 'idempotency-key': 'k' }
    const first = await move(id, '1', { state: 'pending' }, key)
    const told = store.events.length
    t.equal((await move(id, '1', { state: 'pending' }, key)).text, first.text)
    t.equal(refusalOf(await move(id, '1', { state: 'rejected' }, key)), '422 idempotencyKeyReused')
    t.equal(store.events.length, told)
  })
})

t.test('a request to cancel', async t => {
  const { place, send } = world()
  const { id } = await place()
  const sent = { productOrder: { id }, cancellationReason: 'changed my mind', state: 'terminatedWithError' }
  const { status, headers, body } = await send('POST', CANCELLATIONS, sent)
  t.equal(status, 201)
  t.equal(headers['location'], body.href)
  t.match(body, { state: 'done', productOrder: { id }, cancellationReason: 'changed my mind', effectiveCancellationDate: String })
  t.match((await send('GET', `${ORDERS}/${id}`)).body, { state: 'cancelled', cancellationReason: 'changed my mind' })
  t.match((await send('GET', `${CANCELLATIONS}?productOrder.id=${id}&state=done`)).body, [{ id: body.id }])
  t.equal(refusalOf(await send('POST', CANCELLATIONS, sent)), '409 notCancellable')
  t.equal(refusalOf(await send('POST', CANCELLATIONS, { productOrder: { id: 'nobody' } })), '404 notFound')
  t.equal(refusalOf(await send('POST', CANCELLATIONS, {})), '400 missingAttribute /productOrder')
  t.equal((await send('PATCH', `${CANCELLATIONS}/${body.id}`, {})).status, 405)
  t.equal((await send('DELETE', `${CANCELLATIONS}/${body.id}`)).status, 405)
})
