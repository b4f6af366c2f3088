import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { startPostgres } from '@crm-lite/adapters-db/testing'
import t, { type Test } from 'tap'
import { newSqliteUrl, startServer } from './testing/start-crm.ts'

t.setTimeout(600_000)

const ORDERS = '/tmf-api/productOrderingManagement/v4/productOrder'
const JOURNEYS = '/tmf-api/orderJourney/v1'
const json = { 'content-type': 'application/json' }
const SECRETS = /beware of the dog|Asha/

const settings = {
  CRM_MODE: 'development',
  SECRET_KEY: '',
  LOG_LEVEL: 'trace',
  TRACKING_LINK: 'header',
  TRACKING_BRAND: 'Moon Telecom',
  TRACKING_TIME_ZONE: 'Asia/Kolkata'
}

t.test('a customer follows an order from its placing to its completion, on SQLite', async t => {
  const DATABASE_URL = newSqliteUrl(t)
  const { tokens, output } = await follow(t, { ...settings, DATABASE_URL })
  const folder = dirname(DATABASE_URL.slice('sqlite:'.length))
  const kept = readdirSync(folder).map(file => readFileSync(join(folder, file), 'latin1'))
  t.ok(kept.some(text => text.includes('TrackingToken')))
  for (const token of tokens) {
    t.notOk(
      kept.some(text => text.includes(token)),
      'no token is in the file'
    )
    t.notMatch(output, token)
  }
})

t.test('and on PostgreSQL', async t => {
  const postgres = await startPostgres()
  t.teardown(() => postgres.stop())
  const { tokens, output } = await follow(t, { ...settings, DATABASE_URL: await postgres.createDatabase() })
  for (const token of tokens) t.notMatch(output, token)
})

/** The way of one order, as its customer sees it. Returns the tokens that there were, and all that the server printed and counted. */
async function follow(t: Test, env: Record<string, string>) {
  const server = await startServer(t, env)
  const post = (path: string, body: object, headers: Record<string, string> = {}) =>
    fetch(`${server.url}${path}`, { method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify(body) })
  const item = (id: string, name: string) => ({ id, action: 'add', product: { name } })
  const order = {
    externalId: 'MOON-20817',
    note: [{ text: 'beware of the dog' }],
    relatedParty: [{ id: '42', name: 'Asha', '@referredType': 'Individual' }],
    productOrderItem: [item('1', 'Fibre 500'), item('2', 'TV box')]
  }
  const placed = await post(ORDERS, order, { 'idempotency-key': 'first' })
  t.equal(placed.status, 201)
  const { id, state } = (await placed.json()) as { id: string; state: string }
  t.equal(state, 'acknowledged')
  const tracker = /<([^>]+)>; rel="tracking"/.exec(placed.headers.get('link') ?? '')?.[1] ?? ''
  const made = (await (await post(`${JOURNEYS}/trackingToken`, { productOrder: { id } })).json()) as { id: string; token: string }

  const views = viewsOf(tracker)
  const until = async (isWanted: (view: View) => boolean) => {
    for (;;) {
      const { value, done } = await views.next()
      if (done) throw new Error('the stream ended')
      if (isWanted(value)) return value
    }
  }
  await until(view => view.state === 'inProgress')
  for (const itemId of ['1', '2']) {
    const moved = await post(`${JOURNEYS}/order/${id}/item/${itemId}/state`, { state: 'completed', reason: 'beware of the dog' })
    t.equal(moved.status, 200)
  }
  const done = await until(view => view.state === 'completed')
  t.match(done, {
    percentDone: 100,
    productOrder: { id, externalId: 'MOON-20817' },
    item: [{ name: 'Fibre 500' }, { name: 'TV box' }]
  })
  t.ok(done.milestone.every(({ status }) => status === 'done'))
  t.notMatch(JSON.stringify(done), SECRETS)

  const page = await fetch(tracker, { headers: { accept: 'text/html', 'accept-language': 'de' } })
  t.match(page.headers.get('content-type'), 'text/html')
  const text = await page.text()
  for (const expected of ['Moon Telecom', 'Bestellung MOON-20817', 'Ihre Bestellung ist abgeschlossen']) t.match(text, expected)
  t.notMatch(text, SECRETS)

  t.equal((await fetch(`${server.url}${JOURNEYS}/tracking/${made.token}`)).status, 200)
  t.equal((await fetch(`${server.url}${JOURNEYS}/trackingToken/${made.id}`, { method: 'DELETE' })).status, 204)
  t.equal((await fetch(`${server.url}${JOURNEYS}/tracking/${made.token}`)).status, 404)
  t.equal((await fetch(`${server.url}${JOURNEYS}/tracking/${made.token}/more`)).status, 404)
  t.equal((await fetch(`${server.url}${JOURNEYS}/tracking/${made.token}`, { method: 'PUT' })).status, 405)

  const told = await (await fetch(`${server.url}/tmf-api/event/v4/event?limit=200`)).text()
  const history = await (await fetch(`${server.url}${JOURNEYS}/history?order.id=${id}`)).text()
  const metrics = await (await fetch(`${server.url}/metrics`)).text()
  t.match(metrics, `${JOURNEYS}/tracking/:token`)
  server.process.kill('SIGTERM')
  t.equal(await server.exited(), 0)
  const tokens = [tracker.split('/').at(-1) ?? '', made.token]
  t.match(tokens, [/^[\w-]{43}$/, /^[\w-]{43}$/])
  return { tokens, output: server.stdout() + server.stderr() + told + history + metrics }
}

interface View {
  readonly state: string
  readonly milestone: readonly { readonly status: string }[]
}

/** What the stream of a tracker says, as it says it. */
async function* viewsOf(tracker: string): AsyncGenerator<View> {
  const { body } = await fetch(`${tracker}/stream`)
  let text = ''
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    const messages = `${text}${Buffer.from(chunk).toString('utf8')}`.split('\n\n')
    text = messages.pop() ?? ''
    for (const message of messages) {
      const data = /^data: (.*)$/m.exec(message)?.[1]
      if (data !== undefined) yield JSON.parse(data) as View
    }
  }
}
