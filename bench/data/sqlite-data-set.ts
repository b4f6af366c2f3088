import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openDatabase } from '@crm-lite/adapters-db'
import { customerDefinition } from '@crm-lite/domain'
import Sqlite from 'better-sqlite3'
import { TENANT } from '../floors/serve-floor.ts'
import { benchCustomer } from './bench-customer.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** What the contents of a data set depend on. */
const SOURCES = ['bench/data/bench-customer.ts', 'apps/server/src/seed/*.ts', 'packages/adapters-db/src/migrations/*.ts']
const CUSTOMERS_PER_COMMIT = 500
const COMMITS_AT_ONCE = 4

/**
 * A file with so many customers, filled through the server's own unit of work. It is kept for the next run, until what it is made from
 * changes, and must not be changed.
 *
 * @returns its path
 */
export async function sqliteDataSet(rows: number, say: (text: string) => void): Promise<string> {
  const folder = join(tmpdir(), 'crm-lite-bench', version())
  const file = join(folder, `${rows}.db`)
  if (existsSync(file)) return file
  say(`making ${rows} customers (kept for the next run)`)
  for (const older of globSync('*', { cwd: join(folder, '..') })) {
    if (older !== version()) rmSync(join(folder, '..', older), { recursive: true, force: true })
  }
  mkdirSync(folder, { recursive: true })
  const unfinished = join(folder, `${rows}.${process.pid}.db`)
  await fill(unfinished, rows)
  renameSync(unfinished, file)
  return file
}

/** A copy that may be changed. In a folder of its own: what the copy before has left in its log must not get into this one. */
export function copyOf(file: string, folder: string): string {
  const copy = join(mkdtempSync(join(folder, 'copy-')), 'copy.db')
  copyFileSync(file, copy)
  return copy
}

/** A file with nothing but the table and its primary key, holding the rows of a data set: what the floor inserts into. */
export function plainCopyOf(file: string, folder: string): string {
  const plain = join(folder, 'plain.db')
  const database = new Sqlite(plain)
  database.pragma('journal_mode = wal')
  database.exec(
    'create table customer (tenant text not null, id text not null, revision integer not null, document text not null, primary key (tenant, id)) strict'
  )
  database.prepare('attach ? as source').run(file)
  database.exec('insert into customer select tenant, id, revision, document from source.customer order by tenant, id')
  database.close()
  return plain
}

/** Ids of a data set, evenly spread over it. */
export function idsOf(file: string, many: number): string[] {
  const database = new Sqlite(file, { readonly: true })
  const ids = database.prepare<[string], string>('select id from customer where tenant = ? order by id').pluck().all(TENANT)
  database.close()
  return Array.from({ length: many }, (_, index) => ids[Math.floor((index * ids.length) / many)]!)
}

export function sqliteVersion(): string {
  const database = new Sqlite(':memory:')
  const version = database.prepare<[], string>('select sqlite_version()').pluck().get()
  database.close()
  return version ?? 'unknown'
}

async function fill(file: string, rows: number): Promise<void> {
  for (const suffix of ['', '-wal', '-shm', '-server']) rmSync(file + suffix, { force: true })
  const database = await openDatabase({ url: `sqlite:${file}`, clock: { now: () => new Date() }, exclusive: false })
  let next = 0
  const worker = async () => {
    while (next < rows) {
      const first = next
      next = Math.min(first + CUSTOMERS_PER_COMMIT, rows)
      const last = next
      await database.unitOfWork.run(TENANT, async transaction => {
        for (let index = first; index < last; index++) transaction.insert(customerDefinition, benchCustomer(index, rows))
      })
    }
  }
  await Promise.all(Array.from({ length: COMMITS_AT_ONCE }, worker))
  await database.close()
}

function version(): string {
  const hash = createHash('sha256')
  for (const path of SOURCES.flatMap(pattern => globSync(pattern, { cwd: root })).sort())
    hash.update(readFileSync(join(root, path)))
  return hash.digest('hex').slice(0, 12)
}
