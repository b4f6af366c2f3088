import Sqlite from 'better-sqlite3'
import { StartRefused } from '../start-refused.ts'
import type { Row, Statement } from './dialect.ts'
import { registerFunctions } from './sqlite-functions.ts'

export type SqliteDatabase = Sqlite.Database
type Prepared = Sqlite.Statement<unknown[]>

/** `synchronous` as SQLite reports it: 2 is FULL, every commit reaches the disk. */
const FULL = 2
/** SQLite's own wait for another process's write lock. It stops the whole process meanwhile, so it is short and the rest is retried outside. */
const BUSY_TIMEOUT_MS = 100
/** Besides the operating system's own cache: what is read mostly comes from there, what is written is changed many times over. */
const READ_CACHE_KIB = 8_192
const WRITE_CACHE_KIB = 16_384
const MAX_PREPARED = 500
/**
 * How long the write-ahead log grows before it is copied into the file, in pages: 32 MiB. Random pages of indexes are written to the
 * file once for many commits that way; with SQLite's own 1,000 pages that copying is a third of what a write costs.
 */
const CHECKPOINT_PAGES = 8_192

/** One connection to a SQLite file, with every statement prepared once. */
export class SqliteConnection {
  readonly database: SqliteDatabase
  readonly #prepared = new Map<string, Prepared>()

  /** @throws {StartRefused} when the file can't be opened, or not with the durability that is promised */
  constructor(file: string, options: { readonly: boolean }) {
    this.database = open(file, options.readonly)
    this.database.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`)
    this.database.pragma(`cache_size = -${options.readonly ? READ_CACHE_KIB : WRITE_CACHE_KIB}`)
    this.database.pragma('temp_store = memory')
    this.database.pragma('synchronous = FULL')
    if (this.database.pragma('synchronous', { simple: true }) !== FULL)
      throw new StartRefused(`SQLite refuses synchronous=FULL on ${file}`)
    if (options.readonly) this.database.pragma('query_only = on')
    else this.database.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
    registerFunctions(this.database)
  }

  prepare(sql: string): Prepared {
    const known = this.#prepared.get(sql)
    if (known) return known
    const prepared = this.database.prepare<unknown[]>(sql)
    if (prepared.reader) prepared.raw(true)
    if (this.#prepared.size >= MAX_PREPARED) this.#prepared.delete(this.#prepared.keys().next().value!)
    this.#prepared.set(sql, prepared)
    return prepared
  }

  /** The rows of a statement; none of one that returns nothing. */
  all({ sql, parameters }: Statement): Row[] {
    const prepared = this.prepare(sql)
    if (prepared.reader) return prepared.all(...parameters) as Row[]
    prepared.run(...parameters)
    return []
  }

  /** The row of a statement that finds at most one. */
  find({ sql, parameters }: Statement): Row | undefined {
    return this.prepare(sql).get(...parameters) as Row | undefined
  }

  /** Runs a statement that returns nothing, or whose rows don't matter. */
  run({ sql, parameters }: Statement): number {
    const prepared = this.prepare(sql)
    if (!prepared.reader) return prepared.run(...parameters).changes
    prepared.all(...parameters)
    return 0
  }

  close(): void {
    this.database.close()
  }
}

function open(file: string, readonly: boolean): SqliteDatabase {
  try {
    return new Sqlite(file, { readonly, fileMustExist: readonly, timeout: BUSY_TIMEOUT_MS })
  } catch (cause) {
    throw new StartRefused(`cannot open the SQLite file ${file}: ${(cause as Error).message}`, { cause })
  }
}

/** Whether an error says that somebody else holds the lock that is needed. */
export function isBusy(error: unknown): boolean {
  return codeOf(error).startsWith('SQLITE_BUSY') || codeOf(error).startsWith('SQLITE_LOCKED')
}

/** SQLite's name of an error, or an empty text. */
export function codeOf(error: unknown): string {
  return error instanceof Sqlite.SqliteError ? error.code : ''
}
