import {
  type Customer,
  canonicalInstant,
  comparePositions,
  type Filter,
  matches,
  parsePattern,
  positionOf,
  type SortKey,
  segmentsOf,
  toEcmaScript,
  type ValueType
} from '@crm-lite/domain'
import { customerAttributes, customers, filters, instants, patternCases, sorts, texts } from '@crm-lite/domain/testing'
import * as fc from 'fast-check'
import { type RawBuilder, sql } from 'kysely'
import t from 'tap'
import { compileFilter } from './compile-filter.ts'
import { findPattern } from './find-pattern.ts'
import { sortExpression } from './sort-expression.ts'
import { type FilterTables, idsOf, postgresTables, sqliteTables } from './testing/filter-tables.ts'
import { startPostgres } from './testing/index.ts'

const server = await startPostgres()
const engines = {
  SQLite: await sqliteTables(),
  PostgreSQL: await postgresTables(await server.createDatabase())
}
t.teardown(async () => {
  for (const engine of Object.values<FilterTables>(engines)) await engine.close()
  await server.stop()
})

/** Ids in an order that is neither that of insertion nor that of a collation for people. */
const IDS = ['b', 'B', 'a-1', 'a_1', 'a1', 'Z', '10', '9']
const someCustomers = fc
  .array(customers(fc), { minLength: 1, maxLength: IDS.length })
  .map(all => all.map((customer, index): Customer => ({ id: IDS[index]!, ...customer })))
const questions = fc.array(fc.record({ filter: filters(fc, customerAttributes), sort: sorts(fc, customerAttributes) }), {
  minLength: 1,
  maxLength: 15
})

function idsByDomain(stored: readonly Customer[], filter: Filter, sort: readonly SortKey[]): string[] {
  return stored
    .filter(customer => matches(filter, customer, findPattern))
    .map(customer => positionOf(customer, sort))
    .sort((left, right) => comparePositions(left, right, sort))
    .map(position => position.id)
}

/** Generated tests have their own clock. */
const options = { timeout: 110_000 }

