import { apiBindings } from '@crm-lite/adapters-http'
import { Validator } from '@seriousme/openapi-schema-validator'
import t from 'tap'
import { type OpenApiDocument, openApiValidator } from './openapi-validator.ts'
import { serve } from './serve.ts'
import { type Answer, wireClient } from './wire-client.ts'

const CUSTOMERS = '/tmf-api/customerManagement/v4/customer'
const origin = await serve(t, 'memory')
const client = wireClient(origin, 1)
t.teardown(() => client.close())
const jsonAt = async (path: string) => (await (await fetch(origin + path)).json()) as Record<string, unknown>
const document = (await jsonAt('/openapi.json')) as unknown as OpenApiDocument
const { faultsOf, schemaFaults } = openApiValidator(document)

t.test('our documents are OpenAPI 3.1', async t => {
  for (const path of ['/openapi.json', ...apiBindings.map(api => `/openapi/${api.document}.json`)]) {
    const validator = new Validator()
    t.match(await validator.validate(await jsonAt(path)), { valid: true }, path)
    t.equal(validator.version, '3.1')
  }
  const broken = { ...(await jsonAt('/openapi.json')), paths: { '/x': { get: { responses: { 200: {} } } } } }
  t.match(await new Validator().validate(broken), { valid: false }, 'and what is none is found out')
})

t.test('no operation is called as another one', async t => {
  const ids = Object.values(document.paths).flatMap(path => Object.values(path).flatMap(({ operationId }) => operationId ?? []))
  t.ok(ids.length >= 15)
  t.same([...new Set(ids)], ids)
})

t.test('an answer is held against what is documented for it', async t => {
  const send = (method: string, path: string, body?: unknown) => {
    const headers = { 'content-type': 'application/json' }
    return client.send({ method, path, headers, ...(body !== undefined && { body: JSON.stringify(body) }) })
  }
  const created = await send('POST', CUSTOMERS, { name: 'Harbour', engagedParty: { id: '500', '@referredType': 'Organization' } })
  const refused = await send('POST', CUSTOMERS, {})
  const found = await send('GET', `${CUSTOMERS}?fields=name`)
  const unknown = await send('GET', '/nowhere')
  const put = await send('PUT', CUSTOMERS)
  const text = (answer: Answer, change: (body: Record<string, unknown>) => unknown) => {
    return { ...answer, text: JSON.stringify(change(JSON.parse(answer.text) as Record<string, unknown>)) }
  }
  const header = (answer: Answer, name: string, value?: string) => ({ ...answer, headers: { ...answer.headers, [name]: value } })

  t.same(faultsOf('POST', CUSTOMERS, created), [])
  t.same(faultsOf('POST', `${CUSTOMERS}?x#y`, refused), [])
  t.same(faultsOf('GET', `/${CUSTOMERS}/?fields=name`, found), [])
  t.same(faultsOf('GET', '/nowhere', unknown), [])
  t.same(faultsOf('PUT', CUSTOMERS, put), [])
  t.same(faultsOf('HEAD', CUSTOMERS, { ...found, text: '' }), [])

  const wrongs: [method: string, path: string, answer: Answer, expected: RegExp][] = [
    ['POST', CUSTOMERS, { ...created, status: 418 }, /418 .* is not documented/],
    ['POST', CUSTOMERS, { ...created, status: 200 }, /200 .* is not documented/],
    ['POST', CUSTOMERS, header(created, 'etag'), /ETag is missing/],
    ['POST', CUSTOMERS, header(created, 'location', 'no uri'), /Location.*format/],
    ['POST', CUSTOMERS, header(created, 'content-type', 'text/plain'), /text\/plain is not documented/],
    ['POST', CUSTOMERS, { ...created, text: 'x' }, /not JSON/],
    ['POST', CUSTOMERS, text(created, ({ href: _href, ...rest }) => rest), /href/],
    ['POST', CUSTOMERS, text(created, body => ({ ...body, name: 7 })), /name: must be string/],
    ['POST', CUSTOMERS, text(created, body => ({ ...body, validFor: { startDateTime: '2026-02-30T00:00:00Z' } })), /date-time/],
    ['POST', CUSTOMERS, text(refused, ({ code: _code, ...rest }) => rest), /code/],
    ['GET', CUSTOMERS, header(found, 'x-total-count', 'many'), /X-Total-Count/],
    ['GET', CUSTOMERS, text(found, () => [{ id: '1' }]), /href/],
    ['GET', `${CUSTOMERS}/1`, { ...created, status: 304 }, /a body that is not documented/],
    ['GET', '/nowhere', found, /200 undefined is not documented/],
    ['GET', '/nowhere', text(unknown, body => ({ ...body, code: 'notFound' })), /404 notFound is not documented/],
    ['PUT', CUSTOMERS, header(put, 'allow'), /405 without Allow/]
  ]
  for (const [method, path, answer, expected] of wrongs)
    t.match(faultsOf(method, path, answer).join(), expected, String(expected))
  t.same(schemaFaults('Error', JSON.parse(refused.text)), [])
  t.not(schemaFaults('Customer', JSON.parse(refused.text)).length, 0)
})
