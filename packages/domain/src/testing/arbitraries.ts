import type * as FastCheck from 'fast-check'
import type { Customer } from '../resources/customer.ts'
import type { Individual } from '../resources/individual.ts'

type Fc = typeof FastCheck

/** Texts that break careless code; few enough that filters often hit them, and that some are part of others. */
const TEXTS = [
  ...[
    '',
    ' ',
    'a',
    'b',
    'ab',
    'aab',
    'AB',
    'Ab',
    'a b',
    'ab ',
    'true',
    'null',
    '[]',
    '{}',
    '0',
    '-1',
    '1.0',
    '1',
    '42',
    '1e2',
    '100',
    '007'
  ],
  ...[
    `O'Brien`,
    'say "hi"',
    'back\\slash',
    '\\',
    '"',
    `';--`,
    'line\nbreak',
    '\t',
    '%',
    '_',
    'a%b',
    'a_b',
    '*',
    '\\*',
    'a*b',
    '?',
    '[a]',
    '[',
    ']'
  ],
  ...[
    'é',
    'e\u0301',
    'ß',
    'ÄÖ',
    'İ',
    'שלום',
    '\u202eabc',
    '日本',
    '\ud7ff',
    '\ue000',
    '\uffff',
    '😀',
    'a😀',
    '😀b',
    '👩‍👩‍👧',
    '\u{10ffff}'
  ],
  ...['2026-01-31', '2026-01-31T09:00:00Z', '-', 'a,b', 'a;b', '$.a', '\u0001', '\u007f', '\u00a0']
]

const INSTANTS = [
  ...['2026-01-31', '2026-01-31T00:00:00Z', '2026-01-31T00:00:00.000Z', '2026-01-31T01:00:00+01:00', '2026-01-30t23:00:00-01:00'],
  ...[
    '2026-01-31T00:00:00.1Z',
    '2026-01-31T00:00:00.123456789z',
    '2026-01-31T00:00:00.1234561Z',
    '2024-02-29',
    '1969-12-31T23:59:59.999Z'
  ],
  ...['0001-01-01', '9999-12-31T23:59:59.999999Z', '1900-03-01T12:00:00-23:59']
]

/** They look like instants and are none. */
const NO_INSTANTS = ['2026-02-30', '2026-01-31T24:00:00Z', '2026-01-31T00:00:60Z', '0001-01-01T00:00:00+01:00', '2026-1-1', '']

const NUMBERS = [
  0,
  1,
  -1,
  2,
  42,
  100,
  0.1,
  0.30000000000000004,
  -2.5,
  1e21,
  -1e-7,
  5e-324,
  Number.MAX_VALUE,
  2 ** 53,
  36028797018963970,
  2 ** 63
]

/** The name of an attribute beyond the schema that is hard to quote. */
export const ODD_NAME = `we"ird.\\na'me[0] $😀`

/** A text that may be stored: no NUL, no lone surrogate. */
export function texts(fc: Fc): FastCheck.Arbitrary<string> {
  const anything = fc.string({ unit: 'binary', maxLength: 6 }).map(text => text.replaceAll('\0', '')) // `binary`: any code point
  return fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...TEXTS) }, { weight: 1, arbitrary: anything })
}

/** A text that names an instant, as clients write them: offsets, fractions, a date alone. */
export function instants(fc: Fc): FastCheck.Arbitrary<string> {
  return fc.constantFrom(...INSTANTS)
}

export function numbers(fc: Fc): FastCheck.Arbitrary<number> {
  const anything = fc.double({ noNaN: true, noDefaultInfinity: true }).map(number => number + 0) // no -0: JSON has none
  return fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...NUMBERS) }, { weight: 1, arbitrary: anything })
}