for (const [name, tables] of Object.entries<FilterTables>(engines)) {
  const scalar = async (query: RawBuilder<unknown>) => (await tables.all(sql`select ${query}`))[0]?.[0]

  t.test(`${name} finds and orders what the domain says`, options, async t => {
    let [asked, telling] = [0, 0]
    await fc.assert(
      fc.asyncProperty(someCustomers, questions, async (stored, asks) => {
        await tables.replace(stored)
        for (const { filter, sort } of asks) {
          const expected = idsByDomain(stored, filter, sort)
          const found = (await tables.all(idsOf(filter, sort, tables.context))).map(([id]) => id)
          asked++
          if (expected.length > 0 && expected.length < stored.length) telling++
          if (found.join() !== expected.join()) throw new Error(`found ${found}, expected ${expected}`)
        }
      }),
      { numRuns: 80 }
    )
    t.ok(telling > asked / 10, `${telling} of ${asked} filters tell some customers from others`)
  })

  t.test(`${name} compares a sort expression with a bound value as the domain does`, options, async () => {
    const { json } = tables.context
    const path = fc.constantFrom(...customerAttributes.attributes)
    await fc.assert(
      fc.asyncProperty(someCustomers, fc.array(fc.tuple(path, fc.boolean()), { maxLength: 8 }), async (stored, keys) => {
        await tables.replace(stored)
        for (const [path, descending] of keys) {
          const sort = [{ path, descending }]
          const positions = stored.map(customer => positionOf(customer, sort)).sort((a, b) => comparePositions(a, b, sort))
          const limit = positions[positions.length >> 1]!.values[0]
          if (limit === null || limit === undefined) continue
          const key = sortExpression(path, tables.context)
          const direction = descending ? sql`<` : sql`>`
          const query = sql`select r.id from customer r where ${key} ${direction} ${json.bind(limit, path.type)}`
          const behind = positions.filter(
            ({ values, id }) => values[0] !== null && comparePositions({ values, id }, { values: [limit], id }, sort) > 0
          )
          const found = (await tables.all(query)).map(([id]) => id)
          if (
            found.sort().join() !==
            behind
              .map(({ id }) => id)
              .sort()
              .join()
          )
            throw new Error(`behind ${String(limit)}: ${found}`)
        }
      }),
      { numRuns: 50 }
    )
  })

  t.test(`${name} reads instants as the domain does`, options, async () => {
    const digits = (length: number) => fc.nat({ max: 10 ** length - 1 }).map(number => String(number).padStart(length, '0'))
    const close = (length: number, max: number) => fc.nat({ max }).map(number => String(number).padStart(length, '0'))
    const day = fc.tuple(
      fc.oneof(digits(4), fc.constantFrom('0000', '0001', '9999', '1900', '2000', '2024')),
      close(2, 13),
      close(2, 32)
    )
    const time = fc.tuple(fc.constantFrom('T', 't', ' '), close(2, 24), close(2, 60), close(2, 60))
    const fraction = fc.oneof(
      fc.constant(''),
      fc.nat({ max: 10 }).chain(length => digits(length).map(each => `.${each}`))
    )
    const offset = fc.oneof(
      fc.constantFrom('Z', 'z', '', 'Z\n'),
      fc.tuple(fc.constantFrom('+', '-'), close(2, 24), close(2, 60)).map(([sign, hour, minute]) => `${sign}${hour}:${minute}`)
    )
    const written = fc
      .tuple(day, time, fraction, offset)
      .map(([date, [letter, ...clock], part, shift]) => `${date.join('-')}${letter}${clock.join(':')}${part}${shift}`)
    const dates = day.map(date => date.join('-'))
    const text = fc.oneof({ weight: 6, arbitrary: written }, dates, instants(fc), texts(fc))
    let valid = 0
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 50, maxLength: 50 }), async all => {
        const query = sql`select ${sql.join(all.map(each => sql`crm_instant(${each})`))}`
        const [found = []] = await tables.all(query)
        for (const [index, each] of all.entries()) {
          const expected = canonicalInstant(each) ?? null
          if (expected) valid++
          if (found[index] !== expected) throw new Error(`${JSON.stringify(each)} is ${expected}, not ${found[index]}`)
        }
      }),
      { numRuns: 60 }
    )
    t.ok(valid > 100)
    t.equal(await scalar(sql`crm_instant(null)`), null)
  })

  t.test(`${name} finds patterns as JavaScript does`, options, async t => {
    let found = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          patternCases(fc).filter(({ pattern }) => parsePattern(pattern).ok),
          { minLength: 20, maxLength: 20 }
        ),
        async all => {
          const { json } = tables.context
          const tests = all.map(({ pattern, text }) => json.regex(sql`${json.bind(text, 'string')}`, pattern))
          const [answers = []] = await tables.all(sql`select ${sql.join(tests)}`)
          for (const [index, { pattern, text }] of all.entries()) {
            const expected = new RegExp(toEcmaScript(pattern), 'su').test(text)
            if (expected) found++
            if (Boolean(answers[index]) !== expected) throw new Error(`${JSON.stringify({ pattern, text })} is ${expected}`)
            if (findPattern(pattern, text) !== expected)
              throw new Error(`${JSON.stringify({ pattern, text })} is ${expected} in memory`)
          }
        }
      ),
      { numRuns: 60 }
    )
    t.ok(found > 100)
  })

  t.test(`${name} reads attributes whatever their names`, async t => {
    const names = [
      'a.b',
      'a"b',
      "a'b",
      'a\\b',
      '\\u0061',
      '',
      '$',
      '[0]',
      '#-1',
      '"."',
      "');--",
      '$1',
      '?',
      'é😀',
      '\n',
      '__proto__'
    ]
    for (const name of names) {
      await tables.replace([JSON.parse(`{"id":"found","other":1,${JSON.stringify(name)}:[{${JSON.stringify(name)}:"hit"}]}`)])
      const path = {
        segments: [
          { name, many: true },
          { name, many: false }
        ],
        type: 'string'
      } as const
      t.same(
        await tables.all(idsOf({ kind: 'in', path, values: ['hit'] }, [{ path, descending: false }], tables.context)),
        [['found']],
        name
      )
    }
  })

  t.test(`${name} takes documents that are large and deep, and filters of many parts`, async t => {
    const deep = JSON.parse(`${'{"deep":['.repeat(400)}"bottom"${']}'.repeat(400)}`)
    const long = 'x'.repeat(1_000_000)
    await tables.replace([{ id: 'big', extension: deep, tags: [long, { name: long }], status: 'a' } as unknown as Customer])
    const path = (dotted: string, type: ValueType = 'any') => ({ segments: segmentsOf(dotted), type })
    const finds = async (filter: Filter) => (await tables.all(idsOf(filter, [], tables.context))).length === 1
    t.ok((await finds({ kind: 'in', path: path('extension.deep.deep.deep.name'), values: [] })) === false)
    t.ok(await finds({ kind: 'not', filter: { kind: 'missing', path: path('extension.deep.deep') } }))
    t.ok(await finds({ kind: 'in', path: path('tags'), values: [long] }))
    t.ok(await finds({ kind: 'text', operator: 'like', path: path('tags.name'), value: `${'*x'.repeat(20)}*` }))
    t.notOk(await finds({ kind: 'text', operator: 'like', path: path('tags.name'), value: `${'*x'.repeat(20)}*y` }))
    const status: Filter = { kind: 'in', path: path('status', 'string'), values: ['a'] }
    t.ok(await finds({ kind: 'and', filters: Array.from({ length: 1_500 }, () => status) }))
  })

  t.test(`${name} matches nothing by what no text can hold`, async t => {
    await tables.replace([{ id: 'a', name: 'a' } as Customer])
    for (const value of ['\0', 'a\0', '\ud800']) {
      const path = { segments: segmentsOf('name'), type: 'string' } as const
      const asks: Filter[] = [
        { kind: 'in', path, values: [value] },
        { kind: 'range', path, operator: 'lt', value },
        ...(['contains', 'startsWith', 'endsWith', 'like'] as const).map(
          (operator): Filter => ({ kind: 'text', path, operator, value })
        )
      ]
      for (const filter of asks) t.same(await tables.all(idsOf(filter, [], tables.context)), [])
    }
  })
}

