import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { resourceStoreContract } from '@crm-lite/domain/testing'
import * as fc from 'fast-check'
import t from 'tap'
import { findPattern } from './find-pattern.ts'
import { openDatabase } from './index.ts'
import { startPostgres } from './testing/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'crm-store-'))
const server = await startPostgres()
t.teardown(async () => {
  await server.stop()
  rmSync(folder, { recursive: true })
})

let files = 0
const newUrl = {
  SQLite: async () => `sqlite:${join(folder, `${files++}.db`)}`,
  PostgreSQL: () => server.createDatabase()
}

for (const [name, url] of Object.entries(newUrl)) {
  await resourceStoreContract(t, {
    fc,
    name,
    makeStore: async () => openDatabase({ url: await url(), clock: { now: () => new Date() }, exclusive: true }),
    runs: 60,
    findPattern
  })
}
