import { apiBindings, Notifications } from '@crm-lite/adapters-http'
import { changeKinds, type DomainEventKind, noticeKinds } from '@crm-lite/domain'
import t from 'tap'
import {
  publishedApis,
  publishedDefinitions,
  publishedFiles,
  publishedValidator,
  specDir,
  whyNotChecked
} from './published-schema.ts'
import { eventsSince, serveWithStorage } from './serve.ts'

const spec = { skip: whyNotChecked }

const publishedNames: Readonly<Partial<Record<DomainEventKind, string>>> = {
  created: 'CreateEvent',
  attributesChanged: 'AttributeValueChangeEvent',
  stateChanged: 'StateChangeEvent',
  deleted: 'DeleteEvent'
}

t.test('every event that is published for a resource is one that we send, called the same', spec, async t => {
  for (const api of publishedApis) {
    const published = Object.keys(publishedDefinitions(specDir!, publishedFiles[api.key]!)).filter(name => /Event$/.test(name))
    const ours = api.resources.flatMap(({ definition, eventKinds = changeKinds }) =>
      eventKinds.flatMap(kind => (publishedNames[kind] === undefined ? [] : [`${definition.type}${publishedNames[kind]}`]))
    )
    // That information is required is told by the state of an order: what is missing nobody here knows. What happens to many products
    // at once is told of each.
    const sent = published.filter(name => !/(InformationRequired|Batch)Event$/.test(name))
    t.same(sent.sort(), ours.sort(), api.key)
  }
})

for (const engine of ['SQLite', 'PostgreSQL'] as const) {
  t.test(`real notifications of every kind conform to the published schemas on ${engine}`, spec, async t => {
    const { origin, storage } = await serveWithStorage(t, engine)
    const notifications = new Notifications(apiBindings, {
      publicBaseUrl: origin,
      tmfBasePath: '/tmf-api',
      apiPaths: {},
      extensions: {}
    })
    for (const api of publishedApis) {
      const file = publishedFiles[api.key]!
      for (const { path, definition, example, schemas } of api.resources.filter(({ failures }) => !failures)) {
        const state = definition.stateAttribute
        const other = definition.mandatory.includes(state) ? schemas.update.properties[state]!['enum'][0] : null
        const start = await storage.events.end()
        const url = `${origin}/tmf-api/${api.path}/${path}`
        const { href } = await send('POST', url, { ...example, extension: [1, 'two', null] })
        const before = await send('PATCH', href, { ...example, [state]: other, relatedParty: [] })
        await send('PATCH', href, { [state]: example[state] ?? 'validated' })
        const last = await send('GET', href)
        await send('DELETE', href)
        const events = await eventsSince(storage, start)
        const kinds = ['created', 'attributesChanged', 'stateChanged', 'stateChanged', 'deleted']
        t.same(
          events.map(({ kind }) => kind),
          kinds,
          `${definition.type}: what happened`
        )
        for (const event of events) {
          const name = `${definition.type}${publishedNames[event.kind]}`
          const notification = JSON.parse(notifications.render({ api: api.key }, event))
          t.same(publishedValidator(specDir!, file, name)(notification), [], name)
          const known = Object.keys(publishedDefinitions(specDir!, file)[name]!.properties!)
          t.same(
            Object.keys(notification).filter(each => !known.includes(each)),
            [],
            `${name} has nothing that is not published`
          )
          t.equal(notification.eventType, name)
          t.equal(notification.event[definition.name].href, href, `${name} carries the resource`)
        }
        const shown = (index: number) => JSON.parse(notifications.render({ api: api.key }, events[index]!)).event[definition.name]
        t.same(shown(2), before, 'as it was after the change')
        t.same(shown(4), last, 'and a deleted one as it was')
      }
    }
  })

  t.test(`what is told of an order conforms to the published schemas on ${engine}`, spec, async t => {
    const { origin, storage } = await serveWithStorage(t, engine)
    const api = publishedApis.find(({ key }) => key === 'TMF622_V4')!
    const options = { publicBaseUrl: origin, tmfBasePath: '/tmf-api', apiPaths: {}, extensions: {} }
    const notifications = new Notifications(apiBindings, options)
    const url = `${origin}/tmf-api/${api.path}`
    const { href, id } = await send('POST', `${url}/productOrder`, api.resources[0]!.example)
    await send('PATCH', href, { state: 'inProgress', description: 'It has begun' })
    await send('PATCH', href, { productOrderItem: [{ id: '1', state: 'failed' }, { id: '2' }] })
    await send('POST', `${url}/cancelProductOrder`, { productOrder: { id }, cancellationReason: 'too late' })
    await send('PATCH', href, { state: 'pendingCancellation' })
    await send('PATCH', href, { state: 'cancelled' })
    await send('DELETE', href)
    const events = await eventsSince(storage)
    const told = new Set<string>()
    for (const event of events) {
      const notification = JSON.parse(notifications.render({ api: api.key }, event))
      const name = String(notification.eventType)
      told.add(name)
      t.equal(notification.event[event.resource].href, `${url}/${event.resource}/${event.resourceId}`, name)
      // What v4 has no words for has names of v5 and the form of v4, with a part of the order.
      const isNotice = noticeKinds.some(kind => kind === event.kind)
      const validate = publishedValidator(specDir!, publishedFiles[api.key]!, isNotice ? 'ProductOrderStateChangeEvent' : name)
      const faults = validate(notification)
      t.same(isNotice ? faults.filter(fault => !fault.includes("'productOrderItem'")) : faults, [], name)
    }
    t.same([...told].sort(), [
      'CancelProductOrderCreateEvent',
      'CancelProductOrderStateChangeEvent',
      'ProductOrderAttributeValueChangeEvent',
      'ProductOrderCreateEvent',
      'ProductOrderDeleteEvent',
      'ProductOrderErrorMessageEvent',
      'ProductOrderMilestoneEvent',
      'ProductOrderStateChangeEvent'
    ])
  })

  t.test(`hubs answer as is published on ${engine}`, spec, async t => {
    const { origin } = await serveWithStorage(t, engine)
    for (const api of publishedApis) {
      const validate = publishedValidator(specDir!, publishedFiles[api.key]!, 'EventSubscription')
      const hub = `${origin}/tmf-api/${api.path}/hub`
      const eventType = `${api.resources[0]!.definition.type}CreateEvent`
      for (const query of [undefined, `eventType=${eventType}`]) {
        const response = await fetch(hub, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ callback: 'https://receiver.example.com/listener', query })
        })
        const body = (await response.json()) as Record<string, unknown>
        t.equal(response.status, 201)
        t.same(validate(body), [], api.key)
        t.equal(response.headers.get('location'), `${hub}/${body['id']}`)
        t.equal((await fetch(`${hub}/${body['id']}`)).status, 200)
        t.equal((await fetch(`${hub}/${body['id']}`, { method: 'DELETE' })).status, 204)
        t.equal((await fetch(`${hub}/${body['id']}`)).status, 404)
      }
      t.same(await (await fetch(hub)).json(), [])
    }
  })
}

async function send(method: string, url: string, body?: unknown): Promise<Record<string, string> & { href: string }> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(url, { method, ...(body !== undefined && { headers, body: JSON.stringify(body) }) })
  if (!response.ok) throw new Error(`${method} ${response.status} ${await response.text()}`)
  return response.status === 204 ? { href: '' } : ((await response.json()) as Record<string, string> & { href: string })
}
