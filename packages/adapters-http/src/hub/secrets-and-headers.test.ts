import { randomBytes } from 'node:crypto'
import * as fc from 'fast-check'
import { Webhook } from 'standardwebhooks'
import t from 'tap'
import { newSecretKey, newWebhookSecret, SealBroken, SecretBox, signatureHeaders } from './index.ts'
import { retryAfterMs } from './retry-after.ts'

const NOW = new Date('2026-11-23T12:00:00Z')
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

t.test('a webhook secret is whsec_ and 32 random bytes', async t => {
  const secret = newWebhookSecret()
  t.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/)
  t.equal(Buffer.from(secret.slice(6), 'base64').length, 32)
  t.not(newWebhookSecret(), secret)
})

t.test('a signature', async t => {
  const [older, newer, foreign] = [newWebhookSecret(), newWebhookSecret(), newWebhookSecret()]

  t.test('is verified by the library of receivers, whatever the body', async t => {
    const bodies = fc.oneof(
      fc.json({ stringUnit: 'binary' }),
      fc.string({ unit: 'binary' }).map(text => JSON.stringify({ text }))
    )
    t.doesNotThrow(() =>
      fc.assert(
        fc.property(fc.uuid(), bodies, (id, body) => {
          const headers = signatureHeaders({ id, timestamp: new Date(), body }, [newer])
          return new Webhook(newer).verify(body, headers, { jsonParse: false }) === undefined
        })
      )
    )
  })

  t.test('is made with the old secret and with the new one while they change, and with no other', async t => {
    const content = { id: 'e1', timestamp: new Date(), body: '{"a":"é"}' }
    const headers = signatureHeaders(content, [newer, older])
    t.match(headers['webhook-signature'], /^v1,[A-Za-z0-9+/]{43}= v1,[A-Za-z0-9+/]{43}=$/)
    for (const secret of [newer, older]) t.same(new Webhook(secret).verify(content.body, headers), { a: 'é' })
    t.throws(() => new Webhook(foreign).verify(content.body, headers), /No matching signature/)
    t.throws(() => new Webhook(newer).verify('{"a":"e"}', headers), /No matching signature/)
    t.throws(() => new Webhook(newer).verify(content.body, { ...headers, 'webhook-id': 'e2' }), /No matching signature/)
    t.throws(() => new Webhook(older).verify(content.body, signatureHeaders(content, [newer])), /No matching signature/)
  })

  t.test('carries the time of the attempt in whole seconds', async t => {
    const headers = signatureHeaders({ id: 'e1', timestamp: new Date('2026-11-23T12:00:00.999Z'), body: '' }, [newer])
    t.equal(headers['webhook-timestamp'], '1795435200')
    const old = signatureHeaders({ id: 'e1', timestamp: new Date(Date.now() - 301_000), body: '' }, [newer])
    t.throws(() => new Webhook(newer).verify('', old), /too old/)
  })

  t.test('is the one of the specification', async t => {
    // The test vector of the specification's own libraries.
    const content = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: new Date(1614265330_000), body: '{"test": 2432232314}' }
    const headers = signatureHeaders(content, ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'])
    t.equal(headers['webhook-signature'], 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
  })

  t.test('needs a secret', async t => {
    t.throws(() => signatureHeaders({ id: 'e1', timestamp: NOW, body: '' }, []), /needs a secret/)
    t.throws(() => signatureHeaders({ id: 'e1', timestamp: NOW, body: '' }, ['whsec_no base64!']))
  })
})

t.test('a secret box', async t => {
  const key = randomBytes(32)
  const box = new SecretBox(key.toString('base64'))
  const secret = newWebhookSecret()

  t.test('opens what it sealed, where it was sealed for', async t => {
    const sealed = box.seal(secret, 'subscription-1')
    t.match(sealed, /^v1\.[0-9a-f]{8}\.[\w-]+$/)
    t.notMatch(sealed, secret.slice(6, 20))
    t.equal(box.open(sealed, 'subscription-1'), secret)
    t.throws(() => box.open(sealed, 'subscription-2'), SealBroken)
    t.not(box.seal(secret, 'subscription-1'), sealed, 'never twice the same')
  })

  t.test('opens any text that it sealed', async t => {
    const texts = fc.string({ unit: 'grapheme' })
    t.doesNotThrow(() => fc.assert(fc.property(texts, texts, (text, place) => box.open(box.seal(text, place), place) === text)))
  })

  t.test('takes its key in hex and in both alphabets of base64', async t => {
    const sealed = box.seal(secret, 'x')
    for (const text of [
      key.toString('hex'),
      key.toString('hex').toUpperCase(),
      key.toString('base64url'),
      key.toString('base64')
    ]) {
      t.equal(new SecretBox(text).open(sealed, 'x'), secret)
    }
    t.equal(new SecretBox(newSecretKey()).seal('', '').split('.').length, 3)
  })

  t.test('does not take anything else for a key, and does not repeat it', async t => {
    const shorter = randomBytes(31)
    for (const text of [
      '',
      'secret',
      shorter.toString('hex'),
      shorter.toString('base64'),
      randomBytes(33).toString('base64'),
      'g'.repeat(64)
    ]) {
      t.throws(() => new SecretBox(text), { message: 'a secret key must be 32 bytes, as 64 hexadecimal digits or as base64' })
    }
  })

  t.test('opens with an older key what was sealed before the key changed', async t => {
    const sealed = box.seal(secret, 'x')
    const changed = new SecretBox(newSecretKey(), [key.toString('hex')])
    t.equal(changed.open(sealed, 'x'), secret)
    t.throws(() => box.open(changed.seal(secret, 'x'), 'x'), /key that is not configured/)
  })

  t.test('opens nothing that was changed anywhere', async t => {
    const sealed = box.seal(secret, 'x')
    const data = Buffer.from(sealed.split('.')[2]!, 'base64url')
    for (let index = 0; index < data.length; index++) {
      const changed = Buffer.from(data)
      changed[index]! ^= 1
      const text = [...sealed.split('.').slice(0, 2), changed.toString('base64url')].join('.')
      t.throws(() => box.open(text, 'x'), SealBroken)
    }
    for (const text of ['', '.', '..', secret, `v2${sealed.slice(2)}`, `${sealed}.`, sealed.slice(0, 30), sealed.slice(0, -4)]) {
      t.throws(() => box.open(text, 'x'), SealBroken, text)
    }
  })
})

t.test('Retry-After', async t => {
  t.test('in seconds is that many', async t => {
    for (const [text, ms] of [
      ['0', 0],
      ['1', 1000],
      ['120', 120_000],
      [' 7 ', 7000],
      ['007', 7000]
    ] as const)
      t.equal(retryAfterMs(text, NOW), ms)
    t.equal(retryAfterMs('9'.repeat(400), NOW), Number.MAX_SAFE_INTEGER)
  })

  t.test('as a date is the time until then, in each of the three forms', async t => {
    t.equal(retryAfterMs('Mon, 23 Nov 2026 12:02:00 GMT', NOW), 120_000)
    t.equal(retryAfterMs('Monday, 23-Nov-26 12:02:00 GMT', NOW), 120_000)
    t.equal(retryAfterMs('Mon Nov 23 12:02:00 2026', NOW), 120_000)
    t.equal(retryAfterMs('Sun, 06 Nov 1994 08:49:37 GMT', NOW), 0)
    t.equal(retryAfterMs('Sunday, 06-Nov-94 08:49:37 GMT', NOW), 0, '94 is not 2094')
    t.equal(retryAfterMs('Sun Nov  6 08:49:37 1994', NOW), 0)
  })

  t.test('as any date is the time until then', async t => {
    const dates = fc.date({ min: new Date('1990-01-01'), max: new Date('2075-12-31'), noInvalidDate: true })
    t.doesNotThrow(() =>
      fc.assert(
        fc.property(dates, date => {
          const waitMs = Math.max(0, Math.floor(date.getTime() / 1000) * 1000 - NOW.getTime())
          return [date.toUTCString(), rfc850(date), asctime(date)].every(text => retryAfterMs(text, NOW) === waitMs)
        })
      )
    )
  })

  t.test('that is neither is none', async t => {
    const wrong = [
      '',
      ' ',
      '-1',
      '1.5',
      '1e3',
      '+5',
      '0x10',
      'soon',
      '5 s',
      '1, 2',
      '٣',
      '2026-11-23T12:02:00Z',
      'Mon, 23 Nov 2026 12:02:00'
    ]
    const dates = [
      'Mon, 32 Nov 2026 12:02:00 GMT',
      'Mon, 23 Nov 2026 25:02:00 GMT',
      'Mon, 23 Nov 2026 12:02:00 CET',
      'Mon, 23 nov 2026 12:02:00 GMT'
    ]
    for (const text of [...wrong, ...dates, 'Mon, 1 Nov 2026 12:02:00 GMT'])
      t.equal(retryAfterMs(text, NOW), undefined, JSON.stringify(text))
    t.equal(retryAfterMs(undefined, NOW), undefined)
    t.equal(retryAfterMs(['1', '2'], NOW), undefined, 'nor one that contradicts itself')
  })

  t.test('never makes anything but a time that may be waited', async t => {
    const texts = fc.oneof(
      fc.string(),
      fc.stringMatching(/^[A-Za-z]{3}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/),
      fc.stringMatching(/^[-+ 0-9.]*$/)
    )
    t.doesNotThrow(() =>
      fc.assert(
        fc.property(texts, text => {
          const waitMs = retryAfterMs(text, NOW)
          return waitMs === undefined || (Number.isSafeInteger(waitMs) && waitMs >= 0)
        }),
        { numRuns: 500 }
      )
    )
  })
})

function rfc850(date: Date): string {
  const year = String(date.getUTCFullYear() % 100).padStart(2, '0')
  return `${DAYS[date.getUTCDay()]}, ${two(date.getUTCDate())}-${MONTHS[date.getUTCMonth()]}-${year} ${clock(date)} GMT`
}

function asctime(date: Date): string {
  const day = String(date.getUTCDate()).padStart(2, ' ')
  return `${DAYS[date.getUTCDay()]!.slice(0, 3)} ${MONTHS[date.getUTCMonth()]} ${day} ${clock(date)} ${date.getUTCFullYear()}`
}

function clock(date: Date): string {
  return date.toISOString().slice(11, 19)
}

function two(number: number): string {
  return String(number).padStart(2, '0')
}
