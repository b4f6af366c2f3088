import { apiBindings } from '@crm-lite/adapters-http'
import { type Product, productStatuses } from '@crm-lite/domain'
import t, { type Test } from 'tap'
import { fictionalProduct } from '../apps/server/src/seed/fictional-product.ts'
import { engines, eventsSince, serve, serveWithStorage } from './serve.ts'

type Answer = Readonly<Record<string, unknown>>

/** What the published conformance kit looks for in every product that it comes across. */
const MANDATORY = [
  'billingAccount',
  'href',
  'id',
  'productCharacteristic',
  'productOffering',
  'productPrice',
  'relatedParty',
  'status'
] as const
const LISTS = ['productCharacteristic', 'productPrice', 'relatedParty']

const binding = apiBindings.find(({ key }) => key === 'TMF637_V4')!.resources[0]!
const example = binding.example as unknown as Product

for (const engine of engines) {
  t.test(`products are found by everything that the standard and its kit ask for on ${engine}`, async t => {
    const { products, created } = await filled(t, await serve(t, engine))

    const whole = await listOf(t, products)
    t.equal(whole.length, 11)
    for (const each of whole) hasMandatory(t, each)
    hasMandatory(t, await found(t, String(created['href'])))

    for (const name of Object.keys(created)) {
      const fields = name === '@type' ? 'none' : name
      const names = [...new Set(['@type', 'href', 'id', name])].sort()
      t.same(Object.keys(await found(t, `${created['href']}?fields=${fields}`)).sort(), names, `only ${name}`)
      const [first] = await listOf(t, `${products}?fields=${fields}&id=${created['id']}`)
      t.same(Object.keys(first!).sort(), names, `only ${name}, in a list`)
    }

    for (const [path, value] of leavesOf(created)) {
      const those = await listOf(t, `${products}?${path}=${encodeURIComponent(value.includes(',') ? `"${value}"` : value)}`)
      const isIt = (each: Answer) => leavesOf(each).some(leaf => leaf[0] === path && leaf[1] === value)
      t.ok(those.some(({ id }) => id === created['id']) && those.every(isIt), `by ${path}`)
    }
    t.same(await listOf(t, `${products}?productSerialNumber=of-no-device`), [])
  })

  t.test(`products answer what is published for each operation on ${engine}`, async t => {
    const { products, created } = await filled(t, await serve(t, engine))
    const href = String(created['href'])

    const changed = await send('PATCH', href, { status: 'suspended' })
    t.equal(changed.status, 200)
    t.same(changed.body, { ...created, status: 'suspended' })
    t.same(await found(t, href), changed.body)

    for (const status of productStatuses) {
      t.match(await send('POST', products, { status }), { status: 201, body: { status } })
      t.equal((await send('PATCH', href, { status })).status, 200)
      const those = await listOf(t, `${products}?status=${encodeURIComponent(status)}`)
      t.ok(those.some(({ id }) => id === created['id']) && those.every(each => each['status'] === status), `"${status}"`)
    }
    for (const status of ['aborted', 'Active', null]) {
      t.match(await send('PATCH', href, { status }), { status: 400, body: { '@type': 'Error', pointer: '/status' } })
    }

    const refused = await send('POST', products, { name: 'Fibre 500' })
    t.match(refused, { status: 400, body: { code: 'missingAttribute', pointer: '/status' } })
    const deleted = await fetch(href, { method: 'DELETE', headers: { 'content-type': 'application/json' } })
    t.same([deleted.status, await deleted.text()], [204, ''])
    for (const method of ['GET', 'DELETE']) t.match(await send(method, href), { status: 404, body: { status: '404' } })
  })

  t.test(`the lists of a product are always there on ${engine}`, async t => {
    const { origin, storage } = await serveWithStorage(t, engine)
    const products = `${origin}/tmf-api/productInventory/v4/product`
    const empty = { productCharacteristic: [], productPrice: [], relatedParty: [] }
    const least = (await send('POST', products, { status: 'created' })).body
    t.same(least, { id: least['id'], href: least['href'], '@type': 'Product', status: 'created', ...empty })

    const { body } = await send('POST', products, example)
    const href = String(body['href'])
    const none = Object.fromEntries(LISTS.map(name => [name, null]))
    t.same((await send('PATCH', href, none)).body, { ...body, ...empty }, 'after a merge patch')
    await send('PATCH', href, example)
    const operations = LISTS.map(name => ({ op: 'remove', path: `/${name}` }))
    t.same(
      (await send('PATCH', href, operations, 'application/json-patch+json')).body,
      { ...body, ...empty },
      'after a JSON patch'
    )
    t.same(await found(t, href), { ...body, ...empty })
    for (const each of await listOf(t, products)) t.match(each, empty)

    const events = await eventsSince(storage)
    t.equal(events.length, 5)
    for (const { document } of events) t.ok(LISTS.every(name => Array.isArray(JSON.parse(document)[name])))
  })
}

/** The example and ten products of the fictional data. */
async function filled(t: Test, origin: string): Promise<{ products: string; created: Answer }> {
  const products = `${origin}/tmf-api/productInventory/v4/product`
  for (let index = 0; index < 10; index++) await send('POST', products, fictionalProduct(1, index, 5))
  const { status, body, location } = await send('POST', products, example)
  t.equal(status, 201)
  t.equal(body['href'], `${products}/${body['id']}`)
  t.equal(location, body['href'])
  t.same(body, { ...example, id: body['id'], href: body['href'] }, 'what was sent is what is answered')
  return { products, created: body }
}

function hasMandatory(t: Test, product: Answer): void {
  for (const name of MANDATORY) t.ok(product[name] !== undefined && product[name] !== null && product[name] !== '', name)
  for (const name of LISTS) t.ok(Array.isArray(product[name]), `${name} is an array`)
}

/** Every value in a product that a filter can name, with its dotted path. */
function leavesOf(value: unknown, path = ''): [path: string, value: string][] {
  if (Array.isArray(value)) return value.flatMap(each => leavesOf(each, path))
  if (typeof value !== 'object' || value === null) return [[path, String(value)]]
  return Object.entries(value).flatMap(([name, each]) => leavesOf(each, path === '' ? name : `${path}.${name}`))
}

async function found(t: Test, url: string): Promise<Answer> {
  const { status, body } = await send('GET', url)
  t.equal(status, 200)
  return body
}

async function listOf(t: Test, url: string): Promise<Answer[]> {
  const { status, body } = await send('GET', url)
  if (!t.ok(status === 200 && Array.isArray(body), `${status}, a list`)) return []
  return body as unknown as Answer[]
}

async function send(method: string, url: string, body?: unknown, type = 'application/json') {
  const sent = body !== undefined && { headers: { 'content-type': type }, body: JSON.stringify(body) }
  const response = await fetch(url, { method, ...sent })
  const text = await response.text()
  return {
    status: response.status,
    location: response.headers.get('location'),
    body: (text === '' ? {} : JSON.parse(text)) as Answer
  }
}
