import {
  type Customer,
  canonicalInstant,
  comparePositions,
  compareText,
  type Filter,
  matches,
  positionOf,
  type SortKey,
  segmentsOf
} from '@crm-lite/domain'
import { customerAttributes, customers, filters, instants, patternCases, sorts } from '@crm-lite/domain/testing'
import * as fc from 'fast-check'
import { sql } from 'kysely'
import t from 'tap'
import { findPattern } from './find-pattern.ts'
import { servedBy } from './served-by.ts'
import { type FilterTables, idsOf, postgresTables, sqliteTables } from './testing/filter-tables.ts'
import { startPostgres } from './testing/index.ts'

const server = await startPostgres()
const engines: Record<string, FilterTables> = {
  SQLite: await sqliteTables(),
  PostgreSQL: await postgresTables(await server.createDatabase())
}
t.teardown(async () => {
  for (const engine of Object.values(engines)) await engine.close()
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

for (const [name, tables] of Object.entries(engines)) {
  t.test(`${name} finds and orders what the domain says`, async t => {
    let asked = 0
    let answered = 0
    await fc.assert(
      fc.asyncProperty(someCustomers, questions, async (stored, asks) => {
        await tables.replace(stored)
        for (const { filter, sort } of asks) {
          const expected = idsByDomain(stored, filter, sort)
          const found = (await tables.all(idsOf(filter, sort, tables.context))).map(([id]) => id)
          asked++
          if (expected.length > 0 && expected.length < stored.length) answered++
          if (JSON.stringify(found) !== JSON.stringify(expected)) throw new Error(`found ${found}, expected ${expected}`)
        }
      }),
      { numRuns: Number(process.env['CRM_TEST_RUNS'] ?? 150) }
    )
    t.ok(answered > asked / 10, `${answered} of ${asked} filters tell some customers from others`)
  })
}