/** What a client may put where the schema says nothing: every type, empty and nested, arrays of arrays, objects with our own names. */
export function anyJson(fc: Fc): FastCheck.Arbitrary<unknown> {
  const scalar = fc.oneof(texts(fc), numbers(fc), fc.boolean(), fc.constant(null), instants(fc), fc.constantFrom(...NO_INSTANTS))
  const { value } = fc.letrec<{ value: unknown }>(tie => ({
    value: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      { weight: 4, arbitrary: scalar },
      { weight: 2, arbitrary: fc.array(tie('value'), { maxLength: 3 }) },
      {
        weight: 2,
        arbitrary: fc.record({ deep: tie('value'), name: tie('value'), [ODD_NAME]: tie('value') }, { requiredKeys: [] })
      }
    )
  }))
  return value
}

/** A customer without an id: all kinds of values, and extension attributes of all types. */
export function customers(fc: Fc): FastCheck.Arbitrary<Omit<Customer, 'id'>> {
  const text = texts(fc)
  const period = maybe(fc, { startDateTime: instants(fc), endDateTime: fc.oneof(instants(fc), fc.constantFrom(...NO_INSTANTS)) })
  const few = <T>(each: FastCheck.Arbitrary<T>) => fc.array(each, { maxLength: 3 })
  const relatedParty = fc.record(
    { id: text, name: text, role: text, '@referredType': text },
    { requiredKeys: ['id', '@referredType'] }
  )
  const medium = fc.record(
    {
      mediumType: fc.constantFrom('email', 'phone'),
      preferred: fc.boolean(),
      characteristic: maybe(fc, { emailAddress: text, phoneNumber: text, city: text }),
      validFor: period
    },
    { requiredKeys: ['mediumType', 'characteristic'] }
  )
  const credit = fc.record(
    { creditProfileDate: instants(fc), creditScore: numbers(fc), validFor: period },
    { requiredKeys: ['creditProfileDate', 'validFor'] }
  )
  const customer = fc.record(
    {
      name: text.map(name => name.trim() || 'x'),
      engagedParty: relatedParty,
      '@type': fc.constantFrom('Customer', 'BusinessCustomer'),
      status: text,
      statusReason: text,
      account: few(fc.record({ id: text, name: text }, { requiredKeys: ['name'] })),
      characteristic: few(fc.record({ name: text, value: anyJson(fc) })),
      contactMedium: few(medium),
      creditProfile: few(credit),
      relatedParty: few(relatedParty),
      validFor: period,
      [ODD_NAME]: anyJson(fc),
      extension: anyJson(fc),
      tags: anyJson(fc)
    },
    { requiredKeys: ['name', 'engagedParty', '@type'] }
  )
  return customer as unknown as FastCheck.Arbitrary<Omit<Customer, 'id'>>
}

/** An individual without an id. */
export function individuals(fc: Fc): FastCheck.Arbitrary<Omit<Individual, 'id'>> {
  const text = texts(fc)
  const name = text.map(each => each.trim() || 'x')
  const identification = maybe(fc, { identificationId: text, identificationType: text, issuingDate: instants(fc) })
  const individual = fc.record(
    {
      givenName: name,
      familyName: name,
      '@type': fc.constant('Individual'),
      birthDate: instants(fc),
      status: fc.constantFrom('initialized', 'validated', 'deceaded'),
      individualIdentification: fc.array(identification, { maxLength: 2 }),
      languageAbility: fc.array(maybe(fc, { isFavouriteLanguage: fc.boolean(), languageCode: text }), { maxLength: 2 }),
      extension: anyJson(fc)
    },
    { requiredKeys: ['givenName', 'familyName', '@type'] }
  )
  return individual as unknown as FastCheck.Arbitrary<Omit<Individual, 'id'>>
}

function maybe<T>(fc: Fc, attributes: { [K in keyof T]: FastCheck.Arbitrary<T[K]> }): FastCheck.Arbitrary<Partial<T>> {
  return fc.record(attributes, { requiredKeys: [] }) as FastCheck.Arbitrary<Partial<T>>
}
