import { createServer, type Server } from 'node:net'
import t, { type Test } from 'tap'
import { FORBIDDEN_HOSTS } from '../testing/index.ts'
import { CallbackGuard, type CallbackGuardOptions, newWebhookSecret, type ResolvedAddress, WebhookSender } from './index.ts'

const PUBLIC = '93.184.215.14'

/** What a resolver may answer in addition, no URL being in between. */
const FORBIDDEN_ANSWERS = [
  'fe80::1%lo',
  '127.0.0.1',
  '::1',
  '::ffff:127.0.0.1',
  '10.1.2.3',
  '169.254.169.254',
  '0.0.0.0',
  '::',
  'no address',
  ''
]

t.test('an address that is not public is never connected to, however it is written', async t => {
  const { port, connections } = await startListener(t)
  const guard = production()
  const send = startSender(t, guard)
  t.ok(FORBIDDEN_HOSTS.length >= 60)
  for (const host of FORBIDDEN_HOSTS) {
    const url = `https://${host}:${port}/hook`
    t.ok(URL.canParse(url), host)
    t.equal(guard.checkUrl(url), 'must not lead to an address that is not public', host)
    t.equal(await guard.checkAtRegistration(url), 'must not lead to an address that is not public', host)
    t.same(await send(url), { kind: 'unreachable', reason: 'forbiddenAddress' }, host)
  }
  t.equal(connections(), 0)
})

t.test('a name that leads to such an address is not connected to', async t => {
  const { port, connections } = await startListener(t)
  const answers = [
    ...FORBIDDEN_ANSWERS,
    ...FORBIDDEN_HOSTS.map(host => new URL(`https://${host}`).hostname.replace(/^\[|]$/g, ''))
  ]
  for (const address of answers) {
    for (const all of [[address], [PUBLIC, address], [address, PUBLIC], [PUBLIC, '2606:4700::1111', address]]) {
      const guard = production({ resolve: async () => all.map(resolved) })
      const url = `https://hooks.example.com:${port}/hook`
      t.equal(await guard.checkAtRegistration(url), 'must not lead to an address that is not public', all.join())
      t.match(await lookUp(guard, all.length > 1), { error: { name: 'ForbiddenAddressError' } }, all.join())
    }
    const send = startSender(t, production({ resolve: async () => [resolved(PUBLIC), resolved(address)] }))
    t.same(await send(`https://hooks.example.com:${port}/`), { kind: 'unreachable', reason: 'forbiddenAddress' }, address)
  }
  t.equal(connections(), 0)
})

t.test("the system's own names for this machine are not connected to", async t => {
  const { port, connections } = await startListener(t)
  const guard = production()
  const send = startSender(t, guard)
  for (const host of ['localhost', 'LOCALHOST', 'loc%61lhost', 'ｌocalhost']) {
    t.equal(await guard.checkAtRegistration(`https://${host}:${port}`), 'must not lead to an address that is not public', host)
    t.same(await send(`https://${host}:${port}`), { kind: 'unreachable', reason: 'forbiddenAddress' }, host)
  }
  t.equal(connections(), 0)
})

t.test('a name that changes after it was checked is not connected to', async t => {
  const { port, connections } = await startListener(t)
  let asked = 0
  const guard = production({ resolve: async () => [resolved(asked++ === 0 ? PUBLIC : '127.0.0.1')] })
  const send = startSender(t, guard)
  const url = `https://rebinding.example.com:${port}/hook`
  t.equal(await guard.checkAtRegistration(url), undefined, 'public when it was registered')
  t.same(await send(url), { kind: 'unreachable', reason: 'forbiddenAddress' })
  t.same(await send(url), { kind: 'unreachable', reason: 'forbiddenAddress' })
  t.equal(asked, 3, 'it was asked for at every connection')
  t.equal(connections(), 0)
})

