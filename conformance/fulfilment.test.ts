import { randomUUID } from 'node:crypto'
import { acceptProductOrder, defaultFulfilmentSettings, type ServiceOrderReport, stepFulfilment } from '@crm-lite/domain'
import { MemoryFms } from '@crm-lite/domain/testing'
import { readNotification } from '@crm-lite/fms-client'
import { Validator } from '@seriousme/openapi-schema-validator'
import t, { type Test } from 'tap'
import { type Engine, engines, eventsSince, serveWithStorage } from './serve.ts'

const API = '/tmf-api/orderJourney/v1'
const ORDERS = '/tmf-api/productOrderingManagement/v4/productOrder'
const SECRET = 'canary-Zq7_0123456789abcdef'
const context = { tenant: 'default', actor: 'crm', correlationId: 'test' }

type Body = Record<string, unknown> & { readonly id: string; readonly state?: string }

interface Answer {
  readonly status: number
  readonly body: Body
}

/** A server with an FMS that does as a test tells it, and callbacks that are read as those of a real one. */
async function world(t: Test, engine: Engine) {
  const fms = new MemoryFms()
  const fulfilment = { settings: defaultFulfilmentSettings, random: () => 0.5, canLookUp: true }
  const fmsListener = { secret: SECRET, read: readNotification }
  const { origin, storage } = await serveWithStorage(t, engine, { services: { fmsListener }, options: { fulfilment } })
  const clock = { now: () => new Date() }
  const dependencies = { ...storage, ids: { next: () => randomUUID() }, clock, fms, fulfilment }
  const send = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' }
    const sent = body === undefined ? {} : { body: JSON.stringify(body) }
    const response = await fetch(origin + path, { method, headers, ...sent })
    return { status: response.status, body: (await response.json()) as Body }
  }
  const work = async () => {
    for (;;) {
      const [due] = await storage.work.claim({ kinds: ['fulfil'], limit: 1, leaseMs: 60_000, now: clock.now() })
      if (!due) return
      await storage.work.done(due, await stepFulfilment(dependencies, due.id, context))
    }
  }
  return {
    fms,
    storage,
    work,
    get: (path: string) => send('GET', path),
    post: (path: string, body?: unknown) => send('POST', path, body),
    accepted: async (offering = 'tv') => {
      const input = { productOrderItem: [{ id: '1', action: 'add', productOffering: { id: offering } }] }
      const { id } = (await send('POST', ORDERS, input)).body
      await acceptProductOrder(dependencies, id, context)
      return id
    },
    tell: (order: ServiceOrderReport) => send('POST', `/fms-listener/${SECRET}/serviceOrderStateChangeEvent`, callbackOf(order)),
    stateOf: async (id: string) => (await send('GET', `${ORDERS}/${id}`)).body.state
  }
}

function callbackOf({ id, externalId, state, items }: ServiceOrderReport) {
  const serviceOrderItem = items.map(({ id: itemId, service }) => ({
    id: itemId,
    action: 'add',
    state,
    service: { id: service?.id, supportingResource: service?.supportingResources }
  }))
  return { eventType: 'ServiceOrderStateChangeEvent', event: { serviceOrder: { id, externalId, state, serviceOrderItem } } }
}

for (const engine of engines) {
  t.test(`on ${engine}`, async t => {
    await t.test('a rule decides what is sent, and callbacks complete the order, once however often they come', async t => {
      const { fms, storage, work, get, post, accepted, tell, stateOf } = await world(t, engine)
      const rule = {
        key: 'fibre',
        name: 'Fibre',
        match: { productOfferingId: ['fibre'] },
        serviceOrderItem: [{ key: 'router', supportingResource: [{ type: 'Router' }] }]
      }
      const { id } = (await post(`${API}/provisioningRule`, rule)).body
      t.equal((await post(`${API}/provisioningRule/${id}/activate`)).status, 200)
      const order = await accepted('fibre')
      const explained = await post(`${API}/provisioningRule/explain`, { productOrder: { id: order } })
      await work()
      t.match(explained.body, { explanation: [{ rule: { id }, serviceOrder: fms.requests[0] }] }, 'what was sent was explained')
      const item = encodeURIComponent(`${order}:1:1`)
      t.match((await get(`${API}/fulfilment/${item}`)).body, { state: 'placed', rule: { id } })
      t.match((await get(`${API}/fulfilment?productOrder.id=${order}`)).body, [{ href: new RegExp(`${item}$`) }])
      fms.complete(fms.orders()[0]!.id)
      const told = await Promise.all(Array.from({ length: 20 }, () => tell(fms.orders()[0]!)))
      t.ok(told.every(({ status }) => status === 201))
      t.equal(await stateOf(order), 'completed')
      const moves = (await eventsSince(storage)).filter(each => each.resourceId === order && each.kind === 'stateChanged')
      t.same(
        moves.map(({ document }) => JSON.parse(document).state),
        ['inProgress', 'completed']
      )
      const products = (await get('/tmf-api/productInventory/v4/product')).body
      t.match(products, [{ realizingResource: [{ '@referredType': /./ }], productOrderItem: [{ productOrderId: order }] }])
    })

    await t.test('what falls out is decided about: by one of those who try, and about many at once', async t => {
      const { fms, storage, work, get, post, accepted, stateOf } = await world(t, engine)
      const orders = [await accepted(), await accepted(), await accepted()]
      fms.failNext('create', 'refuses', 'refuses', 'refuses')
      await work()
      const path = `${API}/fallout`
      const open = (await get(`${path}?status=open&kind=rejectedByFms&sort=raisedAt`)).body as unknown as Body[]
      t.equal(open.length, 3)
      const tries = await Promise.all(Array.from({ length: 8 }, () => post(`${path}/${open[0]!.id}/skip`)))
      t.equal(tries.filter(({ status }) => status === 200).length, 1)
      t.match(
        tries.filter(({ status }) => status !== 200),
        Array(7).fill({ status: 409, body: { code: 'illegalMove', allowed: [] } })
      )
      t.match((await post(`${path}/retry?kind=rejectedByFms`, { reason: 'It takes them now' })).body, {
        done: 2,
        failed: [],
        left: 0
      })
      await work()
      t.same((await Promise.all(orders.map(stateOf))).sort(), ['completed', 'inProgress', 'inProgress'])
      const told = (await eventsSince(storage)).filter(({ resource }) => resource === 'fallout')
      t.same(told.map(({ kind }) => kind).sort(), [
        ...Array(3).fill('attributesChanged'),
        ...Array(3).fill('created'),
        ...Array(3).fill('stateChanged')
      ])
    })
  })
}

t.test('the documentation is valid OpenAPI, also with an address for callbacks in it', async t => {
  const { get } = await world(t, 'memory')
  const { body } = await get('/openapi.json')
  t.match(await new Validator().validate(body), { valid: true })
  t.ok(Object.hasOwn(body['paths'] as object, '/fms-listener/{secret}'))
  t.notMatch(JSON.stringify(body), SECRET)
})
