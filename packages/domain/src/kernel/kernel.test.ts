import * as fc from 'fast-check'
import t from 'tap'
import { checkResource } from './check-resource.ts'
import { compareText } from './compare-text.ts'
import { DomainError } from './errors.ts'
import { canonicalInstant, isDateTime } from './instant.ts'
import { sameJson } from './json.ts'
import { mergePatch } from './merge-patch.ts'
import { MAX_INDEXED_LENGTH, type Resource, type ResourceDefinition } from './resource.ts'

const wellFormed = fc.string({ unit: 'binary', maxLength: 6 })

t.test('instants', async t => {
  t.test('one instant has one text, whatever the offset and the fraction', async t => {
    const same: [string, string][] = [
      ['2026-01-31', '2026-01-31T00:00:00.000000Z'],
      ['2026-01-31T10:00:00+01:00', '2026-01-31T09:00:00.000000Z'],
      ['2026-01-31t09:00:00z', '2026-01-31T09:00:00.000000Z'],
      ['2026-01-31T09:00:00.5Z', '2026-01-31T09:00:00.500000Z'],
      ['2026-01-31T09:00:00.123456789Z', '2026-01-31T09:00:00.123456Z'],
      ['2025-12-31T23:30:00.25-00:45', '2026-01-01T00:15:00.250000Z'],
      ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000000Z'],
      ['0050-03-01', '0050-03-01T00:00:00.000000Z']
    ]
    for (const [text, canonical] of same) t.equal(canonicalInstant(text), canonical, text)
  })

  t.test('every day that there is has one, and no other', async t => {
    for (const year of [2023, 2024]) {
      for (let month = 1; month <= 12; month++) {
        for (let day = 0; day <= 32; day++) {
          const [monthText, dayText] = [month, day].map(each => String(each).padStart(2, '0'))
          const text = `${year}-${monthText}-${dayText}T09:00:00.123Z`
          const isThere = day > 0 && new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day
          t.equal(canonicalInstant(text), isThere ? `${text.slice(0, 23)}000Z` : undefined, text)
        }
      }
    }
  })

  t.test('what names no instant is none', async t => {
    const wrong = [
      '',
      '2026',
      '2026-02-30',
      '2025-02-29',
      '1900-02-29',
      '2026-13-01',
      '2026-00-01',
      '2026-04-31',
      '2026-01-31T24:00:00Z',
      '2026-01-31T09:60:00Z',
      '2026-01-31T23:59:60Z',
      '2026-01-31T09:00:00',
      '2026-01-31T09:00Z',
      '2026-01-31 09:00:00Z',
      '2026-01-31T09:00:00+24:00',
      '2026-01-31T09:00:00.Z',
      '2026-01-31T09:00:00.1234567890Z',
      '0000-01-01',
      '0001-01-01T00:00:00+00:01',
      '9999-12-31T23:59:59-00:01',
      '2026-01-31\n'
    ]
    for (const text of wrong) t.equal(canonicalInstant(text), undefined, JSON.stringify(text))
  })

  t.test('texts of instants compare as the instants do', async t => {
    const instant = fc.date({ min: new Date('0001-01-02'), max: new Date('9999-12-30'), noInvalidDate: true })
    fc.assert(
      fc.property(instant, instant, fc.integer({ min: -1439, max: 1439 }), (left, right, minutes) => {
        const shown = withOffset(left, minutes)
        t.equal(canonicalInstant(shown), canonicalInstant(left.toISOString()))
        const order = compareText(canonicalInstant(shown)!, canonicalInstant(right.toISOString())!)
        return Math.sign(order) === Math.sign(left.getTime() - right.getTime())
      })
    )
  })

  t.test('a date alone is no date-time', async t => {
    t.notOk(isDateTime('2026-01-31'))
    t.ok(isDateTime('2026-01-31T00:00:00Z'))
  })
})

function withOffset(instant: Date, minutes: number): string {
  const local = new Date(instant.getTime() + minutes * 60_000).toISOString().slice(0, -1)
  const [hour, minute] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60].map(part => String(part).padStart(2, '0'))
  return `${local}${minutes < 0 ? '-' : '+'}${hour}:${minute}`
}

