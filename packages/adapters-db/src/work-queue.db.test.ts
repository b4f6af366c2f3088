import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
