import { DomainError, type Resource, type Transaction, type UnitOfWork } from '@crm-lite/domain'
import { MemoryStore } from '@crm-lite/domain/testing'
import type { InjectOptions } from 'fastify'
import t from 'tap'
import { apiBindings } from '../apis/index.ts'
import { startTestApp } from '../testing/index.ts'

const CUSTOMERS = '/tmf-api/customerManagement/v4/customer'
const INDIVIDUALS = '/tmf-api/party/v4/individual'
const BASE = 'https://crm.example.com'
const MERGE = 'application/merge-patch+json'
const JSON_PATCH = 'application/json-patch+json'

type Test = Parameters<typeof startTestApp>[0]
type Customer = Resource & Record<string, unknown>

function aCustomer(attributes: Record<string, unknown> = {}) {
  return { name: 'Harbour Sports Club', engagedParty: { id: '500', '@referredType': 'Organization' }, ...attributes }
}

function aGate() {
  let open = () => {}
  const opened = new Promise<void>(resolve => {
    open = resolve
  })
  return { opened, open: () => open() }
}

async function start(t: Test, overrides?: Parameters<typeof startTestApp>[1]) {
  const { app, store } = await startTestApp(t, overrides)
  const send = (method: string, url: string, payload?: unknown, headers: Record<string, string> = {}) =>
    app.inject({
      method,
      url,
      headers: { ...(payload !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(payload !== undefined && { payload: typeof payload === 'string' ? payload : JSON.stringify(payload) })
    } as InjectOptions)
  const create = async (attributes?: Record<string, unknown>) => {
    const answer = await send('POST', CUSTOMERS, aCustomer(attributes))
    if (answer.statusCode !== 201) throw new Error(answer.body)
    return answer.json<Customer>()
  }
  return { app, store, send, create, at: (customer: Customer) => `${CUSTOMERS}/${customer.id}` }
}

t.test('creating', async t => {
  const { send, create } = await start(t)

  t.test('a resource gets an id, a type, an address and a first revision', async t => {
    const answer = await send('POST', CUSTOMERS, aCustomer())
    const body = answer.json<Customer>()
    t.equal(answer.statusCode, 201)
    t.equal(answer.headers['content-type'], 'application/json; charset=utf-8')
    t.equal(body['href'], `${BASE}${CUSTOMERS}/${body.id}`)
    t.equal(answer.headers['location'], body['href'])
    t.equal(answer.headers['etag'], '"1"')
    t.equal(body['@type'], 'Customer')
    t.strictSame(body, { href: body['href'], id: body.id, '@type': 'Customer', ...aCustomer() })
  })

  for (const api of apiBindings) {
    // What becomes of the others when they are created is tested where they are.
    for (const binding of api.resources.filter(({ failures, operations }) => !failures && !operations)) {
      t.test(`the example of ${binding.definition.name} comes back as it was sent, with what the server adds`, async t => {
        const url = `/tmf-api/${api.path}/${binding.path}`
        const created = await send('POST', url, binding.example)
        t.equal(created.statusCode, 201, created.body)
        const { id, href, '@type': type, ...attributes } = (await send('GET', `${url}/${created.json().id}`)).json()
        const { '@type': sentType, ...sent } = binding.example as Record<string, unknown>
        t.strictSame(attributes, sent)
        t.equal(type, sentType ?? binding.definition.type)
        t.equal(href, `${BASE}${url}/${id}`)
      })
    }
  }

  t.test('id and href in the body are ignored, whatever they are', async t => {
    const body = await create({ id: 42, href: 'https://elsewhere.example.com' })
    t.not(body.id, 42)
    t.equal(body['href'], `${BASE}${CUSTOMERS}/${body.id}`)
  })

  t.test('what the schema does not know survives', async t => {
    const extension = {
      'x-loyalty': { level: 3, tags: ['a', null, 1.5] },
      '@type': 'GoldCustomer',
      constructor: 'own',
      toString: 'own'
    }
    const { body } = await send('POST', CUSTOMERS, aCustomer(extension))
    t.match(JSON.parse(body), extension)
  })

  t.test('odd characters come back unchanged', async t => {
    const name = 'O\'Brien "the \\ \n\t\u2028" 👩‍👩‍👧 مرحبا \u0001 é e\u0301 <b>&amp;'
    const { id } = await create({ name })
    t.equal((await send('GET', `${CUSTOMERS}/${id}`)).json().name, name)
  })

  t.test('two equal bodies make two resources', async t => {
    t.not((await create()).id, (await create()).id)
  })

  t.test('only some fields are answered when only they are wanted', async t => {
    const answer = await send('POST', `${CUSTOMERS}?fields=name`, aCustomer())
    t.equal(answer.statusCode, 201)
    t.strictSame(Object.keys(answer.json()).sort(), ['@type', 'href', 'id', 'name'])
  })

  t.test('every fault is told with its place and without its value', async t => {
    const answer = await send('POST', CUSTOMERS, {
      name: 'secret\u0001',
      engagedParty: { id: 987654321, name: 7 },
      validFor: 'secret'
    })
    t.equal(answer.statusCode, 400)
    const { code, errors, '@type': type, status, reason, requestId } = answer.json()
    t.equal(type, 'Error')
    t.equal(status, '400')
    t.type(reason, 'string')
    t.equal(requestId, answer.headers['x-request-id'])
    t.equal(code, errors[0].code)
    const places = errors.map((each: { code: string; pointer: string }) => `${each.code} ${each.pointer}`).sort()
    t.strictSame(places, [
      'invalidValue /engagedParty/id',
      'invalidValue /engagedParty/name',
      'invalidValue /validFor',
      'missingAttribute /engagedParty/@referredType'
    ])
    t.notMatch(answer.body, /secret|987654321/)
  })

  t.test('a number in quotes is no number, and a date that does not exist is no date', async t => {
    const validFor = { startDateTime: '2026-01-01T00:00:00Z' }
    const profile = { creditProfileDate: '2026-02-30T00:00:00Z', creditScore: '42', validFor }
    const answer = await send('POST', CUSTOMERS, aCustomer({ creditProfile: [profile] }))
    t.equal(answer.statusCode, 400)
    const pointers = answer
      .json()
      .errors.map((each: { pointer: string }) => each.pointer)
      .sort()
    t.strictSame(pointers, ['/creditProfile/0/creditProfileDate', '/creditProfile/0/creditScore'])
  })

  t.test('a body that is no object is refused', async t => {
    for (const body of ['[]', 'null', '"text"', '42']) t.equal((await send('POST', CUSTOMERS, body)).statusCode, 400, body)
  })

  t.test('patches are no way to create', async t => {
    const answer = await send('POST', CUSTOMERS, aCustomer(), { 'content-type': MERGE })
    t.equal(answer.statusCode, 415)
    t.equal(answer.json().code, 'unsupportedMediaType')
  })
})

t.test('reading one', async t => {
  const { send, create, at } = await start(t)
  const customer = await create({ status: 'active' })

  t.test('slashes to spare make no difference', async t => {
    for (const url of [`${at(customer)}/`, `/${at(customer)}`, `${CUSTOMERS}//${customer.id}`]) {
      t.equal((await send('GET', url)).body, JSON.stringify(customer), url)
    }
  })

  t.test('fields choose attributes, id, href and @type come along', async t => {
    const keys = async (fields: string) => Object.keys((await send('GET', `${at(customer)}?fields=${fields}`)).json()).sort()
    t.strictSame(await keys('status'), ['@type', 'href', 'id', 'status'])
    t.strictSame(await keys('none'), ['@type', 'href', 'id'])
    t.strictSame(await keys('engagedParty.id'), ['@type', 'engagedParty', 'href', 'id'])
  })

  t.test('a parameter that an item does not have is refused by its name', async t => {
    const answer = await send('GET', `${at(customer)}?limit=1`)
    t.equal(answer.statusCode, 400)
    t.match(answer.json(), { code: 'unknownParameter', parameter: 'limit' })
  })

  t.test('who has the revision gets a 304 without a body', async t => {
    for (const header of ['"1"', 'W/"1"', '"7", "1"', '*']) {
      const answer = await send('GET', at(customer), undefined, { 'if-none-match': header })
      t.equal(answer.statusCode, 304, header)
      t.equal(answer.body, '')
      t.equal(answer.headers['etag'], '"1"')
      t.equal(answer.headers['content-length'], undefined)
    }
    for (const header of ['"2"', '1', '"11"', '']) {
      t.equal((await send('GET', at(customer), undefined, { 'if-none-match': header })).statusCode, 200, header)
    }
  })

  t.test('a GET has the headers of a HEAD, also where other origins are let in', async t => {
    const headersOf = async (method: string, corsOrigins: string[]) => {
      const { send, create, at } = await start(t, { options: { corsOrigins } })
      const customer = await create({ name: 'Zürich \u{1f3c3}' })
      const { statusCode, headers } = await send(method, at(customer), undefined, { 'x-request-id': 'mine' })
      t.equal(headers['vary'], corsOrigins.length > 0 ? 'Origin' : undefined)
      const { date: _date, vary: _vary, ...others } = headers
      return { statusCode, ...others }
    }
    const expected = await headersOf('HEAD', [])
    t.match(expected, { etag: '"1"', 'x-request-id': 'mine', 'content-type': 'application/json; charset=utf-8' })
    for (const origins of [[], ['https://shop.example.com']]) t.match(await headersOf('GET', origins), expected)
  })

  t.test('HEAD answers the headers alone', async t => {
    const answer = await send('HEAD', at(customer))
    t.equal(answer.statusCode, 200)
    t.equal(answer.body, '')
    t.equal(answer.headers['etag'], '"1"')
    t.equal(Number(answer.headers['content-length']), JSON.stringify(customer).length)
  })

  t.test('what no id can look like does not exist, and is not looked up', async t => {
    const store = new MemoryStore()
    store.get = async () => {
      throw new Error('looked up')
    }
    const { send } = await start(t, { services: { store } })
    for (const id of ['x'.repeat(101), 'x'.repeat(5_000), '%00', 'a%20b', '%F0%9F%98%80', "';--", '__proto__%00']) {
      for (const method of ['GET', 'PATCH', 'DELETE']) {
        const answer = await send(method, `${CUSTOMERS}/${id}`, method === 'PATCH' ? {} : undefined)
        t.equal(answer.statusCode, 404, `${method} ${id.slice(0, 20)}`)
        t.equal(answer.json().code, 'notFound')
      }
    }
  })

  t.test('a resource of one kind is not found among those of another', async t => {
    t.equal((await send('GET', `${INDIVIDUALS}/${customer.id}`)).statusCode, 404)
  })
})

t.test('listing', async t => {
  const { send, create } = await start(t, { options: { extensions: { customer: { 'x-level': 'number' } } } })
  const customers = []
  for (const name of ['Asha', 'Bela', 'Cleo']) customers.push(await create({ name, 'x-level': customers.length }))
  const [asha, bela, cleo] = customers

  t.test('everything comes in the order of the ids, exactly as single resources are answered', async t => {
    const answer = await send('GET', CUSTOMERS)
    t.equal(answer.statusCode, 200)
    t.equal(answer.headers['content-type'], 'application/json; charset=utf-8')
    t.equal(answer.body, JSON.stringify([asha, bela, cleo]))
    t.match(answer.headers, { 'x-total-count': '3', 'x-result-count': '3' })
  })

  t.test('filters, orders and fields work together', async t => {
    const answer = await send('GET', `${CUSTOMERS}?name=Asha,Cleo&sort=-name&fields=name`)
    t.strictSame(
      answer.json().map((each: Customer) => [each['name'], Object.keys(each).length]),
      [
        ['Cleo', 4],
        ['Asha', 4]
      ]
    )
  })

  t.test('a declared extension filters, another one does not exist', async t => {
    t.strictSame((await send('GET', `${CUSTOMERS}?x-level.gte=1`)).json(), [bela, cleo])
    t.match((await send('GET', `${CUSTOMERS}?x-other=1`)).json(), {
      code: 'unknownAttribute',
      parameter: 'x-other',
      status: '400'
    })
  })

  t.test('nothing found is an empty list', async t => {
    const answer = await send('GET', `${CUSTOMERS}?name=Nobody`)
    t.equal(answer.statusCode, 200)
    t.equal(answer.body, '[]')
    t.equal(answer.headers['x-total-count'], '0')
  })

  t.test('206 is for a page that was asked for and is not the whole', async t => {
    const status = async (query: string, headers?: Record<string, string>) =>
      (await send('GET', `${CUSTOMERS}?${query}`, undefined, headers)).statusCode
    t.equal(await status('limit=2'), 206)
    t.equal(await status('limit=3'), 200)
    t.equal(await status('offset=0'), 200)
    t.equal(await status('offset=1'), 206)
    t.equal(await status('offset=9'), 206)
    t.equal(await status('limit=1&name=Asha'), 200)
    const uncounted = { prefer: 'count=none' }
    t.equal(await status('limit=2', uncounted), 206)
    t.equal(await status('limit=3', uncounted), 200)
    t.equal(await status('offset=1', uncounted), 206)
  })

  t.test('a list that the default page cuts is still a 200', async t => {
    const { send, create } = await start(t)
    for (let count = 0; count < 21; count++) await create()
    const answer = await send('GET', CUSTOMERS)
    t.equal(answer.statusCode, 200)
    t.match(answer.headers, { 'x-total-count': '21', 'x-result-count': '20' })
  })

  t.test('206 can be switched off', async t => {
    const { send, create } = await start(t, { options: { partialContent: false } })
    for (let count = 0; count < 2; count++) await create()
    t.equal((await send('GET', `${CUSTOMERS}?limit=1`)).statusCode, 200)
  })

  t.test('following next leads through everything once, page by page', async t => {
    const seen: string[] = []
    let url: string | undefined = `${CUSTOMERS}?limit=1&sort=-name`
    while (url !== undefined && seen.length < 9) {
      const answer = await send('GET', url)
      seen.push(...answer.json().map((each: Customer) => each['name']))
      const next: string | undefined = /<([^>]*)>; rel="next"/.exec(String(answer.headers['link']))?.[1]
      t.ok(next === undefined || next.startsWith(BASE))
      url = next?.slice(BASE.length)
    }
    t.strictSame(seen, ['Cleo', 'Bela', 'Asha'])
  })

  t.test('a cursor of another query is refused', async t => {
    const { headers } = await send('GET', `${CUSTOMERS}?limit=1`)
    const cursor = /cursor=([^&>]*)/.exec(String(headers['link']))?.[1]
    const answer = await send('GET', `${CUSTOMERS}?limit=1&name=Asha&cursor=${cursor}`)
    t.match(answer.json(), { code: 'invalidCursor', parameter: 'cursor', status: '400' })
  })

  t.test('who does without the total says so and is told', async t => {
    const answer = await send('GET', CUSTOMERS, undefined, { prefer: 'respond-async, count=none' })
    t.equal(answer.headers['x-total-count'], undefined)
    t.equal(answer.headers['x-result-count'], '3')
    t.equal(answer.headers['preference-applied'], 'count=none')
  })

  t.test('bad values of parameters are told by the parameter', async t => {
    for (const [query, parameter] of [
      ['limit=201', 'limit'],
      ['limit=abc', 'limit'],
      ['offset=-1', 'offset'],
      ['sort=nope', 'sort'],
      ['fields=nope', 'fields'],
      ['name=%ff', 'name'],
      ['name=a%00b', 'name'],
      ['creditProfile.creditScore=abc', 'creditProfile.creditScore'],
      ['__proto__=1', '__proto__']
    ] as const) {
      const answer = await send('GET', `${CUSTOMERS}?${query}`)
      t.equal(answer.statusCode, 400, query)
      t.match(answer.json(), { parameter })
    }
  })

  t.test('a costly filter is refused with the attributes that an index would serve', async t => {
    const store = new MemoryStore()
    store.list = async () => {
      throw new DomainError('filterTooCostly', 'no index serves this', { attributes: ['statusReason'], retryAfterS: 7 })
    }
    const { send } = await start(t, { services: { store } })
    const answer = await send('GET', `${CUSTOMERS}?statusReason=x`)
    t.equal(answer.statusCode, 503)
    t.equal(answer.headers['retry-after'], '7')
    t.match(answer.json(), { code: 'filterTooCostly', parameter: 'statusReason' })
  })
})

t.test('changing by merge patch', async t => {
  const { send, create, at } = await start(t)

  t.test('both media types merge: null removes, arrays are replaced, objects merge', async t => {
    for (const type of ['application/json', MERGE, 'application/merge-patch+json; charset=UTF-8']) {
      const customer = await create({
        status: 'active',
        validFor: { startDateTime: '2026-01-01T00:00:00Z' },
        characteristic: [
          { name: 'a', value: 1 },
          { name: 'b', value: 2 }
        ]
      })
      const patch = {
        name: 'Renamed',
        status: null,
        validFor: { endDateTime: '2027-01-01T00:00:00Z' },
        characteristic: [{ name: 'c', value: null }]
      }
      const answer = await send('PATCH', at(customer), patch, { 'content-type': type })
      t.equal(answer.statusCode, 200, answer.body)
      t.equal(answer.headers['etag'], '"2"')
      const { status: _status, ...rest } = customer
      t.strictSame(answer.json(), {
        ...rest,
        name: 'Renamed',
        validFor: { startDateTime: '2026-01-01T00:00:00Z', endDateTime: '2027-01-01T00:00:00Z' },
        characteristic: [{ name: 'c', value: null }]
      })
      t.equal((await send('GET', at(customer))).body, answer.body)
    }
  })

  t.test('a patch that changes nothing leaves the revision', async t => {
    const customer = await create()
    for (const patch of [
      {},
      { name: customer['name'] },
      { nothing: null },
      customer,
      { id: customer.id, href: customer['href'] }
    ]) {
      const answer = await send('PATCH', at(customer), patch)
      t.equal(answer.statusCode, 200)
      t.equal(answer.headers['etag'], '"1"')
      t.strictSame(answer.json(), customer)
    }
  })

  t.test('what the server owns can be repeated but not changed or removed', async t => {
    const customer = await create()
    for (const [name, value] of [
      ['id', 'other'],
      ['id', null],
      ['href', 'https://elsewhere.example.com'],
      ['href', null]
    ] as const) {
      const answer = await send('PATCH', at(customer), { name: 'Renamed', [name]: value })
      t.equal(answer.statusCode, 400)
      t.match(answer.json(), { code: 'serverOwned', pointer: `/${name}` })
    }
    t.equal((await send('GET', at(customer))).headers['etag'], '"1"')
  })

  t.test('a mandatory attribute cannot be removed or left blank, nor one inside an object', async t => {
    const customer = await create()
    for (const [patch, pointer] of [
      [{ name: null }, '/name'],
      [{ name: '  ' }, '/name'],
      [{ engagedParty: null }, '/engagedParty'],
      [{ engagedParty: { id: null } }, '/engagedParty/id']
    ] as const) {
      const answer = await send('PATCH', at(customer), patch)
      t.equal(answer.statusCode, 400)
      t.match(answer.json(), { code: 'missingAttribute', pointer }, `one fault: ${answer.body}`)
      t.notOk(answer.json().errors)
    }
  })

  t.test('a removed type becomes the default one', async t => {
    const customer = await create({ '@type': 'GoldCustomer' })
    t.equal((await send('PATCH', at(customer), { '@type': null })).json()['@type'], 'Customer')
  })

  t.test('the result is validated as a whole', async t => {
    const customer = await create({ characteristic: [{ name: 'a', value: 1 }] })
    const answer = await send('PATCH', at(customer), { characteristic: [{ value: 1 }], status: 5 })
    t.equal(answer.statusCode, 400)
    t.strictSame(
      answer
        .json()
        .errors.map((each: { pointer: string }) => each.pointer)
        .sort(),
      ['/characteristic/0/name', '/status']
    )
  })

  t.test('a merge patch is an object', async t => {
    const customer = await create()
    for (const body of ['[]', 'null', '"x"', '1']) {
      t.match((await send('PATCH', at(customer), body)).json(), { code: 'invalidPatch', status: '400' }, body)
    }
  })

  t.test('a resource does not grow over what one request may send', async t => {
    const customer = await create()
    const big = 'x'.repeat(700_000)
    t.equal((await send('PATCH', at(customer), { 'x-a': big })).statusCode, 200)
    const answer = await send('PATCH', at(customer), { 'x-b': big })
    t.match(answer.json(), { code: 'limitExceeded', pointer: '', status: '400' })
  })

  t.test('what is not there is not found', async t => {
    t.match((await send('PATCH', `${CUSTOMERS}/none`, { name: 'x' })).json(), { code: 'notFound', status: '404' })
  })
})

t.test('changing by JSON Patch', async t => {
  const { send, create, at } = await start(t)
  const patch = (customer: Customer, operations: unknown) =>
    send('PATCH', at(customer), operations, { 'content-type': JSON_PATCH })

  t.test('the operations are applied one after the other', async t => {
    const customer = await create({ status: 'active', relatedParty: [{ id: '1', '@referredType': 'Individual' }] })
    const answer = await patch(customer, [
      { op: 'test', path: '/status', value: 'active' },
      { op: 'replace', path: '/status', value: 'closed' },
      { op: 'add', path: '/relatedParty/-', value: { id: '3', '@referredType': 'Individual' } },
      { op: 'add', path: '/relatedParty/1', value: { id: '2', '@referredType': 'Individual' } },
      { op: 'copy', from: '/status', path: '/statusReason' },
      { op: 'move', from: '/relatedParty/0', path: '/relatedParty/2' },
      { op: 'add', path: '/x~1y~0z', value: true },
      { op: 'remove', path: '/engagedParty/name' }
    ])
    t.equal(answer.statusCode, 400, 'the last one fails and with it all')
    t.match(answer.json(), { code: 'patchNotApplicable', pointer: '/7/path' })
    t.equal((await send('GET', at(customer))).headers['etag'], '"1"')

    const done = await patch(customer, [
      { op: 'test', path: '/status', value: 'active' },
      { op: 'replace', path: '/status', value: 'closed' },
      { op: 'add', path: '/relatedParty/-', value: { id: '3', '@referredType': 'Individual' } },
      { op: 'add', path: '/relatedParty/1', value: { id: '2', '@referredType': 'Individual' } },
      { op: 'copy', from: '/status', path: '/statusReason' },
      { op: 'move', from: '/relatedParty/0', path: '/relatedParty/2' },
      { op: 'add', path: '/x~1y~0z', value: true },
      { op: 'remove', path: '/engagedParty/@referredType' },
      { op: 'add', path: '/engagedParty/@referredType', value: 'Individual' }
    ])
    t.equal(done.statusCode, 200, done.body)
    const { relatedParty, ...rest } = done.json()
    t.strictSame(
      relatedParty.map((each: { id: string }) => each.id),
      ['2', '3', '1']
    )
    t.match(rest, { status: 'closed', statusReason: 'closed', 'x/y~z': true, engagedParty: { '@referredType': 'Individual' } })
    t.equal(done.headers['etag'], '"2"')
  })

  t.test('media types are read whatever their case', async t => {
    const customer = await create()
    const headers = { 'content-type': 'Application/JSON-Patch+JSON; charset=UTF-8' }
    const answer = await send('PATCH', at(customer), [{ op: 'add', path: '/status', value: 'x' }], headers)
    t.equal(answer.json().status, 'x')
  })

  t.test('what cannot be applied is told by the operation', async t => {
    const customer = await create({ status: 'active', relatedParty: [{ id: '1', '@referredType': 'Individual' }] })
    for (const [operation, code, pointer] of [
      [{ op: 'test', path: '/status', value: 'closed' }, 'patchNotApplicable', '/0/value'],
      [{ op: 'test', path: '/none', value: 1 }, 'patchNotApplicable', '/0/value'],
      [{ op: 'remove', path: '/none' }, 'patchNotApplicable', '/0/path'],
      [{ op: 'remove', path: '' }, 'patchNotApplicable', '/0/path'],
      [{ op: 'replace', path: '', value: {} }, 'patchNotApplicable', '/0/path'],
      [{ op: 'replace', path: '/relatedParty/1', value: {} }, 'patchNotApplicable', '/0/path'],
      [{ op: 'replace', path: '/relatedParty/00', value: {} }, 'patchNotApplicable', '/0/path'],
      [{ op: 'replace', path: '/relatedParty/length', value: 0 }, 'patchNotApplicable', '/0/path'],
      [{ op: 'add', path: '/relatedParty/5', value: {} }, 'patchNotApplicable', '/0/path'],
      [{ op: 'add', path: '/none/deeper', value: 1 }, 'patchNotApplicable', '/0/path'],
      [{ op: 'move', from: '/none', path: '/status' }, 'patchNotApplicable', '/0/from'],
      [{ op: 'move', from: '/engagedParty', path: '/engagedParty/x' }, 'patchNotApplicable', '/0/path'],
      [{ op: 'add', path: '/x' }, 'invalidPatch', '/0/value'],
      [{ op: 'add', value: 1 }, 'invalidPatch', '/0/path'],
      [{ op: 'add', path: 'x', value: 1 }, 'invalidPatch', '/0/path'],
      [{ op: 'add', path: '/~2', value: 1 }, 'invalidPatch', '/0/path'],
      [{ op: 'add', path: 7, value: 1 }, 'invalidPatch', '/0/path'],
      [{ op: 'copy', path: '/x' }, 'invalidPatch', '/0/from'],
      [{ op: 'explode', path: '/x' }, 'invalidPatch', '/0/op'],
      [{ op: 'toString', path: '/x' }, 'invalidPatch', '/0/op'],
      [{ path: '/x' }, 'invalidPatch', '/0/op'],
      ['remove', 'invalidPatch', '/0']
    ] as const) {
      const answer = await patch(customer, [operation])
      t.equal(answer.statusCode, 400, JSON.stringify(operation))
      t.match(answer.json(), { code, pointer }, JSON.stringify(operation))
    }
    t.match((await patch(customer, { op: 'remove', path: '/status' })).json(), { code: 'invalidPatch', pointer: '' })
  })

  t.test('paths into prototypes lead nowhere and change nothing', async t => {
    const customer = await create()
    for (const path of [
      '/__proto__',
      '/__proto__/polluted',
      '/engagedParty/__proto__/polluted',
      '/constructor/prototype/polluted',
      '/toString/polluted',
      '/name/length'
    ]) {
      for (const operation of [
        { op: 'add', path, value: 'yes' },
        { op: 'replace', path, value: 'yes' },
        { op: 'copy', from: '/name', path },
        { op: 'move', from: '/name', path }
      ]) {
        const answer = await patch(customer, [operation])
        t.equal(answer.statusCode, 400, JSON.stringify(operation))
        t.equal(answer.json().code, 'patchNotApplicable')
      }
      t.equal((await patch(customer, [{ op: 'copy', from: path, path: '/x' }])).json().pointer, '/0/from')
    }
    t.equal(Object.hasOwn(Object.prototype, 'polluted'), false)
    t.equal(Object.hasOwn(Object.prototype.toString, 'polluted'), false)
    t.equal((await patch(customer, [{ op: 'add', path: '/constructor', value: 'own' }])).json()['constructor'], 'own')
  })

  t.test('a patch that copies the whole into itself is stopped', async t => {
    const customer = await create({ 'x-filler': 'x'.repeat(10_000) })
    const doubling = Array.from({ length: 900 }, (_, index) => ({ op: 'copy', from: '', path: `/x-${index}` }))
    t.match((await patch(customer, doubling)).json(), { code: 'limitExceeded', status: '400' })
    const nesting = Array.from({ length: 900 }, (_, index) => [
      { op: 'add', path: `/b${index}`, value: { x: { x: { x: {} } } } },
      { op: 'move', from: `/b${index - 1}`, path: `/b${index}/x/x/x/y` }
    ])
    const deep = [{ op: 'add', path: '/b-1', value: {} }, ...nesting.flat()].slice(0, 999)
    t.match((await patch(customer, deep)).json(), { code: 'limitExceeded', status: '400' })
  })

  t.test('at most 1,000 operations are taken', async t => {
    const customer = await create()
    const operation = { op: 'test', path: '/name', value: customer['name'] }
    t.equal((await patch(customer, new Array(1_000).fill(operation))).statusCode, 200)
    t.match((await patch(customer, new Array(1_001).fill(operation))).json(), { code: 'limitExceeded', pointer: '' })
  })

  t.test('what the server owns is guarded here too', async t => {
    const customer = await create()
    t.match((await patch(customer, [{ op: 'remove', path: '/href' }])).json(), { code: 'serverOwned', pointer: '/href' })
    t.match((await patch(customer, [{ op: 'replace', path: '/id', value: 'x' }])).json(), { code: 'serverOwned', pointer: '/id' })
    t.equal((await patch(customer, [{ op: 'test', path: '/href', value: customer['href'] }])).headers['etag'], '"1"')
    t.match((await patch(customer, [{ op: 'remove', path: '/name' }])).json(), { code: 'missingAttribute', pointer: '/name' })
  })
})

t.test('changing what somebody else may change', async t => {
  const { send, create, at } = await start(t)

  t.test('If-Match allows a change of the named revision only', async t => {
    const customer = await create()
    t.equal((await send('PATCH', at(customer), { name: 'B' }, { 'if-match': '"1"' })).statusCode, 200)
    for (const header of ['"1"', 'W/"2"', '2', '"1", "3"']) {
      const answer = await send('PATCH', at(customer), { name: 'C' }, { 'if-match': header })
      t.match(answer.json(), { code: 'staleRevision', status: '412' }, header)
      t.equal((await send('DELETE', at(customer), undefined, { 'if-match': header })).statusCode, 412)
    }
    t.equal((await send('PATCH', at(customer), { name: 'D' }, { 'if-match': '"9", "2"' })).headers['etag'], '"3"')
    t.equal((await send('PATCH', at(customer), { name: 'E' }, { 'if-match': '*' })).headers['etag'], '"4"')
    t.equal((await send('DELETE', at(customer), undefined, { 'if-match': '"4"' })).statusCode, 204)
    t.equal((await send('DELETE', at(customer), undefined, { 'if-match': '*' })).statusCode, 404)
  })

  t.test('concurrent patches never lose an update', async t => {
    const customer = await create()
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => send('PATCH', at(customer), { [`x-${index}`]: index }))
    )
    t.ok(answers.every(each => each.statusCode === 200))
    const found = (await send('GET', at(customer))).json()
    for (let index = 0; index < 50; index++) t.equal(found[`x-${index}`], index)
    t.equal(new Set(answers.map(each => each.headers['etag'])).size, 50)
  })

  t.test('of two that expect the same revision one wins', async t => {
    const customer = await create()
    const answers = await Promise.all(['A', 'B'].map(name => send('PATCH', at(customer), { name }, { 'if-match': '"1"' })))
    t.strictSame(answers.map(each => each.statusCode).sort(), [200, 412])
  })
})

