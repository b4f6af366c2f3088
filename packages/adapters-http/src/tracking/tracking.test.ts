import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { DomainError, trackingTokenDefinition } from '@crm-lite/domain'
import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { prefersHtml } from '../representation/accepts.ts'
import { JOURNEYS, startTracked } from '../testing/tracked-order.ts'
import { dateHtml } from './dates.ts'
import { html } from './html.ts'
import { languagesIn } from './languages.ts'
import { wordsFor } from './wording.ts'
import { englishWords } from './words.ts'
import { germanWords } from './words-german.ts'

const BROWSER = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8' }
const hidden = /red door|Asha|party-42|beware|anonymous/

t.test('tokens', async t => {
  t.test('are told once, and only their digests are kept', async t => {
    const { newToken, services, orderId } = await startTracked(t)
    const { answer, id, token, trackingUrl, href, expiresAt } = await newToken()
    t.equal(answer.statusCode, 201)
    t.match(token, /^[\w-]{43}$/)
    t.equal(trackingUrl, `https://crm.example.com${JOURNEYS}/tracking/${token}`)
    t.equal(href, `https://crm.example.com${JOURNEYS}/trackingToken/${id}`)
    t.match(answer.headers, { location: href, 'cache-control': 'no-store' })
    t.equal(expiresAt, '2026-05-31T09:00:00.000Z', '90 days')
    t.equal(id, createHash('sha256').update(token).digest('base64url'))
    const stored = await services.store.get('default', trackingTokenDefinition, id)
    t.match(JSON.parse(stored?.document ?? ''), { productOrder: { id: orderId }, expiresAt })
    t.notMatch(stored?.document, token)
    t.notMatch(JSON.stringify(services.store.events), new RegExp(`${token}|${id}|TrackingToken`), 'no event says anything of it')
    t.not((await newToken()).token, token)
  })

  t.test('are not told again to who repeats the request', async t => {
    const { newToken, look } = await startTracked(t)
    const key = { 'idempotency-key': 'k' }
    const first = await newToken({}, key)
    const again = await newToken({}, key)
    t.equal(again.answer.statusCode, 201)
    const { token, trackingUrl: _url, ...rest } = first.answer.json()
    t.same(again.answer.json(), rest)
    t.equal((await look(token)).statusCode, 200, 'the first one still opens')
    t.match(await newToken({ expiresAt: '2026-03-03T09:00:00Z' }, key), { answer: { statusCode: 422 } })
  })

  t.test('open nothing once they are revoked, expired or not complete, and what they are is not said', async t => {
    const { newToken, revoke, look, passHours } = await startTracked(t)
    const [one, two] = [await newToken(), await newToken({ expiresAt: '2026-03-02T10:00:00+00:00' })]
    t.equal((await look(two.token)).statusCode, 200)
    t.equal((await revoke(one.id)).statusCode, 204)
    passHours(1)
    const answers = [one.token, two.token, one.token.slice(1), 'x'.repeat(43), one.id, '%20', 'a.b'].map(each => look(each))
    const told = new Set<string>()
    for (const each of await Promise.all(answers)) {
      t.equal(each.statusCode, 404)
      const { requestId: _id, ...body } = each.json()
      told.add(JSON.stringify(body))
    }
    t.equal(told.size, 1)
    t.match([...told][0], 'notFound')
    t.equal((await revoke(one.id)).statusCode, 404)
    t.equal((await revoke('a.b')).statusCode, 404)
  })

  t.test('are found by their order, for revoking them', async t => {
    const { newToken, app, orderId } = await startTracked(t)
    const [one, two] = [await newToken(), await newToken()]
    const list = await app.inject(`${JOURNEYS}/trackingToken?productOrder.id=${orderId}&sort=expiresAt`)
    t.same(
      list
        .json()
        .map(({ id }: { id: string }) => id)
        .sort(),
      [one.id, two.id].sort()
    )
    t.notMatch(list.body, new RegExp(`${one.token}|${two.token}`))
    t.match((await app.inject(one.href.replace('https://crm.example.com', ''))).json(), { productOrder: { id: orderId } })
    t.same((await app.inject(`${JOURNEYS}/trackingToken?productOrder.id=other`)).json(), [])
  })

  t.test('are for an order that is there and for no longer than they may', async t => {
    const { app } = await startTracked(t, { tracking: { tokenLifetimeMs: 3_600_000 } })
    const post = async (payload?: unknown) => {
      const url = `${JOURNEYS}/trackingToken`
      const headers = { 'content-type': 'application/json' }
      const answer = await app.inject({ method: 'POST', url, headers, payload: JSON.stringify(payload) ?? '' })
      return [answer.statusCode, answer.json().code, answer.json().pointer]
    }
    const productOrder = { id: 'x' }
    t.same(await post(), [400, 'missingBody', undefined])
    t.same(await post([]), [400, 'invalidValue', ''])
    t.same(await post({}), [400, 'missingAttribute', '/productOrder'])
    t.same(await post({ productOrder: 'x' }), [400, 'invalidValue', '/productOrder'])
    t.same(await post({ productOrder: {} }), [400, 'missingAttribute', '/productOrder/id'])
    t.same(await post({ productOrder: { id: 1 } }), [400, 'invalidValue', '/productOrder/id'])
    t.same(await post({ productOrder }), [404, 'notFound', undefined])
    t.same(await post({ productOrder: { id: 'a.b' } }), [404, 'notFound', undefined])
    t.same(await post({ productOrder, expiresAt: 'soon' }), [400, 'invalidValue', '/expiresAt'])
    t.same(await post({ productOrder, expiresAt: '2026-03-02T10:00:01Z' }), [400, 'invalidValue', '/expiresAt'])
    t.same(await post({ productOrder, expiresAt: '2026-03-02T09:00:00Z' }), [400, 'invalidValue', '/expiresAt'])
  })
})

