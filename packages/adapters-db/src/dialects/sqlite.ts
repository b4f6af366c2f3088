import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Clock } from '@crm-lite/domain'
import { DummyDriver, Kysely, type RawBuilder, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler, sql } from 'kysely'
import type { MigrationRunner, RunStatement } from '../migrations/migrate.ts'
import type { ColumnOfDocument, IndexedType, MigrationDialect } from '../migrations/migration.ts'
import { StartRefused } from '../start-refused.ts'
import type { WriteSet } from '../write-set.ts'
import type { Engine, PreparedLookup, PreparedRead, Row, Statement } from './dialect.ts'
import { LocalSignal } from './local-signal.ts'
import type { ScanLimits } from './scan-slots.ts'
import { isBusy, SqliteConnection } from './sqlite-connection.ts'
import { sqliteDeliverySql } from './sqlite-delivery-sql.ts'
import { sqliteEventOrder } from './sqlite-event-order.ts'
import { sqliteJson } from './sqlite-json.ts'
import { SqliteScanner } from './sqlite-scanner.ts'
import { lockForServer } from './sqlite-server-lock.ts'
import { SqliteSnapshot } from './sqlite-snapshot.ts'
import { SqliteWriter, translateSqliteError } from './sqlite-writer.ts'

export interface SqliteOptions extends ScanLimits {
  readonly file: string
  readonly clock: Clock
  readonly exclusive: boolean
  readonly scanBudgetMs: number
  readonly newWriteSet: (tenant: string) => WriteSet
  /** Called when the schema may be changed, before anything else uses the file. */
  readonly prepareSchema: (runner: MigrationRunner) => Promise<void>
}

/** How long a start waits for another process that is changing the schema. */
const MAX_MIGRATION_WAIT_MS = 60_000

const compiler = new Kysely<unknown>({
  dialect: {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: database => new SqliteIntrospector(database),
    createQueryCompiler: () => new SqliteQueryCompiler()
  }
})

/** @throws {StartRefused} when the file can't be opened as it should, or another server has it */
export async function openSqlite(options: SqliteOptions): Promise<Engine> {
  mkdirSync(dirname(options.file), { recursive: true })
  const unlock = options.exclusive ? lockForServer(options.file) : () => {}
  try {
    const writer = new SqliteConnection(options.file, { readonly: false })
    await retryWhileBusy(() => useWal(writer, options.file))
    await options.prepareSchema({ dialect: migrationDialect, exclusively: work => migrateExclusively(writer, work) })
    return engineOf(options, writer, new SqliteConnection(options.file, { readonly: true }), unlock)
  } catch (error) {
    unlock()
    throw error
  }
}

function engineOf(options: SqliteOptions, connection: SqliteConnection, reader: SqliteConnection, unlock: () => void): Engine {
  const signal = new LocalSignal()
  const snapshot = new SqliteSnapshot(reader)
  const writer = new SqliteWriter({
    connection,
    clock: options.clock,
    newWriteSet: options.newWriteSet,
    beforeCommit: snapshot.release,
    onNews: due => signal.announce(due)
  })
  const scanner = new SqliteScanner(options.file, { ...options, budgetMs: options.scanBudgetMs })
  return {
    name: 'sqlite',
    json: sqliteJson,
    scanner,
    writer,
    eventOrder: sqliteEventOrder,
    compile,
    prepare: query => prepare(reader, snapshot, query),
    prepareLookup: query => prepareLookup(reader, snapshot, query),
    read: async statement => {
      try {
        snapshot.take()
        return reader.all(statement)
      } catch (error) {
        throw translateSqliteError(error)
      }
    },
    documentText: column => sql.ref(column),
    totalOf: (tenant, resource) =>
      sql<number>`coalesce((select total from resource_total where tenant = ${tenant} and resource = ${sql.lit(resource)}), 0)`,
    deliverySql: sqliteDeliverySql,
    transact: (work, how) => writer.transact(work, how),
    write: (statement, how) => writer.transact(run => run(statement), how),
    signal,
    execute: statement =>
      retryWhileBusy(() => {
        snapshot.release()
        return connection.run(statement)
      }),
    notReady: async () => {
      reader.prepare('select 1 from schema_migration limit 1').get()
      return []
    },
    close: async () => {
      await writer.drain()
      scanner.close()
      reader.close()
      connection.close()
      unlock()
    }
  }
}

