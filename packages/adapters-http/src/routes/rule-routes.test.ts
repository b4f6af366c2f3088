import { type Fulfilment, fulfilmentDefinition } from '@crm-lite/domain'
import { MemoryStore } from '@crm-lite/domain/testing'
import t, { type Test } from 'tap'
import { fulfilmentExample, provisioningRuleExample } from '../apis/order-journey/provisioning-examples.ts'
import { servicesOver, startTestApp } from '../testing/start-test-app.ts'

const API = '/tmf-api/orderJourney/v1'
const RULES = `${API}/provisioningRule`
const start = new Date('2026-03-02T09:00:00Z')
const fibre = {
  key: 'fibre',
  name: 'Fibre at home',
  match: { productOfferingId: ['fibre-500'] },
  serviceOrderItem: [{ key: 'line', characteristic: [{ name: 'speed', fromCharacteristic: 'speed', isMandatory: true }] }]
}
const order = { productOrderItem: [{ id: '1', action: 'add', productOffering: { id: 'fibre-500' } }] }

async function world(t: Test) {
  const clock = { now: () => start }
  const store = new MemoryStore({ clock })
  const { app } = await startTestApp(t, { services: { ...servicesOver(store), clock } })
  const send = async (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, payload?: object, headers = {}) => {
    const response = await app.inject({ method, url, headers, ...(payload && { payload }) })
    const { statusCode: status, headers: answered, body } = response
    return { status, headers: answered, body: (body === '' ? {} : response.json()) as Record<string, unknown> & { id: string } }
  }
  const post = (path: string, payload?: object, headers = {}) => send('POST', `${RULES}${path}`, payload, headers)
  return { send, post, store }
}

const failure = (status: number, code: string, pointer?: string) => {
  return { status, body: { code, ...(pointer !== undefined && { pointer }) } }
}

t.test('a rule is drafted, changed, activated, replaced, retired', async t => {
  const { post, send } = await world(t)
  const { status, body, headers } = await post('', { ...fibre, version: 'seven', lifecycleStatus: 'active' })
  t.match({ status, body }, { status: 201, body: { version: 1, lifecycleStatus: 'draft', '@type': 'ProvisioningRule' } })
  const item = `${RULES}/${body.id}`
  t.match({ ...headers, ...body }, { location: `https://crm.example.com${item}`, href: `https://crm.example.com${item}` })
  t.match(await send('PATCH', item, { priority: 5 }), { status: 200, body: { priority: 5 }, headers: { etag: '"2"' } })
  t.match(await send('PATCH', item, { lifecycleStatus: 'active' }), failure(400, 'serverOwned', '/lifecycleStatus'))
  t.match(await post(`/${body.id}/activate`, undefined, { 'if-match': '"1"' }), failure(412, 'staleRevision'))
  const once = { 'idempotency-key': 'activate-1' }
  const activated = await post(`/${body.id}/activate`, undefined, once)
  t.match(activated, { status: 200, body: { lifecycleStatus: 'active', activatedAt: start.toISOString() } })
  t.same((await post(`/${body.id}/activate`, undefined, once)).body, activated.body)
  t.match(await send('PATCH', item, { priority: 6 }), failure(409, 'notChangeable'))
  t.match(await send('DELETE', item), failure(409, 'notDeletable'))
  const { id } = (await post('', fibre)).body
  await post(`/${id}/activate`)
  t.match((await send('GET', `${RULES}?lifecycleStatus=active&key=fibre`)).body, [{ id, version: 2 }])
  t.match(await post(`/${body.id}/activate`), { ...failure(409, 'illegalMove'), body: { allowed: [] } })
  t.match(await post(`/${id}/retire`), { status: 200, body: { lifecycleStatus: 'retired' } })
  t.match(await post('/unknown/retire'), failure(404, 'notFound'))
  const draft = (await post('', fibre)).body
  t.match(await post(`/${draft.id}/retire`), { status: 409, body: { code: 'illegalMove', allowed: ['active'] } })
  t.equal((await send('DELETE', `${RULES}/${draft.id}`)).status, 204)
})

t.test('a rule that is wrong is refused with the place of each fault', async t => {
  const { post } = await world(t)
  const create = (item: object, more = {}) => post('', { ...fibre, serviceOrderItem: [item], ...more })
  t.match(await create({}), failure(400, 'missingAttribute', '/serviceOrderItem/0/key'))
  t.match(await create({ key: 'a', requires: ['b'] }), failure(400, 'invalidValue', '/serviceOrderItem/0/requires/0'))
  t.match(await create({ key: 'a', forEach: 'piece' }), failure(400, 'invalidValue', '/serviceOrderItem/0/forEach'))
  const sources = { name: 'x', value: 1, fromItem: 'id' }
  const two = await create({ key: 'a', characteristic: [sources] })
  t.match(two, failure(400, 'invalidValue', '/serviceOrderItem/0/characteristic/0'))
  t.match(await create({ key: 'a' }, { stateMap: { 'a/b': 'fine' } }), failure(400, 'invalidValue', '/stateMap/a~1b'))
  t.match(await create({ key: 'a' }, { match: { action: ['remove'] } }), failure(400, 'invalidValue', '/match/action/0'))
})