t.test('an order comes with the address of its tracker where that is wanted, and once', async t => {
  const place = (app: FastifyInstance, headers: object = {}) => {
    const url = '/tmf-api/productOrderingManagement/v4/productOrder'
    return app.inject({
      method: 'POST',
      url,
      headers: { ...headers },
      payload: { productOrderItem: [{ id: '1', action: 'add' }] }
    })
  }
  const { app, look, services } = await startTracked(t, { tracking: { link: 'header' } })
  const key = { 'idempotency-key': 'k' }
  const placed = await place(app, key)
  t.equal(placed.statusCode, 201)
  const [, token = ''] =
    /^<https:\/\/crm\.example\.com\/tmf-api\/orderJourney\/v1\/tracking\/([\w-]{43})>; rel="tracking"$/.exec(
      String(placed.headers.link)
    ) ?? []
  t.equal(placed.headers['cache-control'], 'no-store')
  t.match((await look(token)).json(), { productOrder: { id: placed.json().id } })
  t.notMatch(JSON.stringify(services.store.events) + placed.body, token)
  const again = await place(app, key)
  t.equal(again.body, placed.body)
  t.equal(again.headers.link, undefined)
  t.equal((await place((await startTracked(t)).app)).headers.link, undefined, 'nobody asked for it')
})

t.test('programs get what the customer may see, and no more', async t => {
  const { newToken, look, accept, add, orderId, passHours } = await startTracked(t)
  await add('Technician on site', { after: 'accepted', plan: { duration: 'P3D' } })
  await add('Line measured', { visibility: 'internal' })
  passHours(1)
  await accept()
  const { token } = await newToken()
  const answer = await look(token, { 'accept-language': 'de-AT, en;q=0.5' })
  t.equal(answer.statusCode, 200)
  const view = answer.json()
  t.match(view, {
    productOrder: { id: orderId, externalId: 'MOON-20817' },
    state: 'inProgress',
    item: [
      { id: '1', name: 'Fibre 500', state: 'inProgress' },
      { id: '2', name: 'TV box', state: 'inProgress' }
    ],
    isLate: false,
    lastUpdate: '2026-03-02T10:00:00.000Z'
  })
  t.match(
    view.milestone.map(({ name, status }: { name: string; status: string }) => `${name}: ${status}`),
    [
      'Bestellung eingegangen: done',
      'Bestellung angenommen: done',
      'Technician on site: current',
      'Geliefert: current',
      'Geliefert: current',
      'Bestellung abgeschlossen: expected'
    ]
  )
  t.notMatch(answer.body, hidden)
  t.notMatch(answer.body, /Line measured/)
  t.match(answer.headers, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-robots-tag': /noindex/,
    'x-frame-options': 'DENY',
    'x-content-type-options': 'nosniff',
    vary: 'Accept, Accept-Language'
  })
})

