import { CANARY } from '@crm-lite/adapters-http/testing'
import * as fc from 'fast-check'

const JSON_TYPE = 'application/json'

/** JSON, in which an infinite number is written as one that is too large. */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value, (_name, each: unknown) => (each === Number.POSITIVE_INFINITY ? '\u0001infinite' : each))
  return text.replaceAll('"\\u0001infinite"', '1e999')
}

function quoted(text: string): string {
  return JSON.stringify(text)
}

function nested(open: string, close: string, depth: number, inside = '1'): string {
  return open.repeat(depth) + inside + close.repeat(depth)
}

/** JSON values that break careless code, as they are written. Some are fine. */
const trickyJson: readonly string[] = [
  ...['0', '-0', '1e999', '-1e999', '1e-999', '5e-324', '1.7976931348623157e308', '1E400', '9007199254740993'],
  ...['0.1000000000000000055511151231257827', '123456789012345678901234567890', '1'.repeat(400), `0.${'1'.repeat(2000)}`],
  ...['""', '"\\u0000"', `"${CANARY}\\u0000"`, '"\\ud800"', '"\\udc00\\ud800"', '"\\ud83d\\ude00"', '"\\u2028\\u2029\\ufeff"'],
  ...['"\\"\\\\\\/\\b\\f\\n\\r\\t"', '"\u202eabc"', '"e\u0301é"', `"${'x'.repeat(20_000)}"`, `"'; drop table customer; --"`],
  ...['null', '[null]', '[]', '{}', '[[],[{}]]', '{"":""}', '{" ":0}', '{"a.b":{"c[d]":1}}', '{"0":0,"10":1,"2":2}'],
  ...['{"__proto__":{"polluted":1}}', '{"constructor":{"prototype":{"polluted":1}}}', '{"toJSON":1,"hasOwnProperty":0}'],
  ...['{"a":1,"a":2}', '{"\\u0000":1}', '{"\\ud800":1}', `{"${'k'.repeat(10_000)}":1}`, '{"$ref":"#","$id":"x"}'],
  ...'x:[ http://[::1 http://a:b@c:99999/ urn:x http://a/{b} http://a/| http://a/%zz http:a//b x: ://x http://a/#b#c'
    .split(' ')
    .map(quoted),
  ...'2026-12-31T23:59:60Z 2026-01-31t09:00:00z 2026-01-31T24:00:00Z 0001-01-01T00:00:00+00:01 2026-02-29T00:00:00Z'
    .split(' ')
    .map(quoted),
  ...'9999-12-31T23:59:59.999999999-00:01 2026-01-31T09:00Z 2026-01-31 2026-01-31T09:00:00 2026-01-31T09:00:00+2359'
    .split(' ')
    .map(quoted),
  ...['\u{1f600}'.repeat(300), '\u{1f600}'.repeat(512), '\u{1f600}'.repeat(513), '\u2003', '\ufeff', '\u180e'].map(quoted),
  ...[nested('[', ']', 30), nested('[', ']', 31), nested('[', ']', 40), nested('{"a":', '}', 30), nested('{"a":', '}', 33)],
  ...[`[${'0,'.repeat(999)}0]`, `[${'0,'.repeat(1000)}0]`, `{${Array.from({ length: 3000 }, (_, i) => `"k${i}":${i}`).join()}}`]
]

/** What no resource may hold, as it is written above: names and characters that are not allowed, numbers that are too large. */
const FORBIDDEN = /"__proto__":|\\u0000|\\ud800"|1e999|1E400|:1{400}/

export function isForbidden(body: string | Buffer): boolean {
  return FORBIDDEN.test(body.toString('utf8'))
}

