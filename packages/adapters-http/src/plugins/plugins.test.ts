import { once } from 'node:events'
import { connect } from 'node:net'
import { DomainError } from '@crm-lite/domain'
import { MemoryStore } from '@crm-lite/domain/testing'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import t, { type Test } from 'tap'
import { buildApi } from '../build-api.ts'
import { ApiError } from '../representation/api-error.ts'
import { servicesOver, startTestApp, testOptions, undocumentedAnswers } from '../testing/index.ts'
import type { OpenApiDocument } from './openapi-document.ts'

const CUSTOMERS = '/tmf-api/customerManagement/v4/customer'
const HUB = '/tmf-api/customerManagement/v4/hub'
const JSON_HEADERS = { 'content-type': 'application/json' }

function aCustomer(attributes: Record<string, unknown> = {}) {
  return { name: 'Harbour Sports Club', engagedParty: { id: '500', '@referredType': 'Organization' }, ...attributes }
}

/** The body with one attribute written as it is. */
function withText(attribute: string): string {
  return `{"name":"x","engagedParty":{"id":"1","@referredType":"Individual"},${attribute}}`
}

interface Answer {
  readonly body: string
  readonly headers: Readonly<Record<string, unknown>>
}

/** Every error has the same body. */
function isTmfError(t: Test, answer: Answer, status: number, code: string, message = code) {
  const body: unknown = JSON.parse(answer.body)
  t.match(body, { '@type': 'Error', code, status: String(status), reason: /./, message: /./, requestId: /./ }, message)
  t.match(answer.headers, { 'content-type': 'application/json; charset=utf-8' })
}

/** Sends bytes over a connection of its own; what came back until the server closed it. */
async function overSocket(app: FastifyInstance, write: (send: (text: string) => void) => void): Promise<string> {
  const { port } = app.server.address() as { port: number }
  const socket = connect(port, '127.0.0.1')
  let text = ''
  socket.on('data', chunk => {
    text += chunk
  })
  socket.on('error', () => {})
  const closed = new Promise(resolve => socket.on('close', resolve))
  write(data => socket.write(data, 'latin1'))
  await closed
  return text
}

function parsed(text: string): Answer & { statusCode: number } {
  const [head = '', body = ''] = text.split('\r\n\r\n')
  const [first = '', ...lines] = head.split('\r\n')
  const headers = Object.fromEntries(lines.map(line => [line.split(': ')[0]!.toLowerCase(), line.split(': ')[1]]))
  return { statusCode: Number(first.split(' ')[1]), headers, body }
}

t.test('bodies that are refused', async t => {
  const { app } = await startTestApp(t)
  const post = (payload: string | Buffer, headers: Record<string, string> = JSON_HEADERS) =>
    app.inject({ method: 'POST', url: CUSTOMERS, payload, headers })
  const nested = (levels: number) => `${'['.repeat(levels)}1${']'.repeat(levels)}`

  t.test('each is a 400 with the place of the fault', async t => {
    for (const [body, code, pointer] of [
      [withText('"x":"a\\u0000b"'), 'invalidValue', '/x'],
      [withText('"x":["\\ud800"]'), 'invalidValue', '/x/0'],
      [withText('"x":{"y":"\\udc00\\ud800"}'), 'invalidValue', '/x/y'],
      [withText('"x":{"a\\u0000":1}'), 'invalidValue', '/x'],
      [withText('"x":{"\\udfff":1}'), 'invalidValue', '/x'],
      [withText('"x":1e999'), 'invalidValue', '/x'],
      [withText('"a/b~c":-1e999'), 'invalidValue', '/a~1b~0c'],
      [withText('"__proto__":{"polluted":1}'), 'invalidValue', ''],
      [withText('"x":{"\\u005f_proto__":1}'), 'invalidValue', '/x'],
      [withText(`"x":${nested(32)}`), 'limitExceeded', `/x${'/0'.repeat(31)}`],
      [withText(`"x":[${'0,'.repeat(1_000)}0]`), 'limitExceeded', '/x'],
      [withText(`"x":${nested(100_000)}`), 'limitExceeded', `/x${'/0'.repeat(31)}`]
    ] as const) {
      const answer = await post(body)
      t.equal(answer.statusCode, 400, body.slice(0, 100))
      isTmfError(t, answer, 400, code, body.slice(0, 100))
      t.equal(answer.json().pointer, pointer)
    }
  })

  t.test('what is just within the limits is taken', async t => {
    for (const body of [withText(`"x":${nested(31)}`), withText(`"x":[${'0,'.repeat(999)}0]`), withText('"x":1e308')]) {
      t.equal((await post(body)).statusCode, 201)
    }
  })

  t.test('what is not JSON is not repeated in the answer', async t => {
    for (const body of ['{"name":"secret', '{secret}', 'secret', '{"a":01}', '\ufeff{}', ' ', '{"name":"secret"}secret', 'NaN']) {
      const answer = await post(body)
      isTmfError(t, answer, 400, 'invalidJson', body)
      t.notMatch(answer.body, /secret/)
    }
    isTmfError(t, await post(Buffer.from([0x22, 0xff, 0xfe, 0x22])), 400, 'invalidJson', 'not UTF-8')
    isTmfError(t, await post(Buffer.from('"caf\u00e9"', 'latin1')), 400, 'invalidJson', 'Latin-1')
  })

  t.test('no body at all', async t => {
    isTmfError(t, await post(''), 400, 'missingBody')
    isTmfError(t, await app.inject({ method: 'POST', url: CUSTOMERS }), 400, 'missingBody')
    isTmfError(t, await app.inject({ method: 'PATCH', url: `${CUSTOMERS}/x` }), 400, 'missingBody')
  })

  t.test('a mebibyte is taken, a byte more is not', async t => {
    const ofSize = (size: number) => withText(`"x":"${'x'.repeat(size - withText('"x":""').length)}"`)
    t.equal((await post(ofSize(1_048_576))).statusCode, 201)
    isTmfError(t, await post(ofSize(1_048_577)), 413, 'bodyTooLarge')
  })

  t.test('media types that are not served', async t => {
    for (const headers of [
      { 'content-type': 'text/plain' },
      { 'content-type': 'application/xml' },
      { 'content-type': 'application/merge-patch+json' },
      { 'content-type': 'nonsense' },
      { 'content-type': 'application/json; charset=latin1' },
      { ...JSON_HEADERS, 'content-encoding': 'gzip' }
    ] as Record<string, string>[]) {
      const answer = await post(JSON.stringify(aCustomer()), headers)
      t.equal(answer.statusCode, 415, JSON.stringify(headers))
      isTmfError(t, answer, 415, 'unsupportedMediaType')
    }
    const noType = await app.inject({ method: 'POST', url: CUSTOMERS, payload: Buffer.from('{}') })
    t.equal(noType.statusCode, 415)
  })

  t.test('spellings of the media type that are the same', async t => {
    for (const type of ['application/json;charset=utf-8', 'application/json; charset="UTF-8"', 'Application/JSON; x=1']) {
      t.equal((await post(JSON.stringify(aCustomer()), { 'content-type': type })).statusCode, 201, type)
    }
  })

  t.test('nothing was polluted', async t => {
    t.notOk('polluted' in {})
  })
})