t.test('browsers get a page', async t => {
  t.test('that says the same in their language, and loads nothing from anywhere', async t => {
    const { newToken, look, accept } = await startTracked(t, { tracking: { brand: 'Moon & Sons', timeZone: 'Asia/Kolkata' } })
    await accept()
    const { token } = await newToken()
    const page = await look(token, { ...BROWSER, 'accept-language': 'de' })
    t.match(page.headers, {
      'content-type': 'text/html; charset=utf-8',
      'content-language': 'de',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-robots-tag': /noindex/
    })
    for (const text of [
      '<html lang="de">',
      'Moon &amp; Sons',
      'Bestellung MOON-20817',
      'Wir bearbeiten Ihre Bestellung',
      'TV box'
    ]) {
      t.match(page.body, text)
    }
    t.match(page.body, '2 von 5 Schritten erledigt')
    t.match(page.body, /<time datetime="2026-03-02T09:00:00.000Z">Mo\., 2\. März, 14:30/, 'in the time zone of the operator')
    t.notMatch(page.body, hidden)
    t.notMatch(page.body, token, 'not even its own address')
    t.same(page.body.match(/(src|href)="(?!data:|")[^"]*"/g), null)
    t.match((await look(token, BROWSER)).body, 'We are working on your order')
  })

  t.test('that may run its own script, show its own style, and nothing else', async t => {
    const { newToken, look } = await startTracked(t)
    const { headers, body } = await look((await newToken()).token, BROWSER)
    const policy = String(headers['content-security-policy'])
    t.match(policy, /^default-src 'none'; /)
    t.notMatch(policy, /unsafe|\*/)
    for (const tag of ['style', 'script']) {
      const [, text = ''] = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(body) ?? []
      t.match(policy, `${tag}-src 'sha256-${createHash('sha256').update(text).digest('base64')}'`)
    }
    t.notMatch(body, / (style|on\w+)="/)
  })

  t.test('on which nothing that was entered is taken for a page', async t => {
    const evil = `</h1><script>alert(1)</script><img src=x onerror='alert(2)'>"&`
    const { newToken, look, add } = await startTracked(
      t,
      {},
      { externalId: evil, productOrderItem: [{ id: evil, action: 'add', product: { name: evil } }] }
    )
    await add(evil, { description: evil })
    const { body } = await look((await newToken()).token, BROWSER)
    t.equal(body.match(/<script>/g)?.length, 1)
    t.notMatch(body, /<img|onerror='/)
    t.ok(body.split('&lt;script&gt;alert(1)').length > 4)
  })

  t.test('that says when a link opens nothing, and when to come again', async t => {
    const { look, newToken, services } = await startTracked(t)
    const missing = await look('x'.repeat(43), { ...BROWSER, 'accept-language': 'de' })
    t.equal(missing.statusCode, 404)
    t.match(missing.body, 'Dieser Link ist nicht mehr gültig')
    t.match(missing.headers, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': /default-src 'none'/ })
    const { token } = await newToken()
    const broken = async () => Promise.reject(new DomainError('unavailable', 'not now'))
    services.store.get = broken
    const busy = await look(token, BROWSER)
    t.match([busy.statusCode, busy.headers['retry-after'], busy.body], [503, '1', /One moment, please/])
    t.match((await look(token)).json(), { code: 'unavailable' })
    services.store.get = async () => Promise.reject(new Error('a bug'))
    t.match((await look(token, BROWSER)).json(), { code: 'internalError' })
  })

  t.test('that shows what is late, and what has come to an end', async t => {
    const { look, newToken, accept, add, passHours, move } = await startTracked(t)
    await accept()
    await add('Technician on site', { after: 'accepted', plan: { duration: 'P1D' } })
    const { token } = await newToken()
    passHours(25)
    await add('Another')
    const late = await look(token, BROWSER)
    t.match(late.body, 'data-tone="late"')
    passHours(24 * 9)
    const longAgo = await look(token, BROWSER)
    t.match(longAgo.body, /Was expected by <strong>/)
    t.match(longAgo.body, /<span>Was expected<\/span> <time/)
    t.match(late.body, /Expected by <strong>/)
    t.match(late.body, 'This takes longer than planned.')
    t.match(late.body, /Technician on site <span class="tag late">Late/)
    await move('1', 'completed')
    await move('2', 'completed')
    const done = await look(token, BROWSER)
    for (const text of ['data-tone="done"', 'Your order is complete', '100 %', 'Completed on']) t.match(done.body, text)
    t.notMatch(done.body, /<script>|data-live/, 'nothing is going to change')
  })

  t.test('on which what is done stands above what is to come', async t => {
    const { look, newToken, add, reach, passHours } = await startTracked(t)
    for (const name of ['First', 'Second', 'Third']) await add(name)
    for (const key of ['third', 'second']) {
      passHours(1)
      await reach(key)
    }
    const { body } = await look((await newToken()).token, BROWSER)
    const names = [...body.matchAll(/<h3>(?:<span class="unseen">Done: <\/span>)?([^<]*)/g)].map(([, name = '']) => name.trim())
    t.same(names, ['Order received', 'Third', 'Second', 'Order accepted', 'Delivered', 'Delivered', 'Order completed', 'First'])
  })

  t.test('also of an order that nobody took', async t => {
    const { look, newToken, reject } = await startTracked(t)
    await reject()
    const { body } = await look((await newToken()).token, BROWSER)
    for (const text of ['data-tone="stopped"', 'We could not accept your order', 'Ordered on']) t.match(body, text)
    t.notMatch(body, /Expected/)
  })
})

/** A client of the stream: what it got so far, and waiting for more. */
async function connect(app: FastifyInstance, token: string, headers: Record<string, string> = {}) {
  if (!app.server.listening) await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as { port: number }
  const path = `${JOURNEYS}/tracking/${token}/stream`
  const request = get({ host: '127.0.0.1', port, path, headers, agent: false })
  request.on('error', () => {})
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  let text = ''
  let isEnded = false
  response.setEncoding('utf8').on('error', () => {})
  response.on('data', chunk => {
    text += chunk
  })
  response.once('close', () => {
    isEnded = true
  })
  const until = async (isTrue: () => boolean) => {
    while (!isTrue()) await new Promise(resolve => response.once('data', resolve).once('close', resolve))
  }
  const messages = () =>
    text.split('\n\n').flatMap(each => /^event: tracking\nid: (.*)\ndata: (.*)$/.exec(each)?.slice(1, 3) ?? [])
  return {
    response,
    text: () => text,
    versions: () => messages().filter((_, index) => index % 2 === 0),
    views: () =>
      messages()
        .filter((_, index) => index % 2 === 1)
        .map(each => JSON.parse(each)),
    until,
    ended: () => until(() => isEnded),
    leave: () => request.destroy()
  }
}

t.test('who follows the stream', async t => {
  t.test('is told how it stands at once, and then whenever that changes', async t => {
    const { app, newToken, accept, move, services } = await startTracked(t)
    const { token } = await newToken()
    const client = await connect(app, token)
    t.match(client.response.headers, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer'
    })
    await client.until(() => client.views().length === 1)
    t.match(client.views()[0], { state: 'acknowledged' })
    await accept()
    await client.until(() => client.views().length === 2)
    t.match(client.views()[1], { state: 'inProgress' })
    t.notMatch(client.text(), hidden)
    const last = client.versions().at(-1) ?? ''
    client.leave()

    const again = await connect(app, token, { 'last-event-id': last })
    await move('1', 'completed')
    await again.until(() => again.views().length === 1)
    t.match(again.views(), [{ item: [{ state: 'completed' }, { state: 'inProgress' }] }], 'and what it knew is not repeated')
    again.leave()
    while (services.workSignal.listeners > 0) await new Promise(setImmediate)
    t.pass('when nobody looks, nobody listens')
  })

  t.test('is told no more when the token is revoked, and told that things are well in between', async t => {
    const { app, newToken, revoke } = await startTracked(t, { feed: { heartbeatMs: 20 } })
    const [one, two] = [await newToken(), await newToken()]
    const [first, second] = [await connect(app, one.token), await connect(app, two.token)]
    await first.until(() => first.text().includes(': heartbeat'))
    await revoke(one.id)
    await first.ended()
    t.ok(first.response.complete, 'it ends as it should')
    const before = second.text().length
    await second.until(() => second.text().length > before + 100)
    t.equal(second.views().length, 1)
    second.leave()
    t.equal((await connect(app, one.token)).response.statusCode, 404)
  })

  t.test('has room for a family, not for a crowd', async t => {
    const { app, newToken } = await startTracked(t)
    const { token } = await newToken()
    const clients = []
    for (let count = 0; count < 21; count++) {
      const client = await connect(app, token)
      await client.until(() => client.views().length === 1)
      clients.push(client)
    }
    await clients[0]?.ended()
    t.equal(clients[0]?.response.complete, true, 'the one that came first')
    app.drain()
    for (const each of clients) await each.ended()
    t.ok(
      clients.every(({ response }) => response.complete),
      'and all others end when the server is to stop'
    )
  })

  t.test('misses nothing while the log or the store cannot be read', async t => {
    const { app, newToken, accept, services } = await startTracked(t, { feed: { heartbeatMs: 20 } })
    const client = await connect(app, (await newToken()).token)
    await client.until(() => client.views().length === 1)
    const { get, read } = services.store
    let tries = 0
    const broken = async () => {
      tries++
      throw new DomainError('unavailable', 'not now')
    }
    services.store.read = broken
    services.store.get = broken
    // The use case reads through its transaction.
    await accept()
    while (tries < 4) await new Promise(setImmediate)
    services.store.get = get
    services.store.read = read
    await client.until(() => client.views().length === 2)
    t.match(client.views()[1], { state: 'inProgress' })
    client.leave()
  })
})

t.test('a page or JSON: what is asked for by name', t => {
  t.ok(prefersHtml(BROWSER.accept))
  t.ok(prefersHtml('text/html'))
  t.notOk(prefersHtml(undefined))
  t.notOk(prefersHtml('*/*'))
  t.notOk(prefersHtml('application/json'))
  t.notOk(prefersHtml('application/json, text/html;q=0.9'))
  t.notOk(prefersHtml('text/html;q=0, */*'))
  t.notOk(prefersHtml('text/html, application/json'), 'both as welcome')
  t.end()
})

t.test('languages are taken in the order of their readers', t => {
  t.same(languagesIn('en;q=0.5, de-CH, fr;q=0.9, *;q=0.1, xx_yy, it;q=0'), ['de-CH', 'fr', 'en'])
  t.same(languagesIn(undefined), [])
  t.equal(languagesIn(Array(100).fill('de').join(',')).length, 10)
  t.equal(wordsFor(['fr', 'de-CH', 'en']), germanWords)
  t.equal(wordsFor(['fr']), englishWords)
  t.end()
})

t.test('dates are told with the year where it is another one', t => {
  const settings = { language: 'en', timeZone: 'Europe/London', now: new Date('2026-12-31T23:30:00Z') }
  t.match(dateHtml('2026-03-02T09:05:00Z', 'moment', settings).text, />Mon,? 2 Mar, 09:05 GMT</)
  t.match(dateHtml('2027-01-04T09:05:00Z', 'day', settings).text, />Mon,? 4 January 2027</)
  t.match(
    dateHtml('2027-01-01T00:30:00Z', 'theDay', { ...settings, timeZone: 'America/New_York' }).text,
    />Thursday,? 31 December</
  )
  t.end()
})

t.test('templates escape what is put into them', t => {
  t.equal(
    html`<p title="${`"'<>&`}">${['<', 1, undefined, false, html`<b>`]}</p>`.text,
    '<p title="&quot;&#39;&lt;&gt;&amp;">&lt;1<b></p>'
  )
  t.end()
})
