import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { openDatabase } from '@crm-lite/adapters-db'
import type { PostgresServer } from '@crm-lite/adapters-db/testing'
import Sqlite from 'better-sqlite3'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'

const CHUNK_LENGTH = 1_000_000

/** The columns of each table that are written; the others are computed. */
const TABLES: Readonly<Record<string, readonly string[]>> = {
  customer: ['tenant', 'id', 'revision', 'document'],
  customer_link: ['tenant', 'attribute', 'value', 'id'],
  resource_total: ['tenant', 'resource', 'total']
}

/**
 * A database with the rows of a SQLite data set: migrated by the server's own code, then filled in bulk, its indexes built afterwards.
 * It is left as a database is that has been in use for a while: vacuumed, analyzed, written to disk.
 *
 * @returns its url
 */
export async function postgresDataSet(server: PostgresServer, file: string, say: (text: string) => void): Promise<string> {
  const url = await server.createDatabase()
  say('copying the customers to PostgreSQL')
  const database = await openDatabase({ url, clock: { now: () => new Date() }, exclusive: false })
  await database.close()
  const source = new Sqlite(file, { readonly: true })
  await withClient(url, async client => {
    await client.query('set synchronous_commit = off')
    for (const [table, columns] of Object.entries(TABLES))
      await withoutIndexes(client, table, () => copy(source, client, table, columns))
    await client.query(`vacuum analyze ${Object.keys(TABLES).join(', ')}`)
    await client.query('checkpoint')
  })
  source.close()
  return url
}

/** A copy that may be changed. */
export async function copyOf(server: PostgresServer, original: string): Promise<string> {
  const url = await server.createDatabase()
  await withClient(server.url, async client => {
    await client.query(`drop database ${nameOf(url)}`)
    await client.query(`create database ${nameOf(url)} template ${nameOf(original)}`)
  })
  return url
}

/** A database with nothing but the table and its primary key, holding the rows of a data set: what the floor inserts into. */
export async function plainCopyOf(server: PostgresServer, file: string): Promise<string> {
  const url = await server.createDatabase()
  const source = new Sqlite(file, { readonly: true })
  await withClient(url, async client => {
    await client.query(
      'create table customer (tenant text collate "C" not null, id text collate "C" not null, revision integer not null, document jsonb not null, primary key (tenant, id))'
    )
    await copy(source, client, 'customer', TABLES['customer']!)
    await client.query('vacuum analyze')
    await client.query('checkpoint')
  })
  source.close()
  return url
}

export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

async function copy(source: Sqlite.Database, client: pg.Client, table: string, columns: readonly string[]): Promise<void> {
  const names = columns.join(', ')
  const rows = source.prepare<[], unknown[]>(`select ${names} from ${table}`).raw().iterate()
  await pipeline(Readable.from(chunks(rows)), client.query(copyFrom(`copy ${table} (${names}) from stdin`)))
}

/** In PostgreSQL's text format. */
function* chunks(rows: Iterable<readonly unknown[]>): Generator<string> {
  let chunk = ''
  for (const row of rows) {
    chunk += `${row.map(value => String(value).replace(/[\\\n\r\t]/g, escaped)).join('\t')}\n`
    if (chunk.length < CHUNK_LENGTH) continue
    yield chunk
    chunk = ''
  }
  yield chunk
}

function escaped(character: string): string {
  return { '\n': '\\n', '\r': '\\r', '\t': '\\t' }[character] ?? `\\${character}`
}

async function withoutIndexes(client: pg.Client, table: string, work: () => Promise<void>): Promise<void> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `select indexname as name, indexdef as definition from pg_indexes
     where tablename = $1 and schemaname = 'public' and not exists (select from pg_constraint where conname = indexname)`,
    [table]
  )
  for (const { name } of rows) await client.query(`drop index ${name}`)
  await work()
  for (const { definition } of rows) await client.query(definition)
}

function nameOf(url: string): string {
  return new URL(url).pathname.slice(1)
}
