import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  calendarDefinition,
  type Filter,
  type IndexedAttribute,
  journeyDefinition,
  journeySpecificationDefinition,
  orderHistoryDefinition,
  type ResourceDefinition,
  resourceDefinitions,
  segmentsOf,
  trackingTokenDefinition
} from '@crm-lite/domain'
import { workQueueContract } from '@crm-lite/domain/testing'
import * as fc from 'fast-check'
import pg from 'pg'
import t from 'tap'
import { openDatabase } from './index.ts'
import { startPostgres } from './testing/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'crm-work-'))
const server = await startPostgres()
t.teardown(async () => {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

let files = 0
const sharedUrl = await server.createDatabase()
let isMigrated = false

/** A new database would take longer than a test. */
async function emptied(): Promise<string> {
  if (isMigrated) {
    const client = new pg.Client(sharedUrl)
    await client.connect()
    await client.query('truncate due_work')
    await client.end()
  }
  isMigrated = true
  return sharedUrl
}

const engines = {
  SQLite: { newUrl: async () => `sqlite:${join(folder, `${files++}.db`)}`, runs: 30 },
  PostgreSQL: { newUrl: emptied, runs: 20 }
}

for (const [name, { newUrl, runs }] of Object.entries(engines)) {
  await workQueueContract(t, {
    fc,
    name,
    makeQueue: async () => openDatabase({ url: await newUrl(), clock: { now: () => new Date() }, exclusive: true }),
    runs
  })
}

const ofOrders: readonly ResourceDefinition[] = [
  calendarDefinition,
  journeyDefinition,
  journeySpecificationDefinition,
  orderHistoryDefinition,
  trackingTokenDefinition
]
const VALUES = { string: 'x', number: 1, boolean: true, dateTime: '2026-03-01T09:00:00.000Z' }

/** Something that an index serves, if there is one. */
function sortedByIndex({ path, type, many }: IndexedAttribute) {
  const attribute = { segments: segmentsOf(path), type }
  const filter: Filter = { kind: 'in', path: attribute, values: [VALUES[type]] }
  return { filter, sort: many ? [] : [{ path: attribute, descending: false }], limit: 10, offset: 0, count: true }
}

for (const [name, { newUrl }] of Object.entries(engines)) {
  t.test(`${name}: every attribute that a definition says is indexed has its column or its links`, async t => {
    const database = await openDatabase({ url: await newUrl(), clock: { now: () => new Date() }, exclusive: true })
    t.teardown(() => database.close())
    for (const definition of [...resourceDefinitions, ...ofOrders]) {
      for (const indexed of definition.indexed) {
        const page = await database.store.list('default', definition, sortedByIndex(indexed))
        t.same(page, { items: [], total: 0 }, `${definition.name} ${indexed.name}`)
      }
    }
  })
}