/** Texts that are no JSON, or not what a resource is. */
const noResources: readonly (string | Buffer)[] = [
  ...['', ' ', '\n', 'null', 'true', '42', '"text"', '[]', '[{}]', '{}', `"${CANARY}"`, CANARY, 'undefined', 'NaN', 'Infinity'],
  ...['{', '{"name":', `{"name":"${CANARY}"`, '{"name":"x",}', "{'name':'x'}", '{name:1}', '{"a":01}', '{"a":.5}', '{"a":+1}'],
  ...['{}{}', '{} x', '/* c */{}', `{"a":"\n${CANARY}"}`, '{"a":"\\x"}', '{"a":"\\u12"}', '\u0000', '{}\u0000', '\ufeff{}'],
  ...[nested('[', ']', 5_000), nested('[', '', 50_000, ''), nested('{"a":', '}', 5_000), '['.repeat(900_000)],
  ...[`[${'{},'.repeat(5_000)}{}]`, `name=${CANARY}`, `<name>${CANARY}</name>`],
  Buffer.from([0x7b, 0xff, 0xfe, 0x7d]),
  Buffer.from('{"name":"\u00e9"}', 'latin1'),
  Buffer.from('{"name":"x"}', 'utf16le'),
  Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x7d]),
  Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0])
]

/** As `Content-Type`: right, right in another way, wrong. */
const jsonTypes = [
  'application/json; charset=utf-8',
  'application/json;charset="UTF-8"',
  'APPLICATION/JSON',
  'application/json; q=1'
]
const otherTypes = [
  ...['application/json; charset=latin1', 'application/json; charset=utf-16', 'application/json; charset=', 'text/json'],
  ...[
    'text/plain',
    'application/xml',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/x-ndjson'
  ],
  ...[
    '',
    ' ',
    '/',
    'json',
    'application/',
    'application/json, text/plain',
    'application/jsonx',
    '*/*',
    `text/${CANARY}`,
    '\u00e9'
  ],
  ...['application/merge-patch+json', 'application/json-patch+json', 'application/vnd.api+json', 'application/json;;;', ';']
]

/** A body as it is sent. */
export interface SentBody {
  readonly body: string | Buffer
  readonly headers: Readonly<Record<string, string>>
}

/** `Content-Type` headers that JSON may be sent with. */
export const jsonHeaders = fc
  .oneof({ weight: 4, arbitrary: fc.constant(JSON_TYPE) }, { weight: 1, arbitrary: fc.constantFrom(...jsonTypes) })
  .map(type => ({ 'content-type': type }))

/** Bodies of all kinds around a valid one, good and bad, with headers that may not fit them. */
export function hostileBodies(valid: fc.Arbitrary<unknown>, attributes: readonly string[]): fc.Arbitrary<SentBody> {
  const spliced = fc
    .tuple(valid, fc.constantFrom('ext', 'ext', '__proto__', 'id', 'href', ...attributes), fc.constantFrom(...trickyJson))
    .map(([body, name, value]) => `${JSON.stringify(body).slice(0, -1)},${JSON.stringify(name)}:${value}}`)
  const cut = fc
    .tuple(valid, fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom('', '"', '}', '\u0000', ',', CANARY))
    .map(([body, part, piece]) => {
      const text = JSON.stringify(body)
      return text.slice(0, Math.floor(text.length * part)) + piece
    })
  const headers = fc.oneof(
    { weight: 6, arbitrary: jsonHeaders },
    { weight: 2, arbitrary: fc.constantFrom(...otherTypes).map(type => ({ 'content-type': type })) },
    {
      weight: 1,
      arbitrary: fc.constantFrom<Record<string, string>>(
        {},
        { 'content-type': JSON_TYPE, 'content-encoding': 'gzip' },
        { 'content-type': JSON_TYPE, 'content-encoding': 'identity' },
        { 'content-type': JSON_TYPE, 'content-encoding': CANARY }
      )
    }
  )
  const body = fc.oneof(
    { weight: 4, arbitrary: spliced },
    { weight: 2, arbitrary: cut },
    { weight: 3, arbitrary: fc.constantFrom(...noResources) },
    { weight: 1, arbitrary: valid.map(each => JSON.stringify(each)) }
  )
  return fc.record({ body, headers })
}
