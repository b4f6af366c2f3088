import type { WorkKind, WorkSignal } from '@crm-lite/domain'
import type { RawBuilder, SqlBool } from 'kysely'
import type { WriteSet } from '../write-set.ts'
import type { DeliverySql } from './delivery-sql.ts'
import type { JsonSql } from './json-sql.ts'
import type { RecentResources } from './recent-resources.ts'

/** A row as an array, in the order of the selected columns. */
export type Row = readonly unknown[]

/** SQL text with its values, ready to run. */
export interface Statement {
  readonly sql: string
  readonly parameters: readonly unknown[]
  /**
   * Given to statements that are run again and again with other values, and find rows by an index: the engine plans those once. On PostgreSQL
   * those that are only read run where no table is read whole.
   */
  readonly name?: string
}

/** A statement that is compiled once and run with other values each time. */
export type PreparedRead = (...values: readonly unknown[]) => Promise<readonly Row[]>

/** The same of one that finds at most one row: answered at once where nothing has to be waited for. */
export type PreparedLookup = (...values: readonly unknown[]) => Promise<Row | undefined> | Row | undefined

/** Reads that no index bounds: few at a time, away from everything else, stopped when they take too long. */
export interface Scanner {
  /**
   * Runs the statements one after the other.
   *
   * @returns `'timeout'` when they did not end within the budget (and no longer run), `'busy'` when too many others did not end in time
   */
  scan(statements: readonly Statement[]): Promise<readonly (readonly Row[])[] | 'timeout' | 'busy'>
  readonly budgetMs: number
}

/** What a piece of work may read inside its transaction. */
export interface WorkReader {
  /** In the transaction on SQLite; what is committed on PostgreSQL, where stale reads are found when the work is written. */
  read(statement: Statement): Promise<readonly Row[]>
  /** The same of one that finds at most one row, by texts. */
  find(statement: Statement): Promise<Row | undefined>
  /** What is known without looking: there is none where others may have written meanwhile. */
  readonly recent?: Pick<RecentResources, 'get' | 'keep'>
}

/** Runs work and commits what it writes. */
export interface Writer {
  run<T>(tenant: string, work: (reader: WorkReader, writes: WriteSet) => Promise<T>): Promise<T>
}

/** Runs a statement of a transaction: it sees what was committed before it, and what the transaction did. */
export type RunInTransaction = (statement: Statement) => Promise<readonly Row[]>

export interface TransactOptions {
  /**
   * Whether a crash of the machine may undo it: for what is done again then, or does no harm when it is. Such a transaction is not
   * undone while a later one that isn't lazy stays.
   */
  readonly lazy: boolean
}

/** Wakes who listens when this process, or another one, has stored something to do. */
export interface EngineSignal extends WorkSignal {
  /** Wakes those of this process. @param due as in `listen` */
  wake(due?: readonly WorkKind[]): void
  /** And those of others. */
  announce(due?: readonly WorkKind[]): void
  /** Whether another process has said lately that requests wait there. */
  isBusyElsewhere(): boolean
}

/** The order in which readers see events, so that none comes to stand before one that was already seen. */
export interface EventOrder {
  /** The columns that give the order, as an alias-free list for `order by`. */
  readonly columns: RawBuilder<unknown>
  /** A row's cursor as text. */
  readonly cursor: RawBuilder<string>
  /** The values of those columns in a cursor that was read here. */
  placeOf(cursor: string): RawBuilder<unknown>
  /** The place of the newest event, as a subquery of the order's columns. */
  readonly newest: RawBuilder<unknown>
  /** What can be read now: nothing that a transaction still under way could come to stand before. */
  readonly readable: RawBuilder<SqlBool>
  /** The cursor behind everything that is readable now, as a scalar. */
  readonly end: RawBuilder<string>
  /** Undefined for a text that is no cursor. */
  behind(cursor: string): RawBuilder<SqlBool> | undefined
  /** Negative when the left cursor comes first. */
  compare(left: string, right: string): number
}

/** Everything that knows which engine it is. */
export interface Engine {
  readonly name: 'sqlite' | 'postgres'
  readonly json: JsonSql
  readonly scanner: Scanner
  readonly writer: Writer
  readonly eventOrder: EventOrder
  compile(query: RawBuilder<unknown>): Statement
  /** Numbers in the query stand for the values of each run, counted from 0. */
  prepare(query: RawBuilder<unknown>): PreparedRead
  prepareLookup(query: RawBuilder<unknown>): PreparedLookup
  read(statement: Statement): Promise<readonly Row[]>
  /** The JSON text of a document column. */
  documentText(column: string): RawBuilder<string>
  /** How many resources of a type a tenant has: a scalar that costs the same at any size. */
  totalOf(tenant: unknown, resource: string): RawBuilder<number>
  readonly deliverySql: DeliverySql
  /**
   * A short transaction of several statements, beside the writer: on SQLite committed together with other writes. It may run more than
   * once, so it has no effects but those of its statements.
   */
  transact<T>(work: (run: RunInTransaction) => Promise<T>, options: TransactOptions): Promise<T>
  /** A transaction of one statement. */
  write(statement: Statement, options: TransactOptions): Promise<readonly Row[]>
  readonly signal: EngineSignal
  /** Returns the number of rows it changed. */
  execute(statement: Statement): Promise<number>
  /** What keeps the database from serving; empty when it can. */
  notReady(): Promise<string[]>
  close(): Promise<void>
}