t.test('the listener does see what is allowed', async t => {
  const { port, family, connections } = await startListener(t)
  const development = new CallbackGuard({ development: true, allowedCidrs: [], resolve: async () => [resolved('127.0.0.1')] })
  t.same(await startSender(t, development)(`http://127.1:${port}`), { kind: 'unreachable', reason: 'badAnswer' })
  t.same(await startSender(t, development)(`http://hooks.example.com:${port}`), { kind: 'unreachable', reason: 'badAnswer' })
  t.same(await startSender(t, production({ allowedCidrs: ['127.0.0.0/8'] }))(`https://127.0.0.1:${port}`), {
    kind: 'unreachable',
    reason: 'tls'
  })
  t.equal(connections(), 3)
  if (family !== 'IPv6') return
  t.same(await startSender(t, development)(`http://[::1]:${port}`), { kind: 'unreachable', reason: 'badAnswer' })
  t.equal(connections(), 4)
})

t.test('a callback', async t => {
  const guard = production()
  t.test('may be any public https URL', async t => {
    for (const url of [
      'https://example.com',
      'https://example.com:8443/a?b=c',
      'https://8.8.8.8/',
      'https://[2606:4700::1111]/',
      'HTTPS://EXAMPLE.COM'
    ]) {
      t.equal(guard.checkUrl(url), undefined, url)
    }
  })

  t.test('must be a URL, https, and without user info', async t => {
    for (const url of [
      '',
      ' ',
      'example.com',
      '/hook',
      'https://',
      'https://[fe80::1%25eth0]/',
      'https://256.1.1.1',
      'https://a b'
    ]) {
      t.equal(guard.checkUrl(url), 'must be an absolute URL', JSON.stringify(url))
    }
    for (const url of [
      'http://example.com',
      'ftp://example.com',
      'file:///etc/passwd',
      'data:,x',
      'javascript:0',
      'unix:/run/x.sock',
      'wss://example.com'
    ]) {
      t.equal(guard.checkUrl(url), 'must be an https URL', url)
    }
    for (const url of [
      'https://user@example.com',
      'https://user:secret@example.com',
      'https://:secret@example.com',
      'https://example.com@127.0.0.1'
    ]) {
      t.equal(guard.checkUrl(url), 'must not contain user info', url)
    }
  })

  t.test('may be http and on this machine in development, but nowhere else that is not public', async t => {
    const development = new CallbackGuard({ development: true, allowedCidrs: [] })
    for (const url of [
      'http://127.0.0.1:8080',
      'http://[::1]:8080',
      'http://127.1',
      'http://[::ffff:127.0.0.1]',
      'http://example.com'
    ]) {
      t.equal(development.checkUrl(url), undefined, url)
    }
    t.equal(await development.checkAtRegistration('http://localhost:8080'), undefined)
    for (const url of ['http://10.0.0.1', 'http://169.254.169.254', 'http://[fe80::1]', 'http://0.0.0.0', 'http://[::7f00:1]']) {
      t.equal(development.checkUrl(url), 'must not lead to an address that is not public', url)
    }
    t.equal(development.checkUrl('ftp://127.0.0.1'), 'must be an https URL')
  })

  t.test('may lead to a network that is allow-listed, and to no other', async t => {
    const allowed = production({ allowedCidrs: ['10.20.0.0/16', 'fd12::/16', '169.254.169.254/32'] })
    for (const host of ['10.20.0.1', '10.20.255.255', '[::ffff:10.20.3.4]', '[fd12::9]', '169.254.169.254', '8.8.8.8']) {
      t.equal(allowed.checkUrl(`https://${host}`), undefined, host)
    }
    for (const host of ['10.21.0.1', '127.0.0.1', '[fd13::9]', '169.254.169.253', '[::1]']) {
      t.equal(allowed.checkUrl(`https://${host}`), 'must not lead to an address that is not public', host)
    }
    t.equal(allowed.checkUrl('http://10.20.0.1'), 'must be an https URL', 'which does not make http allowed')
    const inside = production({ allowedCidrs: ['10.20.0.0/16'], resolve: async () => [resolved('10.20.0.1'), resolved(PUBLIC)] })
    t.equal(await inside.checkAtRegistration('https://inside.example.com'), undefined)
  })

  t.test('is refused without a word of it', async t => {
    const wrong = ['https://secret-host@x', 'http://secret-host', 'secret-host', 'https://10.0.0.77/secret-host']
    for (const url of wrong) t.notMatch(guard.checkUrl(url), /secret|77/, url)
  })
})

