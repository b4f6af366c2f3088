import { once } from 'node:events'
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { aCustomer, callCustomers } from './testing/customers-client.ts'
import { newSqliteUrl, startServer } from './testing/start-crm.ts'

t.setTimeout(600_000)

interface HalfSent {
  readonly request: ClientRequest
  readonly answer: Promise<IncomingMessage>
  sendRest(): void
}

/** A create request whose body has not quite arrived. */
async function sendHalf(url: string): Promise<HalfSent> {
  const body = JSON.stringify(aCustomer('Moon Football Club'))
  const half = request(`${url}/tmf-api/customerManagement/v4/customer`, {
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/json', 'content-length': body.length, expect: '100-continue' }
  })
  const answer = once(half, 'response').then(([response]) => response as IncomingMessage)
  answer.catch(() => undefined)
  half.flushHeaders()
  await once(half, 'continue') // the server has begun with this request
  half.write(body.slice(0, 10))
  return { request: half, answer, sendRest: () => half.end(body.slice(10)) }
}

t.test('SIGTERM lets the request under way end, and then ends the server with 0', async t => {
  const DATABASE_URL = newSqliteUrl(t)
  const server = await startServer(t, { DATABASE_URL })
  const half = await sendHalf(server.url)
  server.process.kill('SIGTERM')
  await server.printed('"msg":"stopping"')
  await t.rejects(fetch(`${server.url}/livez`), 'no new connections')
  half.sendRest()
  const answer = await half.answer
  t.equal(answer.statusCode, 201)
  const { id } = JSON.parse(await text(answer))
  t.equal(await server.exited(), 0)
  t.match(server.stdout(), '"msg":"stopped"')

  const next = await startServer(t, { DATABASE_URL })
  t.equal((await callCustomers(next.url, 'GET', `/${id}`)).status, 200)
})

t.test('a request that does not end is cut off after the time given', async t => {
  const server = await startServer(t, { DATABASE_URL: newSqliteUrl(t), SHUTDOWN_TIMEOUT_MS: '50' })
  const half = await sendHalf(server.url)
  server.process.kill('SIGINT')
  await t.rejects(half.answer, 'the connection is gone')
  t.equal(await server.exited(), 0)
  t.match(server.stdout(), 'cut off')
})

t.test('a second signal ends the server at once', async t => {
  const server = await startServer(t, { DATABASE_URL: newSqliteUrl(t), SHUTDOWN_TIMEOUT_MS: '600000' })
  const half = await sendHalf(server.url)
  half.request.on('error', () => undefined)
  const again = setInterval(() => server.process.kill('SIGTERM'), 20)
  t.teardown(() => clearInterval(again))
  t.equal(await server.exited(), 1)
  t.match(server.stdout(), 'second signal')
})

t.test('an error that nobody caught ends the server with 1 and a log line without its message', async t => {
  const onWindowChange = "process.once('SIGWINCH', () => { throw new TypeError(['can', 'ary'].join('')) })"
  const server = await startServer(t, {
    DATABASE_URL: newSqliteUrl(t),
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(onWindowChange)}`
  })
  server.process.kill('SIGWINCH')
  t.equal(await server.exited(), 1)
  t.match(server.stdout(), /"level":"fatal".*"type":"TypeError".*uncaught error/)
  t.notMatch(server.stdout() + server.stderr(), 'canary')
})