t.test('deleting', async t => {
  const { app, send, create, at } = await start(t)

  t.test('what is deleted is gone', async t => {
    const customer = await create()
    const answer = await send('DELETE', at(customer))
    t.equal(answer.statusCode, 204)
    t.equal(answer.body, '')
    t.equal(answer.headers['content-type'], undefined)
    t.equal((await send('GET', at(customer))).statusCode, 404)
    t.equal((await send('DELETE', at(customer))).statusCode, 404)
    t.strictSame((await send('GET', `${CUSTOMERS}?id=${customer.id}`)).json(), [])
  })

  t.test('a JSON content type without a body is fine', async t => {
    const customer = await create()
    const headers = { 'content-type': 'application/json' }
    t.equal((await app.inject({ method: 'DELETE', url: at(customer), headers })).statusCode, 204)
  })
})

t.test('requests that are repeated', async t => {
  const { send, create, at } = await start(t)
  const key = (text: string) => ({ 'idempotency-key': text })
  const total = async () => (await send('GET', CUSTOMERS)).headers['x-total-count']

  t.test('a repeated create is done once and answered again', async t => {
    const before = Number(await total())
    const first = await send('POST', CUSTOMERS, aCustomer(), key('create'))
    await send('PATCH', at(first.json()), { name: 'Renamed since' })
    const second = await send('POST', CUSTOMERS, aCustomer(), key('create'))
    t.equal(second.statusCode, 201)
    t.equal(second.body, first.body)
    t.equal(second.headers['location'], first.headers['location'])
    t.equal(second.headers['etag'], '"1"')
    t.equal(Number(await total()), before + 1)
  })

  t.test('another body with the same key is refused, even if it means the same', async t => {
    await send('POST', CUSTOMERS, aCustomer(), key('bytes'))
    const answer = await send('POST', CUSTOMERS, `${JSON.stringify(aCustomer())} `, key('bytes'))
    t.match(answer.json(), { code: 'idempotencyKeyReused', status: '422' })
  })

  t.test('a key belongs to its method and path', async t => {
    const first = await send('POST', CUSTOMERS, aCustomer(), key('scope'))
    const individual = await send('POST', INDIVIDUALS, { givenName: 'Asha', familyName: 'Rao' }, key('scope'))
    const patched = await send('PATCH', at(first.json()), { name: 'B' }, key('scope'))
    t.strictSame([first.statusCode, individual.statusCode, patched.statusCode], [201, 201, 200])
    t.equal(
      (await send('POST', `/${CUSTOMERS}//`, aCustomer(), key('scope'))).body,
      first.body,
      'slashes to spare are no other path'
    )
  })

  t.test('a repeated patch is answered with what it made, not applied again', async t => {
    const customer = await create({ 'x-list': [] })
    const operations = [{ op: 'add', path: '/x-list/-', value: 1 }]
    const headers = { ...key('patch'), 'content-type': JSON_PATCH }
    const first = await send('PATCH', at(customer), operations, headers)
    const second = await send('PATCH', at(customer), operations, headers)
    t.equal(second.body, first.body)
    t.strictSame((await send('GET', at(customer))).json()['x-list'], [1])
    const other = await send('PATCH', at(customer), operations, { ...key('patch'), 'content-type': 'application/json' })
    t.equal(other.statusCode, 400, 'not an object: refused before the key is looked at')
    const empty = await send('PATCH', at(customer), {}, { ...key('patch2'), 'content-type': MERGE })
    t.equal(empty.statusCode, 200)
    t.equal((await send('PATCH', at(customer), {}, { ...key('patch2'), 'content-type': 'application/json' })).statusCode, 422)
  })

  t.test('a patch with If-Match can be repeated', async t => {
    const customer = await create()
    const headers = { ...key('if-match'), 'if-match': '"1"' }
    t.equal((await send('PATCH', at(customer), { name: 'B' }, headers)).headers['etag'], '"2"')
    t.equal((await send('PATCH', at(customer), { name: 'B' }, headers)).headers['etag'], '"2"')
  })

  t.test('a repeated delete is a 204 again', async t => {
    const customer = await create()
    t.equal((await send('DELETE', at(customer), undefined, key('delete'))).statusCode, 204)
    t.equal((await send('DELETE', at(customer), undefined, key('delete'))).statusCode, 204)
    t.equal((await send('DELETE', at(customer))).statusCode, 404)
  })

  t.test('a refused request uses its key up no more than one that never came', async t => {
    t.equal((await send('POST', CUSTOMERS, aCustomer({ name: ' ' }), key('refused'))).statusCode, 400)
    t.equal((await send('POST', CUSTOMERS, aCustomer(), key('refused'))).statusCode, 201)
    t.equal((await send('PATCH', `${CUSTOMERS}/none`, { name: 'x' }, key('missing'))).statusCode, 404)
    t.equal((await send('PATCH', `${CUSTOMERS}/none`, { name: 'y' }, key('missing'))).statusCode, 404)
  })

  t.test('keys are 1 to 255 printable characters', async t => {
    t.equal((await send('POST', CUSTOMERS, aCustomer(), key(`~ ${'k'.repeat(253)}`))).statusCode, 201)
    for (const bad of ['', 'k'.repeat(256), 'caf\u00e9', 'a\tb']) {
      const answer = await send('POST', CUSTOMERS, aCustomer(), key(bad))
      t.match(answer.json(), { code: 'invalidValue', parameter: 'Idempotency-Key', status: '400' }, bad.slice(0, 9))
    }
  })

  t.test('while the first one is under way a repetition gets a 409', async t => {
    const store = new MemoryStore()
    const gate = aGate()
    const reached = aGate()
    const unitOfWork: UnitOfWork = {
      async run<T>(tenant: string, work: (transaction: Transaction) => Promise<T>): Promise<T> {
        reached.open()
        await gate.opened
        return store.run(tenant, work)
      }
    }
    const { send } = await start(t, { services: { store, unitOfWork } })
    const first = send('POST', CUSTOMERS, aCustomer(), key('same'))
    await reached.opened
    t.match((await send('POST', CUSTOMERS, aCustomer(), key('same'))).json(), { code: 'idempotencyKeyInUse', status: '409' })
    t.match((await send('POST', CUSTOMERS, { ...aCustomer(), x: 1 }, key('same'))).json(), { status: '409' })
    const other = send('POST', CUSTOMERS, aCustomer(), key('other'))
    gate.open()
    t.equal((await first).statusCode, 201)
    t.equal((await other).statusCode, 201)
    t.equal((await send('POST', CUSTOMERS, aCustomer(), key('same'))).body, (await first).body)
  })
})