t.test('paths and methods', async t => {
  const { app } = await startTestApp(t)

  t.test('what is not served is a 404, whatever is sent there', async t => {
    for (const url of [
      '/',
      '/nope',
      '/tmf-api',
      '/tmf-api/customerManagement/v4/customers',
      `${CUSTOMERS}/a/b`,
      `/${'x'.repeat(5_000)}`
    ]) {
      isTmfError(t, await app.inject(url), 404, 'unknownPath', url.slice(0, 50))
    }
    isTmfError(t, await app.inject({ method: 'POST', url: '/nope', payload: '{', headers: JSON_HEADERS }), 404, 'unknownPath')
    isTmfError(t, await app.inject({ method: 'OPTIONS', url: '/nope' }), 404, 'unknownPath')
    isTmfError(t, await app.inject({ method: 'PROPFIND' as 'GET', url: '/nope' }), 404, 'unknownPath')
  })

  t.test('a URL that cannot be decoded is a 400 without the URL', async t => {
    for (const url of [`${CUSTOMERS}/%zz`, `${CUSTOMERS}/%ff%fe`, '/%', '/secret%c3']) {
      const answer = await app.inject(url)
      t.equal(answer.statusCode, 400, url)
      isTmfError(t, answer, 400, 'malformedUrl', url)
      t.equal(answer.json().requestId, answer.headers['x-request-id'])
      t.notMatch(answer.body, /secret|zz|%/)
    }
  })

  t.test('a method that a path does not have is a 405 that says which it has', async t => {
    const methods = ['PUT', 'TRACE', 'LOCK', 'PROPFIND', 'QUERY', 'PURGE'] as 'PUT'[]
    for (const [url, allow, refused] of [
      [CUSTOMERS, 'GET, HEAD, OPTIONS, POST', [...methods, 'PATCH', 'DELETE']],
      [`${CUSTOMERS}/x`, 'DELETE, GET, HEAD, OPTIONS, PATCH', [...methods, 'POST']],
      ['/livez', 'GET, HEAD, OPTIONS', [...methods, 'POST', 'PATCH', 'DELETE']],
      ['/openapi.json', 'GET, HEAD, OPTIONS', ['POST']]
    ] as const) {
      for (const method of refused) {
        const answer = await app.inject({ method, url, payload: 'not json', headers: { 'content-type': 'x/y' } })
        t.equal(answer.statusCode, 405, `${method} ${url}`)
        t.equal(answer.headers['allow'], allow)
        isTmfError(t, answer, 405, 'methodNotAllowed')
      }
      const options = await app.inject({ method: 'OPTIONS', url })
      t.equal(options.statusCode, 204)
      t.equal(options.headers['allow'], allow)
      t.equal(options.body, '')
    }
  })

  t.test('HEAD works wherever GET does', async t => {
    for (const url of [CUSTOMERS, '/livez', '/readyz', '/version', '/metrics', '/openapi.json']) {
      const answer = await app.inject({ method: 'HEAD', url })
      t.equal(answer.statusCode, 200, url)
      t.equal(answer.body, '')
    }
  })
})