function prepare(connection: SqliteConnection, snapshot: SqliteSnapshot, query: RawBuilder<unknown>): PreparedRead {
  const { statement, inOrder } = prepared(connection, query)
  return async (...values) => {
    try {
      snapshot.take()
      return statement.all(...inOrder(values)) as Row[]
    } catch (error) {
      throw translateSqliteError(error)
    }
  }
}

function prepareLookup(connection: SqliteConnection, snapshot: SqliteSnapshot, query: RawBuilder<unknown>): PreparedLookup {
  const { statement, inOrder } = prepared(connection, query)
  return (...values) => {
    try {
      snapshot.take()
      return statement.get(...inOrder(values)) as Row | undefined
    } catch (error) {
      throw translateSqliteError(error)
    }
  }
}

/** A statement, and what puts the values of a run in its order. */
function prepared(connection: SqliteConnection, query: RawBuilder<unknown>) {
  const { sql: text, parameters } = compile(query)
  const order = parameters as readonly number[]
  const isInOrder = order.every((each, index) => each === index)
  const inOrder = (values: readonly unknown[]) => (isInOrder ? values : order.map(index => values[index]))
  return { statement: connection.prepare(text), inOrder }
}

function compile(query: RawBuilder<unknown>): Statement {
  const { sql: text, parameters } = query.compile(compiler)
  return { sql: text, parameters: parameters.map(value => (typeof value === 'boolean' ? Number(value) : value)) }
}

function useWal(connection: SqliteConnection, file: string): void {
  if (connection.database.pragma('journal_mode = wal', { simple: true }) !== 'wal') {
    throw new StartRefused(`SQLite refuses write-ahead logging on ${file}`)
  }
}

async function migrateExclusively<T>(connection: SqliteConnection, work: (run: RunStatement) => Promise<T>): Promise<T> {
  const { database } = connection
  await retryWhileBusy(() => database.exec('begin immediate'))
  try {
    const result = await work(async statement => {
      const { sql: text, parameters } = compile(statement)
      const prepared = database.prepare<unknown[]>(text)
      if (prepared.reader) return prepared.raw(true).all(...parameters) as unknown[][]
      prepared.run(...parameters)
      return []
    })
    database.exec('commit')
    return result
  } catch (error) {
    if (database.inTransaction) database.exec('rollback')
    throw error
  }
}

async function retryWhileBusy<T>(action: () => T): Promise<T> {
  const deadline = performance.now() + MAX_MIGRATION_WAIT_MS
  for (;;) {
    try {
      return action()
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error
      await new Promise(resolve => setTimeout(resolve, 10 + Math.random() * 40))
    }
  }
}

export const migrationDialect: MigrationDialect = {
  name: 'sqlite',
  text: sql`text`,
  document: sql`text`,
  bigint: sql`integer`,
  tableOptions: sql`strict`,
  keyOnlyTableOptions: sql`strict, without rowid`,
  generated: (path, type) => {
    const column = columnOf(path, type)
    return sql`${column.type} generated always as (${column.value}) virtual`
  },
  columnOf
}

function columnOf(path: string, type: IndexedType): ColumnOfDocument {
  const at = sql.lit(
    `$${path
      .split('.')
      .map(name => `."${name}"`)
      .join('')}`
  )
  const value = sql`json_extract(document, ${at})`
  const is = (...types: string[]) => sql`json_type(document, ${at}) in (${sql.join(types.map(each => sql.lit(each)))})`
  switch (type) {
    case 'string':
      return { type: sql`text`, value: sql`case when ${is('text')} then ${value} end` }
    case 'number':
      return { type: sql`real`, value: sql`case when ${is('integer', 'real')} then ${value} end` }
    case 'boolean':
      return { type: sql`integer`, value: sql`case when ${is('true', 'false')} then ${value} end` }
    case 'dateTime':
      return { type: sql`text`, value: sql`case when ${is('text')} then crm_instant(${value}) end` }
    default:
      return type satisfies never
  }
}
