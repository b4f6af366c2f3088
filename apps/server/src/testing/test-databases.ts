import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Database, openDatabase } from '@crm-lite/adapters-db'
import { startPostgres } from '@crm-lite/adapters-db/testing'
import type { Clock } from '@crm-lite/domain'
import { MemoryStore } from '@crm-lite/domain/testing'

/** As much of a database as workers need. */
export type DatabaseParts = Pick<Database, 'store' | 'unitOfWork' | 'work' | 'workSignal' | 'events'>

/** As much of a tap test as is needed here. */
interface Test {
  teardown(work: () => unknown): void
}

/** An empty one, which ends with the test. */
export type OpenTestDatabase = (t: Test, clock: Clock) => Promise<DatabaseParts>

/** Makes databases in memory and on both engines, as long as `t` goes on. */
export async function testDatabases(t: Test): Promise<Record<'memory' | 'SQLite' | 'PostgreSQL', OpenTestDatabase>> {
  const folder = mkdtempSync(join(tmpdir(), 'crm-lite-'))
  const postgres = await startPostgres()
  t.teardown(async () => {
    await postgres.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  let files = 0
  const opened =
    (newUrl: () => string | Promise<string>): OpenTestDatabase =>
    async (test, clock) => {
      const database = await openDatabase({ url: await newUrl(), clock, exclusive: true })
      test.teardown(() => database.close())
      return database
    }
  return {
    memory: async (_test, clock) => memoryParts(clock),
    SQLite: opened(() => `sqlite:${join(folder, `${files++}.db`)}`),
    PostgreSQL: opened(() => postgres.createDatabase())
  }
}

/** It wakes nobody: what is tested with it looks by itself. */
function memoryParts(clock: Clock): DatabaseParts {
  const store = new MemoryStore({ clock })
  return { store, unitOfWork: store, work: store.work, events: store, workSignal: { listen: () => () => undefined } }
}