t.test('problem details are for those who ask for them', async t => {
  const { app } = await startTestApp(t)
  const get = (accept: string) => app.inject({ url: `${CUSTOMERS}/none`, headers: { accept } })

  t.test('by name', async t => {
    for (const accept of [
      'application/problem+json',
      'application/problem+json, */*;q=0.1',
      'application/json;q=0.5, application/problem+json'
    ]) {
      const answer = await get(accept)
      t.equal(answer.statusCode, 404)
      t.equal(answer.headers['content-type'], 'application/problem+json; charset=utf-8', accept)
      t.match(answer.json(), { type: 'urn:crm-lite:error:notFound', title: /./, status: 404, detail: /./, code: 'notFound' })
    }
  })

  t.test('nobody else gets them', async t => {
    for (const accept of [
      '*/*',
      'application/*',
      'text/html',
      'application/json',
      'application/json, application/problem+json;q=0.5',
      'application/problem+json;q=0, */*',
      'application/problem+json;q=nonsense'
    ]) {
      isTmfError(t, await get(accept), 404, 'notFound', accept)
    }
  })

  t.test('several faults and places are there too', async t => {
    const headers = { ...JSON_HEADERS, accept: 'application/problem+json' }
    const answer = await app.inject({ method: 'POST', url: CUSTOMERS, payload: '{}', headers })
    t.match(answer.json(), { code: 'missingAttribute', pointer: '/name', status: 400 })
    t.strictSame(
      answer.json().errors.map((each: { pointer: string }) => each.pointer),
      ['/name', '/engagedParty']
    )
  })
})

t.test('request ids', async t => {
  const { app } = await startTestApp(t)
  const idFor = async (given: string, url = `${CUSTOMERS}/none`) => {
    const answer = await app.inject({ url, headers: { 'x-request-id': given } })
    if (answer.statusCode >= 400) t.equal(answer.json().requestId, answer.headers['x-request-id'])
    return answer.headers['x-request-id']
  }

  t.test('a sane one is kept, in the header and in the body of an error', async t => {
    for (const id of ['a', 'Trace-1.2:3_4', 'x'.repeat(100)]) {
      t.equal(await idFor(id), id)
      t.equal(await idFor(id, '/livez'), id)
      t.equal(await idFor(id, '/%zz'), id)
    }
  })

  t.test('any other is replaced', async t => {
    for (const id of ['', 'x'.repeat(101), 'asha@example.com', 'a b', '"', '{}'])
      t.match(await idFor(id), /^[0-9a-f]{16}-[0-9a-z]+$/)
    t.not(await idFor(''), await idFor(''))
  })
})

t.test('what fails inside', async t => {
  const logged: { level: string; fields: Record<string, unknown>; message: string }[] = []
  const at = (level: string) => (fields: Record<string, unknown>, message: string) => logged.push({ level, fields, message })
  const silent = () => {}
  const logger = {
    level: 'trace',
    fatal: at('fatal'),
    error: at('error'),
    warn: at('warn'),
    info: at('info'),
    debug: at('debug'),
    trace: at('trace'),
    silent,
    child: () => logger
  } as unknown as FastifyBaseLogger
  const store = new MemoryStore()
  const failing = (error: unknown) => {
    store.get = async () => {
      throw error
    }
  }
  const { app } = await startTestApp(t, { services: { store }, options: { logger } })
  t.beforeEach(() => logged.splice(0))

  t.test('is a 500 that says nothing, and a line in the log that names no value', async t => {
    const cause = Object.assign(new Error('duplicate key: secret\n    at secret'), { code: '23505' })
    failing(new TypeError('secret is not a function', { cause }))
    const answer = await app.inject({ url: `${CUSTOMERS}/secret-id?fields=name`, headers: { 'x-request-id': 'req-1' } })
    t.equal(answer.statusCode, 500)
    isTmfError(t, answer, 500, 'internalError')
    t.equal(logged.length, 1)
    const [line] = logged
    t.equal(line?.level, 'error')
    t.match(line?.fields, {
      requestId: 'req-1',
      method: 'GET',
      route: `${CUSTOMERS}/:id`,
      err: { type: 'TypeError', cause: { type: 'Error', code: '23505' } }
    })
    t.match(JSON.stringify(line), /plugins\.test\.ts/, 'with the place where it was thrown')
    t.notMatch(JSON.stringify([line, answer.body]), /secret/)
  })

  t.test('things that are no errors at all can be thrown', async t => {
    for (const thrown of ['secret', undefined, null, 42, { statusCode: 200, message: 'secret' }, { statusCode: 99 }]) {
      failing(thrown)
      const answer = await app.inject(`${CUSTOMERS}/x`)
      t.equal(answer.statusCode, 500, String(thrown))
      isTmfError(t, answer, 500, 'internalError', String(thrown))
      t.notMatch(JSON.stringify([logged, answer.body]), /secret/)
    }
  })

  t.test('a store that cannot work now is a 503 with Retry-After, and a warning', async t => {
    failing(new DomainError('unavailable', 'the database is away', { retryAfterS: 3 }))
    const answer = await app.inject(`${CUSTOMERS}/x`)
    t.equal(answer.statusCode, 503)
    t.equal(answer.headers['retry-after'], '3')
    isTmfError(t, answer, 503, 'unavailable')
    t.match(logged, [{ level: 'warn', fields: { code: 'unavailable', route: `${CUSTOMERS}/:id` } }])
    failing(new DomainError('tooManyScans', 'busy'))
    t.equal((await app.inject(`${CUSTOMERS}/x`)).headers['retry-after'], '1')
  })

  t.test('nothing is logged about requests that were served or refused', async t => {
    store.get = async () => undefined
    await app.inject(CUSTOMERS)
    await app.inject(`${CUSTOMERS}/x`)
    await app.inject('/nope')
    await app.inject({ method: 'POST', url: CUSTOMERS, payload: '{', headers: JSON_HEADERS })
    await app.inject({ method: 'POST', url: CUSTOMERS, payload: aCustomer() })
    t.strictSame(logged, [])
  })
})