t.test('a network that is not written as one is a mistake to be told at once', async t => {
  for (const cidr of ['', '10.0.0.0', '10.0.0.0/33', 'fd12::/129', 'example.com', '10.0.0.0/x', '300.0.0.0/8']) {
    t.throws(() => production({ allowedCidrs: [cidr] }), /is not a network like/, cidr)
  }
})

t.test('a name that does not resolve yet may be registered', async t => {
  const nowhere = production({
    resolve: async () => {
      throw Object.assign(new Error('queryA ENOTFOUND'), { code: 'ENOTFOUND' })
    }
  })
  t.equal(await nowhere.checkAtRegistration('https://soon.example.com'), undefined)
  t.equal(await production({ resolve: async () => [] }).checkAtRegistration('https://soon.example.com'), undefined)
  const silent = production({ resolve: () => new Promise(() => {}), registrationTimeoutMs: 5 })
  t.equal(await silent.checkAtRegistration('https://slow.example.com'), undefined, 'nor one that takes too long')
})

t.test('a lookup', async t => {
  t.test('answers one address or all, as the socket asks', async t => {
    const guard = production({ resolve: async () => [resolved(PUBLIC), resolved('2606:4700::1111')] })
    t.same(await lookUp(guard, true), { error: null, address: [resolved(PUBLIC), resolved('2606:4700::1111')] })
    t.same(await lookUp(guard, false), { error: null, address: PUBLIC, family: 4 })
  })

  t.test('fails when the name has no address', async t => {
    t.match(await lookUp(production({ resolve: async () => [] }), true), { error: { name: 'UnresolvedNameError' } })
    const failing = production({ resolve: () => Promise.reject(new Error('SERVFAIL')) })
    t.match(await lookUp(failing, false), { error: { name: 'UnresolvedNameError' } })
  })

  t.test('asks the resolver once for all that look up the same name at the same time', async t => {
    const asked: string[] = []
    const guard = production({
      resolve: async name => {
        asked.push(name)
        return [resolved(PUBLIC)]
      }
    })
    await Promise.all([lookUp(guard, true), lookUp(guard, false), lookUp(guard, true, 'other.example.com')])
    t.same(asked, ['hooks.example.com', 'other.example.com'])
    await lookUp(guard, true)
    t.equal(asked.length, 3, 'and again later: an answer is not kept')
  })
})

function production(options: Partial<CallbackGuardOptions> = {}): CallbackGuard {
  return new CallbackGuard({ development: false, allowedCidrs: [], ...options })
}

function resolved(address: string): ResolvedAddress {
  return { address, family: address.includes(':') ? 6 : 4 }
}

function startSender(t: Test, guard: CallbackGuard) {
  const sender = new WebhookSender({ guard, timeoutMs: 2_000 })
  t.teardown(() => sender.close())
  const secrets = [newWebhookSecret()]
  return (url: string) => sender.send({ url, id: 'e1', timestamp: new Date(), body: '{}', secrets })
}

function lookUp(guard: CallbackGuard, all: boolean, hostname = 'hooks.example.com') {
  return new Promise<{ error: Error | null; address: unknown; family?: number }>(resolve => {
    guard.lookup(hostname, { all }, (error, address, family) => {
      resolve({ error, address, ...(family !== undefined && { family }) })
    })
  })
}

/** Counts connections to any address of this machine, and closes them. */
async function startListener(t: Test): Promise<{ port: number; family: string; connections: () => number }> {
  let count = 0
  const server: Server = createServer(socket => {
    count++
    socket
      .on('error', () => {})
      .resume()
      .end()
  })
  await new Promise<void>(resolve => server.listen(0, resolve))
  t.teardown(() => new Promise(resolve => server.close(resolve)))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { port: address.port, family: address.family, connections: () => count }
}
