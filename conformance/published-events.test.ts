import { apiBindings, Notifications } from '@crm-lite/adapters-http'
import type { DomainEventKind } from '@crm-lite/domain'
import t from 'tap'
import {
  publishedApis,
  publishedDefinitions,
  publishedFiles,
  publishedValidator,
  specDir,
  whyNotChecked
} from './published-schema.ts'
import { serveWithStorage } from './serve.ts'

const spec = { skip: whyNotChecked }
const TENANT = 'default'

const publishedNames: Readonly<Record<DomainEventKind, string>> = {
  created: 'CreateEvent',
  attributesChanged: 'AttributeValueChangeEvent',
  stateChanged: 'StateChangeEvent',
  deleted: 'DeleteEvent'
}

t.test('every event that is published for a resource is one that we send, called the same', spec, async t => {
  for (const api of publishedApis) {
    const published = Object.keys(publishedDefinitions(specDir!, publishedFiles[api.key]!)).filter(name => /Event$/.test(name))
    const ours = api.resources.flatMap(({ definition }) => Object.values(publishedNames).map(name => `${definition.type}${name}`))
    t.same(published.sort(), ours.sort(), api.key)
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
      for (const { path, definition, example } of api.resources) {
        const start = await storage.events.end()
        const url = `${origin}/tmf-api/${api.path}/${path}`
        const { href } = await send('POST', url, { ...example, extension: [1, 'two', null] })
        const before = await send('PATCH', href, { ...example, [definition.stateAttribute]: null, relatedParty: [] })
        await send('PATCH', href, { [definition.stateAttribute]: example[definition.stateAttribute] ?? 'validated' })
        const last = await send('GET', href)
        await send('DELETE', href)
        const { events } = await storage.events.read(TENANT, { after: start, limit: 100 })
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