t.test('the actor', async t => {
  const { send } = await start(t)
  const create = (actor: string) => send('POST', CUSTOMERS, aCustomer(), { 'x-actor': actor })

  t.test('a name of up to 100 characters is taken, in UTF-8 too', async t => {
    const header = Buffer.from('é'.repeat(100), 'utf8').toString('latin1')
    for (const actor of ['', 'portal', 'x'.repeat(100), header]) t.equal((await create(actor)).statusCode, 201)
  })

  t.test('anything else is refused by the name of the header', async t => {
    for (const actor of ['x'.repeat(101), 'a\tb', '\u00ff']) {
      t.match((await create(actor)).json(), { code: 'invalidValue', parameter: 'X-Actor', status: '400' })
    }
  })
})

t.test('addresses', async t => {
  t.test('an API can be served under a path of its own, and its addresses follow', async t => {
    const options = { publicBaseUrl: 'https://crm.example.com/', apiPaths: { TMF629_V4: '/CRM_MS/tmforum/' } }
    const { send } = await start(t, { options })
    const answer = await send('POST', '/CRM_MS/tmforum/customer', aCustomer(), { host: 'evil.example.com' })
    t.equal(answer.headers['location'], `${BASE}/CRM_MS/tmforum/customer/${answer.json().id}`)
    t.equal(answer.json().href, answer.headers['location'])
    t.equal((await send('GET', CUSTOMERS)).statusCode, 404)
    t.equal((await send('GET', INDIVIDUALS)).statusCode, 200)
    const found = await send('GET', `/CRM_MS/tmforum/customer?href=${encodeURIComponent(answer.json().href)}`)
    t.equal(found.json().length, 1)
  })
})