t.test('connections', async t => {
  const limits = { headersTimeoutMs: 150, requestTimeoutMs: 300, checkIntervalMs: 30, idleTimeoutMs: 2_000 }
  const { app } = await startTestApp(t, { options: { limits } })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const head = `POST ${CUSTOMERS} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n`

  t.test('a body that drips is cut', async t => {
    let timer: NodeJS.Timeout | undefined
    const answer = await overSocket(app, send => {
      send(`${head}Content-Length: 1000\r\n\r\n{`)
      timer = setInterval(() => send(' '), 20)
    })
    clearInterval(timer)
    t.equal(parsed(answer).statusCode, 408)
    isTmfError(t, parsed(answer), 408, 'requestTimeout')
  })

  t.test('headers that drip are cut', async t => {
    let timer: NodeJS.Timeout | undefined
    const answer = await overSocket(app, send => {
      send('GET /livez HTTP/1.1\r\nHost: x\r\n')
      timer = setInterval(() => send('X-Drip: 1\r\n'), 20)
    })
    clearInterval(timer)
    isTmfError(t, parsed(answer), 408, 'requestTimeout')
  })

  t.test('what is not HTTP gets a TMF error', async t => {
    for (const text of [
      'nonsense\r\n\r\n',
      'GET / HTTP/9.9\r\n\r\n',
      'GET /\u0001 HTTP/1.1\r\n\r\n',
      'G\u0000T / HTTP/1.1\r\n\r\n'
    ]) {
      const answer = parsed(await overSocket(app, send => send(text)))
      t.equal(answer.statusCode, 400)
      isTmfError(t, answer, 400, 'malformedRequest', JSON.stringify(text))
    }
    const broken = parsed(await overSocket(app, send => send(`${head}Content-Length: x\r\n\r\n`)))
    isTmfError(t, broken, 400, 'malformedRequest')
    const smuggled = parsed(
      await overSocket(app, send => send(`${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`))
    )
    isTmfError(t, smuggled, 400, 'malformedRequest')
  })

  t.test('headers over 16 KiB are a 431', async t => {
    const answer = parsed(await overSocket(app, send => send(`GET /livez HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`)))
    t.equal(answer.statusCode, 431)
    isTmfError(t, answer, 431, 'headersTooLarge')
    const url = parsed(await overSocket(app, send => send(`GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`)))
    isTmfError(t, url, 431, 'headersTooLarge')
  })

  t.test('an expectation that cannot be met is a 417', async t => {
    const answer = parsed(await overSocket(app, send => send(`${head}Expect: miracles\r\nContent-Length: 2\r\n\r\n{}`)))
    t.equal(answer.statusCode, 417)
    t.match(answer.body, /"code":"expectationFailed"/)
  })

  t.test('a request without a Host header is served: addresses do not depend on it', async t => {
    const answer = await overSocket(app, send => send('GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n'))
    t.equal(parsed(answer).statusCode, 200)
  })

  t.test('a body that announces too much is a 413, and the connection is closed', async t => {
    const answer = parsed(await overSocket(app, send => send(`${head}Content-Length: 9999999\r\n\r\n{`)))
    t.equal(answer.statusCode, 413)
    isTmfError(t, answer, 413, 'bodyTooLarge')
  })

  t.test('a URL that cannot be decoded, and bytes beyond ASCII in one', async t => {
    const get = (url: string) => overSocket(app, send => send(`GET ${url} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`))
    isTmfError(t, parsed(await get(`${CUSTOMERS}/%c3%28`)), 400, 'malformedUrl')
    isTmfError(t, parsed(await get(`${CUSTOMERS}/caf\u00e9`)), 400, 'malformedRequest')
    isTmfError(t, parsed(await get(`${CUSTOMERS}?name=caf\u00c3\u00a9`)), 400, 'malformedRequest')
    isTmfError(t, parsed(await get(`${CUSTOMERS}?name=%c3%28`)), 400, 'invalidValue')
    isTmfError(t, parsed(await get(`http://evil.example.com${CUSTOMERS}/x`)), 404, 'notFound', 'the host makes no difference')
  })

  t.test('a request that is under way when the server stops is answered, and the server waits for it', async t => {
    const store = new MemoryStore()
    let answerNow = () => {}
    const asked = new Promise<void>(resolve => {
      store.get = () => {
        resolve()
        return new Promise(answer => {
          answerNow = () => answer({ id: 'a', revision: 1, document: '{"id":"a"}' })
        })
      }
    })
    const app = await buildApi(servicesOver(store), testOptions)
    await app.listen({ port: 0, host: '127.0.0.1' })
    const answer = overSocket(app, send => send(`GET ${CUSTOMERS}/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`))
    await asked
    const closed = app.close()
    answerNow()
    t.equal(parsed(await answer).statusCode, 200)
    await closed
  })

  t.test('a connection over which nothing ever came keeps nobody from stopping', async t => {
    const app = await buildApi(servicesOver(new MemoryStore()), testOptions)
    await app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = app.server.address() as { port: number }
    const accepted = once(app.server, 'connection')
    const silent = connect(port, '127.0.0.1').on('error', () => {})
    const ended = once(silent, 'close')
    await accepted
    await app.close()
    await t.resolves(ended)
  })

  t.test('a client that goes away in the middle of a body does no harm', async t => {
    const { port } = app.server.address() as { port: number }
    const socket = connect(port, '127.0.0.1')
    await new Promise(resolve => socket.write(`${head}Content-Length: 1000\r\n\r\n{`, resolve))
    socket.destroy()
    t.equal((await app.inject('/livez')).statusCode, 200)
  })
})

