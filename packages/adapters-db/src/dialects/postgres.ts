import type { Clock } from '@crm-lite/domain'
import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler, type RawBuilder, sql } from 'kysely'
import type pg from 'pg'
import type { MigrationRunner, RunStatement } from '../migrations/migrate.ts'
import type { ColumnOfDocument, IndexedType, MigrationDialect } from '../migrations/migration.ts'
import type { WriteSet } from '../write-set.ts'
import type { Engine, PreparedRead, Row, Scanner, Statement, WorkReader } from './dialect.ts'
import { checkServer, isTimeout, openPool, queryOn, statementName, translatePostgresError } from './postgres-connection.ts'
import { postgresDeliverySql } from './postgres-delivery-sql.ts'
import { postgresEventOrder } from './postgres-event-order.ts'
import { postgresJson } from './postgres-json.ts'
import { PostgresLookups } from './postgres-lookups.ts'
import { PostgresSignal } from './postgres-signal.ts'
import { transactAlone, transactOn } from './postgres-transact.ts'
import { PostgresWriter } from './postgres-writer.ts'
import { type ScanLimits, ScanSlots } from './scan-slots.ts'

export interface PostgresOptions extends ScanLimits {
  readonly url: string
  readonly clock: Clock
  readonly durability: 'required' | 'asConfigured'
  readonly scanBudgetMs: number
  readonly newWriteSet: (tenant: string) => WriteSet
  readonly prepareSchema: (runner: MigrationRunner) => Promise<void>
  readonly isBusy: () => boolean
  readonly onWarning: (message: string, fields: object) => void
}

/** Far longer than any statement that an index serves; nothing may hang for ever. */
const STATEMENT_TIMEOUT_MS = 30_000
/**
 * Each connection plans what it is asked for, and a batch of writes takes milliseconds to plan: so writes, and reads by an index, have few of
 * their own.
 */
const MAX_CONNECTIONS = { any: 4, writes: 3, keyed: 6, lazy: 5 } as const
/** Any number that no other program uses for an advisory lock in the same database. */
const MIGRATION_LOCK = 4_277_629

const compiler = new Kysely<unknown>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: database => new PostgresIntrospector(database),
    createQueryCompiler: () => new PostgresQueryCompiler()
  }
})

/** @throws {StartRefused} when the server can't be reached, or would not keep what is promised */
export async function openPostgres(options: PostgresOptions): Promise<Engine> {
  const onError = (err: Error) => options.onWarning('a database connection broke', { err })
  const pools = openPools(options, onError)
  try {
    await checkServer(pools.any, options.durability)
    await options.prepareSchema({ dialect: migrationDialect, exclusively: work => migrateExclusively(pools.any, work) })
  } catch (error) {
    await endPools(pools)
    throw error
  }
  return engineOf(options, pools)
}

type Pools = ReturnType<typeof openPools>

function openPools({ url, maxScans, scanBudgetMs }: PostgresOptions, onError: (err: Error) => void) {
  const usual = { statementTimeoutMs: STATEMENT_TIMEOUT_MS, onError }
  return {
    any: openPool(url, { ...usual, max: MAX_CONNECTIONS.any, use: 'any' }),
    writes: openPool(url, { ...usual, max: MAX_CONNECTIONS.writes, use: 'keyed' }),
    keyed: openPool(url, { ...usual, max: MAX_CONNECTIONS.keyed, use: 'keyed' }),
    lazy: openPool(url, { ...usual, max: MAX_CONNECTIONS.lazy, use: 'lazy' }),
    scans: openPool(url, { max: maxScans, statementTimeoutMs: scanBudgetMs, use: 'any', onError })
  }
}

async function endPools(pools: Pools): Promise<void> {
  await Promise.all(Object.values(pools).map(each => each.end()))
}