t.test('what is indexed is found through its index', async t => {
  const many = Array.from({ length: 3_000 }, (_, index) => ({
    id: `id-${index}`,
    name: `name ${index}`,
    status: index % 7 ? 'active' : 'closed',
    relatedParty: [{ id: `party-${index % 500}`, role: index % 2 ? 'owner' : 'user' }]
  }))
  const text = (dotted: string) => ({ segments: segmentsOf(dotted), type: 'string' }) as const
  const element: Filter = {
    kind: 'element',
    path: text('relatedParty'),
    filter: {
      kind: 'and',
      filters: [
        { kind: 'in', path: text('id'), values: ['party-3'] },
        { kind: 'in', path: text('role'), values: ['owner'] }
      ]
    }
  }
  const served: { filter: Filter; index: RegExp; matches: number }[] = [
    {
      filter: { kind: 'in', path: text('id'), values: ['id-1', 'id-2'] },
      index: /autoindex_customer_1|customer_pkey/,
      matches: 2
    },
    { filter: { kind: 'in', path: text('name'), values: ['name 1'] }, index: /customer_name/, matches: 1 },
    {
      filter: { kind: 'text', operator: 'startsWith', path: text('name'), value: 'name 299' },
      index: /customer_name/,
      matches: 11
    },
    { filter: { kind: 'text', operator: 'like', path: text('name'), value: 'name 299*' }, index: /customer_name/, matches: 11 },
    { filter: { kind: 'range', operator: 'gte', path: text('name'), value: 'name 999' }, index: /customer_name/, matches: 1 },
    { filter: { kind: 'missing', path: text('status') }, index: /customer_status/, matches: 0 },
    {
      filter: { kind: 'in', path: text('relatedParty.id'), values: ['party-3'] },
      index: /SEARCH l USING PRIMARY KEY|customer_link_pkey/,
      matches: 6
    },
    {
      filter: { kind: 'text', operator: 'startsWith', path: text('relatedParty.id'), value: 'party-49' },
      index: /SEARCH l USING PRIMARY KEY|customer_link_pkey/,
      matches: 66
    },
    { filter: element, index: /SEARCH l USING PRIMARY KEY|customer_link_pkey/, matches: 6 }
  ]
  for (const [name, tables] of Object.entries<FilterTables>(engines)) {
    await tables.replace(many as unknown as Customer[])
    for (const { filter, index, matches } of served) {
      const query = sql`select r.id from customer r where r.tenant = 'default' and ${compileFilter(filter, tables.context)}`
      t.equal((await tables.all(query)).length, matches)
      const plan = (await tables.explain(query)).join('\n')
      t.match(plan, index, `${name}: ${JSON.stringify(filter)}`)
      t.notMatch(plan, /SCAN [rl]\b|Seq Scan/, 'and nothing is scanned')
    }
  }
})

t.test('every text out of a document says how it compares', async t => {
  const { PostgreSQL: tables } = engines
  const attributes = customerAttributes.attributes.filter(
    ({ type }) => type === 'string' || type === 'dateTime' || type === 'any'
  )
  for (const path of attributes) {
    const context = { ...tables.context, indexed: [] }
    const key = tables.compile(sortExpression(path, context)).sql
    if (path.segments[0]?.name !== 'id') t.match(key, /collate "C"$/)
    const conditions: Filter[] = [
      { kind: 'in', path, values: ['a'] },
      { kind: 'range', path, operator: 'lt', value: 'a' },
      ...(['like', 'startsWith', 'endsWith', 'contains', 'regex'] as const).map(
        (operator): Filter => ({ kind: 'text', path, operator, value: 'a' })
      )
    ]
    for (const condition of conditions) {
      if (path.segments[0]?.name === 'id') continue
      const text = tables.compile(compileFilter(condition, context)).sql
      const reads = text.match(/#>> '\{\}' end\)\)?/g) ?? []
      t.equal(text.match(/#>> '\{\}' end\)\)? collate "C"/g)?.length, reads.length, text)
    }
  }
})