t.test('health', async t => {
  t.test('/livez asks nobody, /readyz asks the database', async t => {
    let reasons: readonly string[] = []
    const notReady = async () => reasons
    const { app } = await startTestApp(t, { services: { notReady } })
    t.strictSame((await app.inject('/readyz')).json(), { status: 'ready' })
    reasons = ['the database does not answer', 'migrations are missing']
    const answer = await app.inject('/readyz')
    t.equal(answer.statusCode, 503)
    t.ok(answer.headers['retry-after'])
    isTmfError(t, answer, 503, 'notReady')
    t.strictSame(
      answer.json().errors.map((each: { message: string }) => each.message),
      reasons
    )
    t.strictSame((await app.inject('/livez')).json(), { status: 'ok' })
  })

  t.test('not being able to ask is not being ready', async t => {
    const notReady = async () => {
      throw new Error('secret')
    }
    const { app } = await startTestApp(t, { services: { notReady } })
    const answer = await app.inject('/readyz')
    isTmfError(t, answer, 503, 'notReady')
    t.notMatch(answer.body, /secret/)
  })

  t.test('while draining the server is not ready, but alive and at work', async t => {
    const { app } = await startTestApp(t)
    app.drain()
    isTmfError(t, await app.inject('/readyz'), 503, 'notReady')
    t.equal((await app.inject('/livez')).statusCode, 200)
    t.equal((await app.inject(CUSTOMERS)).statusCode, 200)
  })

  t.test('/version says what is running', async t => {
    const version = { version: '1.2.3', commit: 'abc' }
    const { app } = await startTestApp(t, { options: { version } })
    t.strictSame((await app.inject('/version')).json(), version)
  })
})

