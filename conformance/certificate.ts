import type { Test } from 'tap'

type Customer = Record<string, unknown>

interface Answer {
  readonly status: number
  readonly text: string
  readonly body: unknown
}

const MANDATORY = ['engagedParty', '@type', 'href', 'id', 'name']
const NAME = 'Moon Football Club'

/** The party has an address of its own, which must not be taken for the customer's. */
const engagedParty = {
  id: '500',
  href: 'https://serverroot.example.com/tmf-api/partyManagement/v4/organization/500',
  name: NAME,
  '@referredType': 'Organization'
}

/**
 * The ten requests by which a system was certified for TMF629 Customer Management v4.0.0, in their order, with what was asserted of
 * each; and beyond that, what the certified system did badly without being found out: `null` for a projection, a bare object for a
 * list, the party's address as the customer's.
 *
 * @param baseUrl of the API, without a slash at the end: `http://127.0.0.1:8080/tmf-api/customerManagement/v4`
 */
export async function certificate(t: Test, baseUrl: string): Promise<void> {
  const customers = `${baseUrl}/customer`
  let created: Customer = {}

  await t.test('1 POST customer', async t => {
    const answer = await send('POST', customers, { name: NAME, engagedParty })
    t.equal(answer.status, 201)
    created = hasMandatory(t, answer.body)
    for (const name of ['@type', 'href', 'id', 'name']) t.type(created[name], 'string', `${name} is a string`)
    for (const name of ['href', 'id', 'name']) t.ok(answer.text.includes(String(created[name])), `the body includes the ${name}`)
    t.equal(created['name'], NAME)
    t.equal(created['href'], `${customers}/${created['id']}`, "the href is the customer's own")
    t.same(created['engagedParty'], engagedParty, 'the reference to the party is as it was sent')
  })

  await t.test('2 GET customer', async t => {
    isFoundIn(t, await send('GET', customers), created)
  })

  await t.test('3 GET customer/{id}', async t => {
    const answer = await send('GET', `${customers}/${created['id']}`)
    t.equal(answer.status, 200)
    isSame(t, hasMandatory(t, answer.body), created)
    t.same((await send('GET', String(created['href']))).body, answer.body, 'the href leads to the customer')
  })

  await t.test('4 GET customer?fields=href', t => projection(t, customers, 'href'))
  await t.test('5 GET customer?fields=id', t => projection(t, customers, 'id'))

  await t.test('6 GET customer?id={id}', async t => {
    const found = isFoundIn(t, await send('GET', `${customers}?id=${created['id']}`), created)
    t.equal(found.length, 1, 'nobody else has this id')
  })

  await t.test('7 GET customer?fields=name', t => projection(t, customers, 'name'))

  await t.test(`8 GET customer?name=${NAME}`, async t => {
    const found = isFoundIn(t, await send('GET', `${customers}?name=${encodeURIComponent(NAME)}`), created)
    for (const each of found) t.equal(each['name'], NAME)
  })

  await t.test('9 PATCH customer/{id}', async t => {
    const answer = await send('PATCH', `${customers}/${created['id']}`, { name: 'Moon and Stars Football Club' })
    t.equal(answer.status, 200)
    const changed = hasMandatory(t, answer.body)
    t.equal(changed['href'], created['href'])
    t.equal(changed['id'], created['id'])
    t.equal(changed['name'], 'Moon and Stars Football Club')
    t.same(changed['engagedParty'], created['engagedParty'])
    t.same((await send('GET', `${customers}/${created['id']}`)).body, changed, 'and stays changed')
  })

  await t.test('10 GET customer/{an id that does not exist}', async t => {
    const answer = await send('GET', `${customers}/does-not-exist`)
    t.equal(answer.status, 404)
    t.match(answer.body, { '@type': 'Error', code: String, reason: String, status: '404' })
  })
}

async function projection(t: Test, customers: string, field: string): Promise<void> {
  const answer = await send('GET', `${customers}?fields=${field}`)
  t.equal(answer.status, 200)
  const names = [...new Set(['@type', 'href', 'id', field])].sort()
  for (const each of isList(t, answer.body)) {
    t.same(Object.keys(each).sort(), names, 'what was asked for, and what always comes along')
    for (const name of names) t.type(each[name], 'string', `${name} is a string`)
  }
}

async function send(method: string, url: string, body?: unknown): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: { accept: 'application/json', ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) })
  })
  const text = await response.text()
  return { status: response.status, text, body: JSON.parse(text) }
}

function isFoundIn(t: Test, answer: Answer, created: Customer): Customer[] {
  t.equal(answer.status, 200)
  const found = isList(t, answer.body)
  for (const each of found) {
    hasMandatory(t, each)
    t.not(each['href'], (each['engagedParty'] as Customer)['href'], "the href is not the party's")
  }
  isSame(t, found.find(each => each['id'] === created['id']) ?? {}, created)
  return found
}

/** One customer is a list too. */
function isList(t: Test, body: unknown): Customer[] {
  if (!t.ok(Array.isArray(body), 'a list is an array')) return []
  t.not((body as unknown[]).length, 0, 'somebody is found')
  return body as Customer[]
}

function isSame(t: Test, found: Customer, created: Customer): void {
  for (const name of ['href', 'id', 'name']) t.equal(found[name], created[name], `the ${name} that was returned on creation`)
}

function hasMandatory(t: Test, body: unknown): Customer {
  if (!t.type(body, Object, 'an object')) return {}
  const customer = body as Customer
  for (const name of MANDATORY) {
    t.ok(customer[name] !== undefined && customer[name] !== null && customer[name] !== '', `${name} is there and not blank`)
  }
  return customer
}