t.test('a rule with every attribute that there is can be created as the documentation shows it', async t => {
  const { post } = await world(t)
  const { status, body } = await post('', provisioningRuleExample)
  t.equal(status, 201)
  t.match(body, provisioningRuleExample)
})

t.test('what would be sent for an order', async t => {
  t.test('is explained, also with drafts, and of an order that is stored', async t => {
    const { post, send } = await world(t)
    const { id } = (await post('', fibre)).body
    const usual = { rule: undefined, outcome: 'request', serviceOrder: { items: [{ id: 'service' }] } }
    t.match(await post('/explain', { order }), { status: 200, body: { explanation: [{ item: { id: '1' }, ...usual }] } })
    t.match(await post('/explain', { order, rule: [id] }), {
      status: 200,
      body: {
        explanation: [
          {
            outcome: 'impossible',
            rule: { id, key: 'fibre', version: 1 },
            match: fibre.match,
            problem: [{ pointer: '/serviceOrderItem/0/characteristic/0' }]
          }
        ]
      }
    })
    const placed = (await send('POST', '/tmf-api/productOrderingManagement/v4/productOrder', order)).body
    const explained = await post('/explain', { productOrder: { id: placed.id } })
    t.match(explained.body['explanation'], [{ ...usual, serviceOrder: { externalId: `${placed.id}:1:1` } }])
    t.match((await send('GET', `${API}/fulfilment`)).body, [])
  })

  t.test('is asked for correctly, or refused with the place', async t => {
    const { post, send } = await world(t)
    t.match(await post('/explain'), failure(400, 'missingBody'))
    t.match(await post('/explain', {}), failure(400, 'missingAttribute', '/order'))
    t.match(await post('/explain', { order: {} }), failure(400, 'missingAttribute', '/order/productOrderItem'))
    t.match(
      await post('/explain', { order: { productOrderItem: [] } }),
      failure(400, 'missingAttribute', '/order/productOrderItem')
    )
    t.match(await post('/explain', { order, productOrder: { id: 'a' } }), failure(400, 'invalidValue', '/productOrder'))
    t.match(await post('/explain', { productOrder: 'a' }), failure(400, 'invalidValue', '/productOrder'))
    t.match(await post('/explain', { productOrder: {} }), failure(400, 'missingAttribute', '/productOrder/id'))
    t.match(await post('/explain', { productOrder: { id: 1 } }), failure(400, 'invalidValue', '/productOrder/id'))
    t.match(await post('/explain', { productOrder: { id: 'unknown' } }), failure(404, 'notFound'))
    t.match(await post('/explain', { order, rule: 'a' }), failure(400, 'invalidValue', '/rule'))
    t.match(await post('/explain', { order, rule: [1] }), failure(400, 'invalidValue', '/rule/0'))
    t.match(await post('/explain', { order, rule: ['un/known'] }), failure(400, 'invalidValue', '/rule/0'))
    t.match(await post('/explain', { order, rule: ['unknown'] }), failure(400, 'invalidValue', '/rule/0'))
    t.match(await post('/explain', { order, rule: Array(101).fill('a') }), failure(400, 'invalidValue', '/rule'))
    t.match(await send('GET', `${RULES}/explain`), failure(405, 'methodNotAllowed'))
  })
})

t.test('a fulfilment is found under its id, whatever the item is called', async t => {
  const { send, store } = await world(t)
  const id = 'order-1:a/b "c" 100% ä:1'
  const fulfilment: Fulfilment = { ...fulfilmentExample, id, productOrder: { id: 'order-1' } }
  await store.run('default', async transaction => transaction.insert(fulfilmentDefinition, fulfilment))
  const path = `${API}/fulfilment/${encodeURIComponent(id)}`
  const href = `https://crm.example.com${path}`
  t.match(await send('GET', path), { status: 200, body: { id, href } })
  t.match((await send('GET', `${API}/fulfilment?productOrder.id=order-1`)).body, [{ id, href }])
  t.match((await send('GET', `${API}/fulfilment?href=${encodeURIComponent(href)}`)).body, [{ id, href }])
  t.same((await send('GET', `${API}/fulfilment?href=${encodeURIComponent(`${href}%`)}`)).body, [])
  t.match(await send('GET', `${API}/fulfilment/${encodeURIComponent('order-1:\u0000:1')}`), failure(404, 'notFound'))
  t.match(await send('GET', `${API}/fulfilment/order-1`), failure(404, 'notFound'))
  t.match(await send('POST', `${API}/fulfilment`, fulfilment), failure(405, 'methodNotAllowed'))
  t.match(await send('PATCH', path, {}), failure(405, 'methodNotAllowed'))
})