t.test('texts compare as their UTF-8 does, byte by byte', async t => {
  t.ok(compareText('\u{1f600}', '\uffee') > 0, 'an emoji comes behind U+FFEE, whose UTF-16 is larger')
  fc.assert(
    fc.property(wellFormed, wellFormed, (left, right) => {
      return Math.sign(compareText(left, right)) === Buffer.compare(Buffer.from(left), Buffer.from(right))
    })
  )
})

t.test('merge patch does what the appendix of RFC 7396 shows', async t => {
  const examples: [target: string, patch: string, result: string][] = [
    ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
    ['{"a":"b"}', '{"a":null}', '{}'],
    ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
    ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
    ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
    ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
    ['["a","b"]', '["c","d"]', '["c","d"]'],
    ['{"a":"b"}', '["c"]', '["c"]'],
    ['{"a":"foo"}', 'null', 'null'],
    ['{"a":"foo"}', '"bar"', '"bar"'],
    ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
    ['[1,2]', '{"a":"b","c":null}', '{"a":"b"}'],
    ['{}', '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}']
  ]
  for (const [target, patch, result] of examples) {
    const before = JSON.parse(target)
    t.same(mergePatch(before, JSON.parse(patch)), JSON.parse(result), `${target} with ${patch}`)
    t.same(before, JSON.parse(target), 'the target stays as it was')
  }
})

t.test('a patch applied twice does no more than applied once', async () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 3 }), fc.jsonValue({ maxDepth: 3 }), (target, patch) => {
      const once = mergePatch(target, patch)
      return sameJson(mergePatch(once, patch), once)
    })
  )
})

t.test('JSON values are the same whatever the order of their keys', async t => {
  t.ok(sameJson({ a: 1, b: [{ c: null, d: 'x' }] }, { b: [{ d: 'x', c: null }], a: 1 }))
  for (const [left, right] of [
    [{ a: 1 }, { a: 1, b: undefined }],
    [{ a: 1 }, { b: 1 }],
    [
      [1, 2],
      [2, 1]
    ],
    [[], {}],
    [1, '1'],
    [null, {}]
  ]) {
    t.notOk(sameJson(left, right), JSON.stringify([left, right]))
    t.notOk(sameJson(right, left), JSON.stringify([right, left]))
  }
})

const definition: ResourceDefinition = {
  name: 'thing',
  type: 'Thing',
  stateAttribute: 'status',
  mandatory: ['name', 'owner'],
  indexed: [
    { name: 'name', path: 'name', type: 'string', many: false },
    { name: 'email', path: 'medium.address.email', type: 'string', many: true }
  ]
}

t.test('a resource', async t => {
  const check = (attributes: object) => checkResource(definition, { id: '1', ...attributes } as Resource)
  const complete = { name: 'Asha', owner: { id: '2' } }

  t.test('that has what is mandatory is fine', async t => {
    t.same(check(complete), [])
  })

  t.test('lacks what is absent, null or blank, and says where', async t => {
    for (const name of [undefined, null, '', ' \t\n']) {
      t.match(check({ ...complete, name }), [{ code: 'missingAttribute', pointer: '/name' }])
    }
    t.match(check({}), [{ pointer: '/name' }, { pointer: '/owner' }])
    t.same(check({ ...complete, name: 0 }), [], 'zero and false are values')
  })

  t.test('holds no indexed text that an index cannot take, however deep it stands', async t => {
    const long = 'x'.repeat(MAX_INDEXED_LENGTH + 1)
    const medium = [{ address: { email: 'a' } }, { address: [{ email: ['a', long] }] }]
    t.match(check({ ...complete, medium }), [{ code: 'invalidValue', pointer: '/medium/1/address/0/email/1' }])
    t.same(check({ ...complete, name: long.slice(1), note: long }), [])
    t.same(check({ ...complete, name: '\u{1f600}'.repeat(MAX_INDEXED_LENGTH) }), [], 'counted in code points')
    t.match(check({ ...complete, name: '\u{1f600}'.repeat(MAX_INDEXED_LENGTH + 1) }), [{ pointer: '/name' }])
  })
})

t.test('an error for several faults carries the first and keeps them all', async t => {
  const faults = checkResource(definition, { id: '1' })
  const [first, second] = faults
  const error = DomainError.ofFaults([first!, second!])
  t.match(error, { code: 'missingAttribute', message: first!.message, details: { faults } })
})
