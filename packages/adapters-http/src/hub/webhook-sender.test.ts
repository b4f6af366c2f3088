import { createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo, Server, Socket } from 'node:net'
import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises'
import { Webhook } from 'standardwebhooks'
import t, { type Test } from 'tap'
import { type RudeReceiver, selfSignedCertificate, startRudeReceiver } from '../testing/index.ts'
import {
  CallbackGuard,
  newWebhookSecret,
  type WebhookRequest,
  type WebhookResult,
  WebhookSender,
  type WebhookSenderOptions
} from './index.ts'

const secrets = [newWebhookSecret(), newWebhookSecret()]
const LIMIT_MS = 300
const delivered: WebhookResult = { kind: 'delivered', status: 200 }
const badAnswer: WebhookResult = { kind: 'unreachable', reason: 'badAnswer' }
const timeout: WebhookResult = { kind: 'unreachable', reason: 'timeout' }
const noConnection: WebhookResult = { kind: 'unreachable', reason: 'connection' }

t.test('a webhook arrives as it was sent, and its signature is verified', async t => {
  const { send } = startSender(t)
  const receiver = await startRudeReceiver(t, answering('HTTP/1.1 204 No Content\r\n\r\n'))
  const body = JSON.stringify({ eventType: 'CustomerCreateEvent', text: 'ä 日本 😀 \u2028' })
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  t.same(await send(`${receiver.url}/hook/é?a=b%20c#part`, { body, id: 'event-1', traceparent }), {
    kind: 'delivered',
    status: 204
  })

  const [head = '', received] = receiver.received[0]!.split('\r\n\r\n')
  const [line, ...lines] = head.split('\r\n')
  const headers = Object.fromEntries(
    lines.map(header => [header.slice(0, header.indexOf(':')), header.slice(header.indexOf(':') + 2)])
  )
  t.equal(line, 'POST /hook/%C3%A9?a=b%20c HTTP/1.1')
  t.match(headers, { 'content-type': 'application/json', 'webhook-id': 'event-1', traceparent, host: new URL(receiver.url).host })
  for (const secret of secrets) t.same(new Webhook(secret).verify(received!, headers), JSON.parse(body))
})

t.test('only 2xx is success', async t => {
  const { send } = startSender(t)
  for (const status of [200, 201, 202, 203, 204, 205, 206, 226, 299]) {
    t.same(await sendTo(t, send, `HTTP/1.1 ${status} X\r\ncontent-length: 0\r\n\r\n`), { kind: 'delivered', status }, `${status}`)
  }
  for (const status of [
    400, 401, 403, 404, 405, 408, 409, 413, 415, 418, 422, 429, 451, 500, 501, 502, 503, 504, 599, 600, 999
  ]) {
    t.same(await sendTo(t, send, `HTTP/1.1 ${status} X\r\ncontent-length: 0\r\n\r\n`), { kind: 'refused', status }, `${status}`)
  }
  t.same(await sendTo(t, send, 'HTTP/1.1 410 Gone\r\ncontent-length: 4\r\n\r\ngone'), { kind: 'gone' })
})

t.test('redirects are not followed', async t => {
  const { send } = startSender(t)
  const elsewhere = await startRudeReceiver(t, answering('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'))
  for (const status of [300, 301, 302, 303, 304, 305, 306, 307, 308, 399]) {
    for (const location of [elsewhere.url, '/', '//[::1]/', 'not a URL']) {
      const answer = `HTTP/1.1 ${status} X\r\nlocation: ${location}\r\nrefresh: 0; url=${location}\r\ncontent-length: 0\r\n\r\n`
      t.same(await sendTo(t, send, answer), { kind: 'refused', status }, `${status} ${location}`)
    }
  }
  t.same(elsewhere.received, [])
})

