import { CANARY } from '@crm-lite/adapters-http/testing'
import * as fc from 'fast-check'
import type { Step, Story } from './generated-requests-story.ts'

/** GET most often. No parser knows the last one: the connection ends with the answer. */
const methods = words('GET GET GET HEAD POST PUT PATCH DELETE OPTIONS TRACE PROPFIND QUERY PURGE M-SEARCH FOO')

/** Behind the path of a collection. */
const afterCollection = words(`
  / /// #part s .json %20 ?x=%&y=%zz / /${CANARY} /a%2Fb /%00 /%zz /% /%ff /%ed%a0%80 /%c0%af /.. /%2e%2e /. /* /%F0%9F%98%80 /a%20b
  /:id /{id} /'-- /\xe9 /\xff /${'x'.repeat(101)} /${'x'.repeat(9_000)}
`)
/** Behind the path of the resource. */
const afterItem = words(`/ /extra ? ?&& ?nope=${CANARY} ?fields=id&limit=1 ?fields=%00 ;v=1 %20`)
const elsewhere = words(`
  / // /% /? * /tmf-api /tmf-api/ /index.html /.env /../../etc/passwd /%2e%2e/%2e%2e/etc/passwd /__proto__ /${CANARY} /${'a/'.repeat(500)}
  /livez /livez/ //livez /livez?x=% /livez%00 /readyz /version /metrics /metrics?name[]=x /openapi.json /openapi.json/ https://x/
  /openapi/tmf629-v4.json /openapi/tmf632-v4.json /openapi/nope.json /docs /docs/ /docs/json /docs/yaml /docs/static/index.html
  /docs/static/nope /docs/static/%2e%2e/%2e%2e/package.json /docs/static/..%2f..%2fpackage.json http://elsewhere.example.com/livez
`)

function words(text: string): string[] {
  return text.trim().split(/\s+/)
}

function oddPaths(collection: string, item: string): string[] {
  const respelt = [`/${collection}`, collection.replaceAll('/', '//'), collection.toUpperCase(), collection.replace('v4', 'v%34')]
  const around = [collection, item, ...respelt, collection.replace('/', '/%2'), `http://elsewhere.example.com${collection}`]
  return [...around, ...afterCollection.map(each => collection + each), ...afterItem.map(each => item + each), ...elsewhere]
}

/** Headers that may make a difference, right and wrong. */
const oddHeaders: Readonly<Record<string, readonly string[]>> = {
  accept: [
    ...['*/*', 'application/json', 'application/problem+json', 'application/problem+json;q=0.5, application/json', 'text/html'],
    ...['application/problem+json;q=x', ';;,,', '', CANARY, 'application/*;q=0, */*;q=0']
  ],
  prefer: ['count=none', 'count="none"; x=y', 'return=minimal', 'count=', ',;=', CANARY, 'COUNT=NONE'],
  'x-actor': ['portal', 'Zo\u00c3\u00ab', '', 'a'.repeat(100), CANARY + 'a'.repeat(100), `${CANARY}\u00ff`, 'a\tb'],
  'x-request-id': ['abc-1', '', 'x'.repeat(500), 'a b', '"<script>', '\u00e9'],
  'idempotency-key': ['x'.repeat(256), '', '\u00e9', 'a\tb'],
  'if-match': ['*', '"1"', '"0"', 'W/"1"', CANARY, '', '"'.repeat(2_000)],
  'if-none-match': ['*', '"1"', 'W/"1"', CANARY, '', ','.repeat(2_000)],
  host: ['elsewhere.example.com', '', 'a:b:c', 'x'.repeat(300)],
  origin: ['https://elsewhere.example.com', 'null', CANARY],
  expect: ['100-continue', '200-ok', CANARY],
  upgrade: ['websocket', 'h2c'],
  authorization: [`Bearer ${CANARY}`, 'Basic %'],
  range: ['items=0-4', 'bytes=0-'],
  cookie: ['a=b'.repeat(1_000)],
  te: ['trailers'],
  'x-forwarded-host': ['elsewhere.example.com'],
  'x-http-method-override': ['DELETE', 'PUT'],
  'access-control-request-method': ['DELETE']
}
const oddHeader = fc
  .constantFrom(...Object.entries(oddHeaders))
  .chain(([name, values]) => fc.tuple(fc.constant(name), fc.constantFrom(...values)))
const headerSets = fc.array(oddHeader, { maxLength: 3 }).map((pairs): Record<string, string> => Object.fromEntries(pairs))

const bodies = fc.constantFrom<{ body?: string; headers: Record<string, string> }>(
  { headers: {} },
  { headers: { 'content-type': 'application/json' } },
  { headers: { 'content-type': 'application/json' }, body: '{}' },
  { headers: { 'content-type': 'application/json' }, body: `{"name":"${CANARY}"` },
  { headers: { 'content-type': 'text/plain' }, body: CANARY },
  { headers: {}, body: CANARY }
)

/** Whatever comes to the mind of a scanner. What the story's resource is afterwards is looked up. */
export const oddity: fc.Arbitrary<Step> = fc
  .tuple(fc.constantFrom(...methods), fc.nat(), headerSets, bodies)
  .map(([given, choice, headers, { body, headers: ofBody }]) => async story => {
    const paths = oddPaths(story.collection.path, story.item)
    const path = paths[choice % paths.length]!
    const isMalformed = given === 'FOO' || /[\x80-\xff]/.test(path)
    // What is no HTTP has no method yet: the answer to a malformed HEAD has a body.
    const method = given === 'HEAD' && isMalformed ? 'GET' : given
    // An answer that ends its connection must not end it under other requests.
    const connection = isMalformed || headers['expect'] !== undefined ? { connection: 'close' } : {}
    const request = { method, path, headers: { ...ofBody, ...headers, ...connection }, ...(body !== undefined && { body }) }
    const exchange = await story.send(request)
    const { location, link } = exchange.answer.headers
    exchange.expect(!`${location} ${link}`.includes('elsewhere'), 'an address that the client made up')
    await lookUpAfter(story, method)
  })

async function lookUpAfter(story: Story, method: string): Promise<void> {
  const { known } = story
  if (!known || (method !== 'DELETE' && method !== 'PATCH')) return
  const exchange = await story.send({ method: 'GET', path: story.item })
  exchange.expectStatus(200, 404)
  const { etag = '' } = exchange.answer.headers
  story.known = exchange.isSuccess ? { ...known, document: exchange.resource(), etag } : undefined
}
