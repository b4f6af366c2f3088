import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { newSqliteUrl, startServer } from './testing/start-crm.ts'

t.setTimeout(600_000)

const CANARY = 'Kanarienvogel'
const MAIL = `${CANARY}.mail@example.com`
const CUSTOMERS = '/tmf-api/customerManagement/v4/customer'
const INDIVIDUALS = '/tmf-api/party/v4/individual'
const json = { 'content-type': 'application/json' }

const aCustomer = {
  name: `${CANARY} Ltd`,
  engagedParty: { id: CANARY, name: CANARY, '@referredType': 'Organization' },
  contactMedium: [{ mediumType: 'email', characteristic: { emailAddress: MAIL } }]
}

/** Requests that fail or succeed, each full of what must not be told on. The status is what they are answered with. */
const requests: readonly (readonly [
  status: number,
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: string
])[] = [
  [
    201,
    'POST',
    CUSTOMERS,
    { ...json, 'x-actor': CANARY, 'idempotency-key': CANARY, 'user-agent': CANARY },
    JSON.stringify(aCustomer)
  ],
  [422, 'POST', CUSTOMERS, { ...json, 'idempotency-key': CANARY }, JSON.stringify({ ...aCustomer, status: CANARY })],
  [400, 'POST', CUSTOMERS, json, `{"name": "${CANARY}", "engagedParty": ${CANARY}`],
  [400, 'POST', CUSTOMERS, json, JSON.stringify({ ...aCustomer, contactMedium: CANARY })],
  [400, 'POST', CUSTOMERS, json, JSON.stringify({ ...aCustomer, name: `${CANARY}\u0000` })],
  [400, 'POST', CUSTOMERS, json, JSON.stringify({ name: CANARY })],
  [400, 'POST', INDIVIDUALS, json, JSON.stringify({ givenName: CANARY, familyName: CANARY, birthDate: CANARY, status: CANARY })],
  [
    400,
    'POST',
    INDIVIDUALS,
    { ...json, 'idempotency-key': `${CANARY} ÿ` },
    JSON.stringify({ givenName: CANARY, familyName: CANARY })
  ],
  [415, 'POST', CUSTOMERS, { 'content-type': `text/${CANARY}` }, CANARY],
  [413, 'POST', CUSTOMERS, json, JSON.stringify({ ...aCustomer, name: CANARY.repeat(100_000) })],
  [200, 'GET', `${CUSTOMERS}?name=${CANARY}%20Ltd`, {}],
  [
    200,
    'GET',
    `${CUSTOMERS}?contactMedium.characteristic.emailAddress=${MAIL}&name.like=${CANARY}*`,
    { authorization: `Bearer ${CANARY}`, cookie: CANARY }
  ],
  [400, 'GET', `${CUSTOMERS}?name.regex=(${CANARY}`, {}],
  [400, 'GET', `${CUSTOMERS}?limit=${CANARY}`, {}],
  [400, 'GET', `${CUSTOMERS}?cursor=${CANARY}`, {}],
  [400, 'GET', `${CUSTOMERS}?validFor.startDateTime=${CANARY}`, {}],
  [404, 'GET', `${CUSTOMERS}/${CANARY}`, {}],
  [404, 'PATCH', `${CUSTOMERS}/${CANARY}`, json, JSON.stringify({ name: CANARY })],
  [404, 'GET', `/${CANARY}?name=${CANARY}`, {}],
  [405, 'PUT', `${CUSTOMERS}/${CANARY}`, json, JSON.stringify({ name: CANARY })],
  [400, 'GET', `${CUSTOMERS}/${CANARY}%E0%A4%A`, {}]
]

t.test('what clients send is found in no log line, error or metric', async t => {
  const server = await startServer(t, { DATABASE_URL: newSqliteUrl(t), LOG_LEVEL: 'trace' })
  let created = ''
  for (const [status, method, path, headers, body] of requests) {
    const response = await fetch(`${server.url}${path}`, { method, headers, ...(body !== undefined && { body }) })
    const answer = await response.text()
    t.equal(
      response.status,
      status,
      `${method} ${path.replaceAll(CANARY, '...')} ${body?.slice(0, 20).replaceAll(CANARY, '...') ?? ''}`
    )
    if (status >= 400) t.notMatch(answer, CANARY, 'the error does not echo')
    if (status === 201) created = JSON.parse(answer).id
  }
  const patches: readonly (readonly [number, string, unknown])[] = [
    [400, 'application/merge-patch+json', { id: CANARY, name: CANARY }],
    [400, 'application/merge-patch+json', { validFor: { startDateTime: CANARY } }],
    [400, 'application/json-patch+json', [{ op: 'test', path: `/${CANARY}`, value: CANARY }]],
    [400, 'application/json-patch+json', [{ op: CANARY, path: `/${CANARY}` }]],
    [412, 'application/merge-patch+json', { name: CANARY }]
  ]
  for (const [status, type, body] of patches) {
    const response = await fetch(`${server.url}${CUSTOMERS}/${created}`, {
      method: 'PATCH',
      headers: { 'content-type': type, ...(status === 412 && { 'if-match': `"${CANARY}"` }) },
      body: JSON.stringify(body)
    })
    t.equal(response.status, status, `${type} ${JSON.stringify(body).replaceAll(CANARY, '...')}`)
    t.notMatch(await response.text(), CANARY, 'the error does not echo')
  }
  t.notMatch(await speakBadly(server.url, `GET /${CANARY} HTTP/9.9\r\nx-${CANARY}: ${CANARY}\r\n\r\n`), CANARY)
  t.notMatch(await speakBadly(server.url, `GET /x HTTP/1.1\r\nhost: x\r\n${CANARY} ${CANARY}\r\n\r\n`), CANARY)

  const metrics = await (await fetch(`${server.url}/metrics`)).text()
  t.match(metrics, CUSTOMERS, 'there are metrics of these requests')
  t.notMatch(metrics, new RegExp(CANARY, 'i'))
  server.process.kill('SIGTERM')
  t.equal(await server.exited(), 0)
  t.notMatch(server.stdout() + server.stderr(), new RegExp(CANARY, 'i'))
})

/** Sends what is not HTTP and returns what comes back. */
async function speakBadly(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.end(bytes)
  return text(socket)
}