t.test('Retry-After is told, in both forms', async t => {
  const { send } = startSender(t)
  const answer = (status: number, header: string) => `HTTP/1.1 ${status} X\r\n${header}content-length: 0\r\n\r\n`
  for (const status of [429, 503, 500, 301]) {
    t.same(await sendTo(t, send, answer(status, 'retry-after: 120\r\n')), { kind: 'refused', status, retryAfterMs: 120_000 })
    const inAnHour = await sendTo(t, send, answer(status, `Retry-After: ${new Date(Date.now() + 3_600_000).toUTCString()}\r\n`))
    t.match(inAnHour, { kind: 'refused', status })
    t.ok(inAnHour.kind === 'refused' && inAnHour.retryAfterMs! > 3_590_000 && inAnHour.retryAfterMs! <= 3_600_000)
    const over = answer(status, 'retry-after: Sun, 06 Nov 1994 08:49:37 GMT\r\n')
    t.same(await sendTo(t, send, over), { kind: 'refused', status, retryAfterMs: 0 })
    for (const garbage of [
      'retry-after: later\r\n',
      'retry-after:\r\n',
      'retry-after: -5\r\n',
      'retry-after: 1\r\nretry-after: 2\r\n',
      ''
    ]) {
      t.same(await sendTo(t, send, answer(status, garbage)), { kind: 'refused', status }, garbage)
    }
  }
})

t.test('an answer that does not come in time', async t => {
  const { send } = startSender(t, { timeoutMs: LIMIT_MS })
  const cases: readonly (readonly [string, WebhookResult, (socket: Socket) => void])[] = [
    ['never', timeout, () => {}],
    ['a byte of the headers at a time', timeout, dripping('HTTP/1.1 200 OK\r\ncontent-length: 0\r\nx: y\r\n\r\n')],
    ['a byte of the body at a time', timeout, dripping('c'.repeat(1000), 'HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n')],
    ['headers without an end', timeout, dripping('x: y\r\n'.repeat(1000), 'HTTP/1.1 200 OK\r\n')],
    ['half an answer, then nothing', timeout, answering('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf')],
    ['informational answers only', timeout, dripping('HTTP/1.1 102 Processing\r\n\r\n'.repeat(100))],
    [
      'a refusal whose body hangs',
      { kind: 'refused', status: 500 },
      answering('HTTP/1.1 500 X\r\ncontent-length: 9\r\n\r\nhalf')
    ],
    ['gone, with a body that hangs', { kind: 'gone' }, answering('HTTP/1.1 410 X\r\ntransfer-encoding: chunked\r\n\r\n5\r\nha')]
  ]
  const startedAt = performance.now()
  await Promise.all(
    cases.map(async ([name, expected, behave]) => {
      const receiver = await startRudeReceiver(t, behave)
      t.same(await send(receiver.url), expected, name)
      await receiver.released()
    })
  )
  t.ok(performance.now() - startedAt < 5_000)
})

t.test('an answer that breaks off, or is none, is no success', async t => {
  const { send } = startSender(t)
  const ok = 'HTTP/1.1 200 OK\r\n'
  const cases: readonly (readonly [string, (socket: Socket) => void])[] = [
    ['closed without an answer', socket => socket.end()],
    ['reset without an answer', socket => socket.resetAndDestroy()],
    ['closed within the headers', ending(`${ok}content-le`)],
    ['closed within the body', ending(`${ok}content-length: 100\r\n\r\nhalf`)],
    ['reset within the body', socket => socket.write(`${ok}content-length: 100\r\n\r\nhalf`, () => socket.resetAndDestroy())],
    ['closed within a chunk', ending(`${ok}transfer-encoding: chunked\r\n\r\nff\r\nhalf`)],
    ['closed before the last chunk', ending(`${ok}transfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n`)],
    ['a bad chunk', ending(`${ok}transfer-encoding: chunked\r\n\r\nzz\r\n`)],
    ['a bad length', ending(`${ok}content-length: -5\r\n\r\n`)],
    ['two lengths', ending(`${ok}content-length: 5\r\ncontent-length: 6\r\n\r\nhello`)],
    ['no HTTP', ending('SSH-2.0-OpenSSH_9.6\r\n')],
    ['HTTP/0.9', ending('<html>hello</html>')],
    ['zeros', ending('\0'.repeat(100))],
    ['a status without a number', ending('HTTP/1.1 OK\r\n\r\n')],
    ['large headers', answering(`${ok}x: ${'y'.repeat(20_000)}\r\ncontent-length: 0\r\n\r\n`)],
    ['many headers', answering(`${ok}${'x: y\r\n'.repeat(10_000)}content-length: 0\r\n\r\n`)],
    ['another protocol', answering('HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n')]
  ]
  for (const [name, behave] of cases) {
    const receiver = await startRudeReceiver(t, behave)
    t.same(await send(receiver.url), badAnswer, name)
    await receiver.released()
  }
})