function engineOf(options: PostgresOptions, pools: Pools): Engine {
  const { any: pool, lazy } = pools
  const readOn = (of: pg.Pool) => {
    return async (text: string, values: unknown[], name?: string): Promise<readonly Row[]> => {
      try {
        return (await queryOn(of, { text, values, rowMode: 'array', ...(name && { name }) })).rows
      } catch (error) {
        throw translatePostgresError(error)
      }
    }
  }
  const unnamed = readOn(pool)
  const named = readOn(pools.keyed)
  const lookups = new PostgresLookups(named)
  const prepare = (builder: RawBuilder<unknown>): PreparedRead => {
    const { sql: text, parameters } = compile(builder)
    const order = parameters as readonly number[]
    const name = statementName(text)
    return (...values) =>
      named(
        text,
        order.map(index => values[index]),
        name
      )
  }
  const read = ({ sql: text, parameters, name }: Statement) => (name ? named : unnamed)(text, [...parameters], name)
  const reader: WorkReader = { read, find: statement => lookups.find(statement) }
  const signal = new PostgresSignal({ url: options.url, pool: lazy, isBusy: options.isBusy, onWarning: options.onWarning })
  const writer = new PostgresWriter({
    pool: pools.writes,
    clock: options.clock,
    reader,
    newWriteSet: options.newWriteSet,
    onNews: due => signal.announce(due),
    onWarning: options.onWarning
  })
  return {
    name: 'postgres',
    json: postgresJson,
    scanner: new PostgresScanner(pools.scans, { ...options, budgetMs: options.scanBudgetMs }),
    writer,
    eventOrder: postgresEventOrder,
    compile,
    prepare,
    prepareLookup: builder => {
      const { sql: text, parameters } = compile(builder)
      const order = parameters as readonly number[]
      return (...values) => lookups.find({ sql: text, parameters: order.map(index => values[index]) })
    },
    read,
    documentText: column => sql`${sql.ref(column)}::text`,
    totalOf: (tenant, resource) =>
      sql<number>`coalesce((select sum(total) from resource_total where tenant = ${tenant} and resource = ${sql.lit(resource)}), 0)::float8`,
    deliverySql: postgresDeliverySql,
    transact: (work, how) => transactOn(how.lazy ? lazy : pool, work),
    write: (statement, how) => transactAlone(how.lazy ? lazy : pool, statement),
    signal,
    execute: async ({ sql: text, parameters }) => {
      return (await pool.query(text, [...parameters])).rowCount ?? 0
    },
    notReady: async () => {
      await pool.query('select 1 from schema_migration limit 1')
      return []
    },
    close: async () => {
      await writer.drain()
      await writer.foldTotals()
      await signal.close()
      await endPools(pools)
    }
  }
}

class PostgresScanner implements Scanner {
  readonly budgetMs: number
  readonly #pool: pg.Pool
  readonly #slots: ScanSlots

  constructor(pool: pg.Pool, options: ScanLimits & { readonly budgetMs: number }) {
    this.#pool = pool
    this.budgetMs = options.budgetMs
    this.#slots = new ScanSlots(options)
  }

  scan(statements: readonly Statement[]): ReturnType<Scanner['scan']> {
    return this.#slots.run(() => this.#read(statements))
  }

  async #read(statements: readonly Statement[]): Promise<Row[][] | 'timeout'> {
    try {
      const results: Row[][] = []
      for (const { sql: text, parameters } of statements) {
        results.push((await queryOn(this.#pool, { text, values: [...parameters], rowMode: 'array' })).rows)
      }
      return results
    } catch (error) {
      if (isTimeout(error)) return 'timeout'
      throw translatePostgresError(error)
    }
  }
}

function compile(query: RawBuilder<unknown>): Statement {
  const { sql: text, parameters } = query.compile(compiler)
  return { sql: text, parameters }
}

async function migrateExclusively<T>(pool: pg.Pool, work: (run: RunStatement) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    await client.query('set local statement_timeout = 0')
    await client.query('select pg_advisory_xact_lock($1)', [MIGRATION_LOCK])
    const result = await work(async statement => {
      const { sql: text, parameters } = compile(statement)
      return (await client.query({ text, values: [...parameters], rowMode: 'array' })).rows as unknown[][]
    })
    await client.query('commit')
    client.release()
    return result
  } catch (error) {
    client.release(true)
    throw error
  }
}

const migrationDialect: MigrationDialect = {
  name: 'postgres',
  text: sql`text collate "C"`,
  document: sql`jsonb`,
  bigint: sql`bigint`,
  tableOptions: sql``,
  keyOnlyTableOptions: sql``,
  generated: (path, type) => {
    const column = columnOf(path, type)
    return sql`${column.type} generated always as (${column.value}) stored`
  },
  columnOf
}

function columnOf(path: string, type: IndexedType): ColumnOfDocument {
  const names = path.split('.')
  const at = sql`document${sql.join(
    names.map(name => sql`->${sql.lit(name)}`),
    sql``
  )}`
  const text = sql`document${sql.join(
    names.map((name, index) => sql`${sql.raw(index === names.length - 1 ? '->>' : '->')}${sql.lit(name)}`),
    sql``
  )}`
  const when = (jsonType: string, value: RawBuilder<unknown>) =>
    sql`case when jsonb_typeof(${at}) = ${sql.lit(jsonType)} then ${value} end`
  switch (type) {
    case 'string':
      return { type: sql`text collate "C"`, value: when('string', text) }
    case 'number':
      return { type: sql`double precision`, value: when('number', sql`(${text})::double precision`) }
    case 'boolean':
      return { type: sql`boolean`, value: when('boolean', sql`(${text})::boolean`) }
    case 'dateTime':
      return { type: sql`text collate "C"`, value: when('string', sql`crm_instant(${text})`) }
    default:
      return type satisfies never
  }
}