t.test('metrics', async t => {
  const { app } = await startTestApp(t)
  await app.inject({ method: 'POST', url: CUSTOMERS, payload: aCustomer({ name: 'Asha' }) })
  await app.inject(`${CUSTOMERS}?name=Asha`)
  await app.inject(`${CUSTOMERS}/Asha`)
  await app.inject(`${CUSTOMERS}/Asha2`)
  await app.inject('/Asha')
  const answer = await app.inject('/metrics')
  const { body } = answer

  t.test('answers are counted by method, route pattern and status', async t => {
    t.match(answer.headers['content-type'], /^text\/plain; version=0\.0\.4/)
    t.match(body, `http_requests_total{method="GET",route="${CUSTOMERS}/:id",status="404"} 2\n`)
    t.match(body, `http_requests_total{method="POST",route="${CUSTOMERS}",status="201"} 1\n`)
    t.match(body, 'http_requests_total{method="GET",route="unmatched",status="404"} 1\n')
    t.notMatch(body, /Asha/)
  })

  t.test('durations are a histogram whose last bucket holds everything', async t => {
    const labels = `method="GET",route="${CUSTOMERS}/:id",status="404"`
    const buckets = [...body.matchAll(/http_request_duration_seconds_bucket\{([^}]*),le="([^"]*)"\} (\d+)/g)]
    const counts = buckets.filter(([, found]) => found === labels).map(([, , , count]) => Number(count))
    t.strictSame(
      counts,
      counts.toSorted((a, b) => a - b)
    )
    t.equal(counts.at(-1), 2)
    t.match(body, `http_request_duration_seconds_count{${labels}} 2\n`)
    const sum = Number(body.split(`http_request_duration_seconds_sum{${labels}} `)[1]?.split('\n')[0])
    t.ok(sum > 0 && sum < 60)
  })

  t.test('the process is there', async t => {
    t.match(body, /^process_resident_memory_bytes \d/m)
    t.match(body, /^nodejs_eventloop_lag_seconds /m)
  })

  t.test('every app counts for itself', async t => {
    const { app: other } = await startTestApp(t)
    t.notMatch((await other.inject('/metrics')).body, /http_requests_total\{/)
  })
})

t.test('browsers', async t => {
  const origin = 'https://portal.example.com'
  const preflight = { origin, 'access-control-request-method': 'PATCH', 'access-control-request-headers': 'if-match' }

  t.test('nobody is let in from another origin by default', async t => {
    const { app } = await startTestApp(t)
    const answer = await app.inject({ url: CUSTOMERS, headers: { origin } })
    t.notOk(Object.keys(answer.headers).some(name => name.startsWith('access-control')))
    t.notOk((await app.inject({ method: 'OPTIONS', url: CUSTOMERS, headers: preflight })).headers['access-control-allow-origin'])
  })

  t.test('the origins that are given are, and see our headers', async t => {
    const { app } = await startTestApp(t, { options: { corsOrigins: [origin, 'https://other.example.com'] } })
    const answer = await app.inject({ url: CUSTOMERS, headers: { origin } })
    t.equal(answer.headers['access-control-allow-origin'], origin)
    t.match(answer.headers['access-control-expose-headers'], /ETag.*Link.*Location.*X-Total-Count/)
    t.match(answer.headers['vary'], /origin/i)
    const asked = await app.inject({ method: 'OPTIONS', url: `${CUSTOMERS}/x`, headers: preflight })
    t.equal(asked.statusCode, 204)
    t.match(asked.headers, {
      'access-control-allow-origin': origin,
      'access-control-allow-methods': /PATCH/,
      'access-control-allow-headers': 'if-match'
    })
    const stranger = await app.inject({ url: CUSTOMERS, headers: { origin: 'https://evil.example.com' } })
    t.equal(stranger.statusCode, 200)
    t.notOk(stranger.headers['access-control-allow-origin'])
  })

  t.test('OPTIONS that is no preflight, and paths that are not served, are answered as ever', async t => {
    const { app } = await startTestApp(t, { options: { corsOrigins: [origin] } })
    const options = await app.inject({ method: 'OPTIONS', url: CUSTOMERS })
    t.equal(options.statusCode, 204)
    t.equal(options.headers['allow'], 'GET, HEAD, OPTIONS, POST')
    isTmfError(t, await app.inject({ method: 'OPTIONS', url: '/nope' }), 404, 'unknownPath')
    const missing = await app.inject({ url: '/nope', headers: { origin } })
    isTmfError(t, missing, 404, 'unknownPath')
    t.equal(missing.headers['access-control-allow-origin'], origin, 'a browser may read errors too')
  })
})

t.test('an answer that the documentation does not know is found out', async t => {
  const store = new MemoryStore()
  store.get = async () => {
    throw new ApiError(418, { code: 'teapot', message: 'I am one' })
  }
  const app = await buildApi(servicesOver(store), testOptions)
  t.teardown(() => app.close())
  await app.inject(CUSTOMERS)
  await app.inject('/nope')
  t.strictSame(await undocumentedAnswers(app), [])
  await app.inject(`${CUSTOMERS}/x`)
  t.strictSame(await undocumentedAnswers(app), [`GET ${CUSTOMERS}/:id 418`])
})

t.test('documentation', async t => {
  const { app } = await startTestApp(t)
  const get = async (url: string) => (await app.inject(url)).json<OpenApiDocument>()
  const whole = await get('/openapi.json')
  const operations = (document: OpenApiDocument) =>
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ name: `${method} ${path}`, operation }))
    )

  t.test('everything that is served is documented', async t => {
    t.match(whole, { openapi: '3.1.0', servers: [{ url: 'https://crm.example.com' }] })
    t.strictSame(
      operations(whole)
        .map(each => each.name)
        .sort(),
      [
        ...[
          '/livez',
          '/metrics',
          '/openapi.json',
          '/openapi/event-v4.json',
          '/openapi/order-journey-v1.json',
          '/openapi/tmf622-v4.json',
          '/openapi/tmf629-v4.json',
          '/openapi/tmf632-v4.json',
          '/openapi/tmf637-v4.json',
          '/readyz',
          '/version'
        ].map(path => `get ${path}`),
        ...[
          'customerManagement/v4/customer',
          'orderJourney/v1/calendar',
          'orderJourney/v1/journeySpecification',
          'orderJourney/v1/provisioningRule',
          'party/v4/individual',
          'party/v4/organization',
          'productInventory/v4/product',
          'productOrderingManagement/v4/productOrder'
        ].flatMap(path => [
          `get /tmf-api/${path}`,
          `post /tmf-api/${path}`,
          `get /tmf-api/${path}/{id}`,
          `patch /tmf-api/${path}/{id}`,
          `delete /tmf-api/${path}/{id}`
        ]),
        ...['get', 'post'].map(method => `${method} /tmf-api/productOrderingManagement/v4/cancelProductOrder`),
        'get /tmf-api/productOrderingManagement/v4/cancelProductOrder/{id}',
        ...['journey', 'history', 'trackingToken', 'fulfilment', 'fallout'].flatMap(name => [
          `get /tmf-api/orderJourney/v1/${name}`,
          `get /tmf-api/orderJourney/v1/${name}/{id}`
        ]),
        'post /tmf-api/orderJourney/v1/journey/{id}/milestone',
        ...['reach', 'skip', 'replan', 'annotate', 'correct'].map(
          command => `post /tmf-api/orderJourney/v1/journey/{id}/milestone/{key}/${command}`
        ),
        ...['{id}/activate', '{id}/retire', 'explain'].map(action => `post /tmf-api/orderJourney/v1/provisioningRule/${action}`),
        ...['assign', 'retry', 'retryWithChanges', 'skip', 'completeByHand', 'compensate'].flatMap(action => [
          `post /tmf-api/orderJourney/v1/fallout/{id}/${action}`,
          `post /tmf-api/orderJourney/v1/fallout/${action}`
        ]),
        ...['activate', 'retire', 'simulate'].map(action => `post /tmf-api/orderJourney/v1/journeySpecification/{id}/${action}`),
        ...['confirm', 'refuse'].map(decision => `post /tmf-api/orderJourney/v1/cancelProductOrder/{id}/${decision}`),
        'post /tmf-api/orderJourney/v1/order/{id}/item/{itemId}/state',
        'post /tmf-api/orderJourney/v1/trackingToken',
        'delete /tmf-api/orderJourney/v1/trackingToken/{id}',
        'get /tmf-api/orderJourney/v1/tracking/{token}',
        'get /tmf-api/orderJourney/v1/tracking/{token}/stream',
        ...['customerManagement/v4', 'orderJourney/v1', 'party/v4', 'productInventory/v4', 'productOrderingManagement/v4']
          .map(api => `${api}/hub`)
          .flatMap(path => [
            ...['get', 'post'].map(method => `${method} /tmf-api/${path}`),
            ...['get', 'delete'].map(method => `${method} /tmf-api/${path}/{id}`),
            ...['pause', 'resume', 'rotateSecret', 'test', 'release', 'replay'].map(
              action => `post /tmf-api/${path}/{id}/${action}`
            ),
            `get /tmf-api/${path}/{id}/parkedDelivery`
          ]),
        'get /tmf-api/event/v4/event',
        'get /tmf-api/event/v4/event/stream'
      ].sort()
    )
  })

  t.test('every operation has a summary, a tag that is explained, and errors in both forms', async t => {
    const tags = new Set((whole.tags ?? []).map(tag => tag.name))
    for (const { name, operation } of operations(whole)) {
      t.ok(operation.summary, name)
      t.ok(operation.tags?.length && operation.tags.every(tag => tags.has(tag)), name)
      t.ok(operation.parameters?.every(parameter => parameter.description) ?? true, `${name}: parameters are described`)
      for (const [status, { content }] of Object.entries(operation.responses)) {
        if (Number(status) < 400) continue
        t.match(content, {
          'application/json': { schema: { $ref: '#/components/schemas/Error' } },
          'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } }
        })
      }
    }
  })

  t.test('no two operations have the same id', async t => {
    const ids = operations(whole).map(({ operation }) => (operation as { operationId?: string }).operationId)
    const given = ids.filter(id => id !== undefined)
    t.strictSame([...new Set(given)], given)
  })

  t.test('what the standard does not know is said to be an extension', async t => {
    for (const { name, operation } of operations(whole)) {
      const isStandard = /^(post \S*hub|delete \S*hub\/\{id\})$/.test(name)
      const { description = '' } = operation as { description?: string }
      if (/\/tmf-api\S*\/(hub|event)\b/.test(name)) t.equal(/An extension of the standard/.test(description), !isStandard, name)
    }
  })

  t.test('the statuses of each operation', async t => {
    const statuses = (method: string, path: string) => Object.keys(whole.paths[path]?.[method]?.responses ?? {}).join(' ')
    t.equal(statuses('get', CUSTOMERS), '200 206 400 500 503')
    t.equal(statuses('post', CUSTOMERS), '201 400 409 413 415 422 500 503')
    t.equal(statuses('get', `${CUSTOMERS}/{id}`), '200 304 400 404 500 503')
    t.equal(statuses('patch', `${CUSTOMERS}/{id}`), '200 400 404 409 412 413 415 422 500 503')
    t.equal(statuses('delete', `${CUSTOMERS}/{id}`), '204 400 404 409 412 413 415 422 500 503')
    t.equal(statuses('post', HUB), '201 400 409 413 415 422 500 503')
    t.equal(statuses('delete', `${HUB}/{id}`), '204 400 404 409 413 415 422 500 503')
    t.equal(statuses('post', `${HUB}/{id}/replay`), '202 400 404 413 415 500 503')
    t.equal(statuses('get', '/tmf-api/event/v4/event/stream'), '200 400 500 503')
  })

  t.test('headers that always come are required, those that sometimes come are not', async t => {
    const headers = (status: number) => Object.entries(whole.paths[CUSTOMERS]!['get']!.responses[status]!.headers ?? {})
    const required = (status: number) => headers(status).flatMap(([name, header]) => (header.required ? [name] : []))
    t.strictSame(required(200), ['X-Request-Id', 'X-Result-Count'])
    t.strictSame(required(503), ['X-Request-Id', 'Retry-After'])
    t.equal(headers(200).length, 5)
  })

  t.test('lists are described with their parameters, the filter syntax and the indexed attributes', async t => {
    const { parameters, description } = whole.paths[CUSTOMERS]!['get'] as unknown as {
      parameters: { name: string; in: string }[]
      description: string
    }
    const names = parameters.map(each => each.name)
    for (const name of ['fields', 'offset', 'limit', 'cursor', 'sort', 'id', 'status', 'engagedParty.id', 'Prefer']) {
      t.ok(names.includes(name), name)
    }
    t.match(description, /\.startswith/)
  })

  t.test('bodies have examples, and a patch can be sent in three media types', async t => {
    const { schemas } = whole.components
    t.match(schemas['Customer_Create'], { examples: [{ name: /./, engagedParty: {} }] })
    t.match(schemas['Customer_Update'], { examples: [{ name: /./ }] })
    t.strictSame(Object.keys(whole.paths[`${CUSTOMERS}/{id}`]!['patch']!.requestBody!.content), [
      'application/json',
      'application/merge-patch+json',
      'application/json-patch+json'
    ])
  })

  t.test('each API has a document of its own, with what it needs and nothing else', async t => {
    const customers = await get('/openapi/tmf629-v4.json')
    const parties = await get('/openapi/tmf632-v4.json')
    const events = await get('/openapi/event-v4.json')
    t.match(customers.info, { title: 'Customer Management', version: '4.0.0' })
    const ofHub = (path: string) => path.startsWith(HUB)
    t.strictSame(
      Object.keys(customers.paths).filter(path => !ofHub(path)),
      [CUSTOMERS, `${CUSTOMERS}/{id}`]
    )
    t.equal(Object.keys(customers.paths).filter(ofHub).length, 9)
    t.equal(Object.keys(parties.paths).length, 13)
    t.equal(Object.keys(events.paths).length, 2)
    t.ok(customers.components.schemas['CreditProfile'])
    t.notOk(parties.components.schemas['CreditProfile'])
    t.notOk(customers.components.schemas['Individual'])
    t.strictSame(
      customers.tags?.map(tag => tag.name),
      ['customer', 'hub']
    )
    for (const document of [whole, customers, parties, events]) {
      const text = JSON.stringify(document)
      const referred = [...text.matchAll(/"\$ref":"([^"]*)"/g)].map(([, ref]) => ref!)
      t.ok(referred.length > 0)
      for (const ref of new Set(referred)) {
        t.match(ref, /^#\/components\/schemas\//)
        t.ok(document.components.schemas[ref.slice('#/components/schemas/'.length)], ref)
      }
    }
  })

  t.test('the pages for people come with local assets', async t => {
    const page = await app.inject('/docs')
    t.equal(page.statusCode, 200)
    t.match(page.headers['content-type'], /^text\/html/)
    const assets = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url!)
    t.ok(assets.length > 3)
    for (const url of assets) {
      t.match(url, /^\/docs\//)
      t.equal((await app.inject(url)).statusCode, 200, url)
    }
    t.match((await app.inject('/docs/static/swagger-initializer.js')).body, /openapi\/tmf629-v4\.json/)
    isTmfError(t, await app.inject('/docs/static/nope.js'), 404, 'unknownPath')
  })
})