t.test('an answer that is odd but whole counts', async t => {
  const { send } = startSender(t)
  t.same(await sendTo(t, send, 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok and more than was announced'), delivered)
  t.same(await sendTo(t, send, 'HTTP/1.0 200 OK\r\n\r\nuntil the end', ending), delivered)
  t.same(
    await sendTo(
      t,
      send,
      `${'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n'.repeat(20)}HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n`
    ),
    delivered
  )
  t.same(
    await sendTo(t, send, 'HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-type: x\r\ncontent-length: 3\r\n\r\nno!'),
    delivered
  )
  t.same(await sendTo(t, send, 'HTTP/1.1 500 X\r\ncontent-length: 100\r\n\r\nhalf', ending), { kind: 'refused', status: 500 })
  t.same(await sendTo(t, send, 'HTTP/1.1 410 X\r\ncontent-length: 100\r\n\r\nhalf', ending), { kind: 'gone' })
})

t.test('of an endless answer only so much is read, and its status counts', async t => {
  const { send } = startSender(t, { maxAnswerBytes: 65_536 })
  for (const [status, expected] of [
    [200, delivered],
    [410, { kind: 'gone' }],
    [500, { kind: 'refused', status: 500 }]
  ] as const) {
    let flowed = 0
    const receiver = await startRudeReceiver(t, socket => {
      socket.write(`HTTP/1.1 ${status} X\r\ntransfer-encoding: chunked\r\n\r\n`)
      const pour = () => {
        flowed += 16_384
        if (!socket.destroyed) socket.write(`4000\r\n${'x'.repeat(16_384)}\r\n`, pour)
      }
      pour()
    })
    t.same(await send(receiver.url), expected)
    await receiver.released()
    t.ok(flowed < 16 * 1024 * 1024, `${status}: ${flowed} bytes left the receiver, most of them for the buffers in between`)
  }
  const exact = `HTTP/1.1 200 OK\r\ncontent-length: 65536\r\n\r\n${'x'.repeat(65_536)}`
  const receiver = await startRudeReceiver(t, answering(exact))
  for (let count = 0; count < 3; count++) t.same(await inTurn(send(receiver.url)), delivered)
  t.equal(receiver.received.length, 1, 'an answer just within the limit leaves the connection in use')
})

t.test('where nobody listens', async t => {
  const closed = await startRudeReceiver(t, () => {})
  const { port } = new URL(closed.url)
  const gone = createServer()
  const unused = await listening(t, gone)
  await new Promise(resolve => gone.close(resolve))

  t.test('there is no connection', async t => {
    t.same(await startSender(t).send(`http://127.0.0.1:${unused}`), noConnection)
    const twoAddresses = startSender(t, {}, async () => [
      { address: '127.0.0.1', family: 4 },
      { address: '127.0.0.2', family: 4 }
    ])
    t.same(await twoAddresses.send(`http://two.example.com:${unused}`), noConnection)
  })

  t.test('nor for a name that is not known, or that nobody answers for', async t => {
    const unknown = startSender(t, {}, () => Promise.reject(new Error('ENOTFOUND')))
    t.same(await unknown.send(`http://unknown.example.com:${port}`), noConnection)
    t.same(await unknown.send(`https://unknown.example.com:${port}`), noConnection)
    const later = startSender(t, { timeoutMs: 40 }, () => new Promise(() => {}))
    t.same(await later.send(`http://silent.example.com:${port}`), noConnection, 'in all the time there is')
  })

  t.test('nor where a name, or a secure connection, takes too long', async t => {
    const impatient = startSender(t, { connectTimeoutMs: 40 }, () => new Promise(() => {}))
    const urls = [`http://silent.example.com:${port}`, `https://127.0.0.1:${port}`]
    t.same(await Promise.all(urls.map(url => impatient.send(url))), [noConnection, noConnection])
  })
})

t.test('certificates are verified', async t => {
  const { key, cert } = selfSignedCertificate()
  let requests = 0
  const server = createSecureServer({ key, cert }, (request, response) => {
    requests++
    request.resume().on('end', () => response.end('ok'))
  })
  const port = await listening(t, server)
  const trusting = { certificateAuthorities: [cert] }
  const production = new CallbackGuard({
    development: false,
    allowedCidrs: ['127.0.0.0/8'],
    resolve: async () => [{ address: '127.0.0.1', family: 4 }]
  })
  const sender = startSender(t, { ...trusting, guard: production })
  t.same(await sender.send(`https://127.0.0.1:${port}`), delivered)
  t.same(await sender.send(`https://localhost:${port}`), delivered)
  t.equal(requests, 2)

  const tls: WebhookResult = { kind: 'unreachable', reason: 'tls' }
  t.same(await sender.send(`https://other.example.com:${port}`), tls, 'for another name')
  t.same(await startSender(t).send(`https://127.0.0.1:${port}`), tls, 'of an authority that nobody knows')
  t.capture(process, 'emitWarning', () => {})
  const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED']
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
  t.same(await startSender(t).send(`https://127.0.0.1:${port}`), tls, 'even when the process is told not to')
  if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']
  else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before
  const plain = await startRudeReceiver(t, answering('HTTP/1.1 200 OK\r\n\r\n'))
  const talkative = await listening(
    t,
    createServer().on('connection', socket => socket.end('HTTP/1.1 200 OK\r\n\r\n'))
  )
  t.same(await startSender(t, { connectTimeoutMs: 500 }).send(`https://127.0.0.1:${talkative}`), tls, 'of no TLS at all')
  t.equal(requests, 2)
  t.same(plain.received, [])
})

t.test('connections', async t => {
  const ok = answering('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok')

  t.test('are used again, and replaced when they get old', async t => {
    const receiver = await startRudeReceiver(t, ok)
    const { send } = startSender(t)
    for (let count = 0; count < 5; count++) await inTurn(send(receiver.url))
    t.equal(receiver.received.length, 1)
    const other = await startRudeReceiver(t, ok)
    const restless = startSender(t, { connectionTtlMs: 1 })
    await restless.send(other.url)
    for (let count = 0; count < 50 && other.received.length < 2; count++) {
      t.same(await inTurn(restless.send(other.url)), delivered)
      await pause(1)
    }
    t.equal(other.received.length, 2)
  })

  t.test('of a slow receiver take no room from others', async t => {
    const slow = await startRudeReceiver(t, () => {})
    const quick = await startRudeReceiver(t, ok)
    const { send } = startSender(t, { maxPerLane: 2, timeoutMs: LIMIT_MS })
    const waiting = [send(slow.url), send(slow.url)]
    t.same(await send(slow.url), { kind: 'withdrawn', reason: 'busy' })
    t.same(await send(slow.url, { lane: 'subscription-2', signal: AbortSignal.timeout(20) }), {
      kind: 'withdrawn',
      reason: 'aborted'
    })
    t.same(await send(quick.url), delivered)
    t.same(await Promise.all(waiting), [timeout, timeout])
    t.same(
      await send(slow.url, { signal: AbortSignal.timeout(20) }),
      { kind: 'withdrawn', reason: 'aborted' },
      'there is room again'
    )
  })

  t.test('carry a hundred webhooks at the same time', async t => {
    const receiver = await startRudeReceiver(t, ok)
    const { send } = startSender(t, { maxPerLane: 100 })
    const results = await Promise.all(Array.from({ length: 100 }, () => send(receiver.url)))
    t.ok(results.every(result => result.kind === 'delivered'))
  })
})

t.test('a send is called off', async t => {
  t.test('by the caller, at any time', async t => {
    const receiver = await startRudeReceiver(t, () => calledOff.abort())
    const calledOff = new AbortController()
    const { send } = startSender(t)
    t.same(await send(receiver.url, { signal: calledOff.signal }), { kind: 'withdrawn', reason: 'aborted' })
    await receiver.released()
    t.same(await send(receiver.url, { signal: calledOff.signal }), { kind: 'withdrawn', reason: 'aborted' })
    t.equal(receiver.received.length, 1, 'nothing was sent once it was called off')
  })

  t.test('when its time is over before it was written, even if that is while it connects', async t => {
    const receiver = await startRudeReceiver(t, answering('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'))
    const { send } = startSender(t)
    t.same(await send(receiver.url, { sendBeforeMs: performance.now() - 1 }), { kind: 'withdrawn', reason: 'late' })
    t.same(receiver.received.join(''), '')
    t.same(await send(receiver.url, { sendBeforeMs: performance.now() + 10_000 }), delivered)

    const frozen = startSender(t, {}, async () => {
      const wakeAt = performance.now() + 30
      while (performance.now() < wakeAt) {} // the whole process stands still, its timers too
      return [{ address: '127.0.0.1', family: 4 }]
    })
    const other = await startRudeReceiver(t, answering('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'))
    const url = `http://hooks.example.com:${new URL(other.url).port}`
    t.same(await frozen.send(url, { sendBeforeMs: performance.now() + 15 }), { kind: 'withdrawn', reason: 'late' })
    t.same(other.received.join(''), '')
  })

  t.test('when the sender is closed, which waits for what is under way', async t => {
    const receiver = await startRudeReceiver(t, answering('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'))
    const { send, sender } = startSender(t)
    const underWay = send(receiver.url)
    await sender.close()
    t.same(await underWay, delivered)
    t.same(await send(receiver.url), { kind: 'withdrawn', reason: 'aborted' })
  })
})

t.test('a request that nobody could take is the mistake of whoever made it', async t => {
  const { send } = startSender(t)
  const receiver = await startRudeReceiver(t, () => {})
  await t.rejects(send(receiver.url, { id: 'two\r\nlines' }))
  await t.rejects(send(receiver.url, { secrets: [] }), /needs a secret/)
  t.same(receiver.received.join(''), '')
})

type Send = (url: string, more?: Partial<WebhookRequest>) => Promise<WebhookResult>
type Resolve = NonNullable<ConstructorParameters<typeof CallbackGuard>[0]['resolve']>

function startSender(
  t: Test,
  options: Partial<WebhookSenderOptions> = {},
  resolve?: Resolve
): { sender: WebhookSender; send: Send } {
  const guard = new CallbackGuard({ development: true, allowedCidrs: [], ...(resolve && { resolve }) })
  const sender = new WebhookSender({ guard, timeoutMs: 5_000, ...options })
  t.teardown(() => sender.close())
  const send: Send = (url, more) => sender.send({ url, id: 'e1', timestamp: new Date(), body: '{"a":1}', secrets, ...more })
  return { sender, send }
}

/** Sends to a receiver of its own that answers with these bytes. */
async function sendTo(t: Test, send: Send, answer: string, behave = answering): Promise<WebhookResult> {
  const receiver: RudeReceiver = await startRudeReceiver(t, behave(answer))
  return send(receiver.url)
}

/** A connection is free again a turn of the loop after its answer. */
async function inTurn<T>(work: Promise<T>): Promise<T> {
  const result = await work
  await turn()
  await turn()
  return result
}

function answering(text: string) {
  return (socket: Socket) => void socket.write(text)
}

function ending(text: string) {
  return (socket: Socket) => void socket.end(text)
}

function dripping(text: string, first = '') {
  return (socket: Socket) => {
    socket.write(first)
    let sent = 0
    const timer = setInterval(
      () => (socket.destroyed || sent === text.length ? clearInterval(timer) : socket.write(text[sent++]!)),
      10
    )
    socket.on('close', () => clearInterval(timer))
  }
}

async function listening(t: Test, server: Server): Promise<number> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => new Promise(resolve => server.close(resolve)))
  return (server.address() as AddressInfo).port
}
