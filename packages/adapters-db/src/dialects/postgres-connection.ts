import { createHash } from 'node:crypto'
import { DomainError } from '@crm-lite/domain'
import pg from 'pg'
import { StartRefused } from '../start-refused.ts'

/** Raised by `crm_expect`: a row was no longer at the revision that the work had read. */
export const STALE_REVISION = 'CR001'
export const SERIALIZATION_FAILURE = '40001'
export const DEADLOCK = '40P01'
export const UNIQUE_VIOLATION = '23505'
const QUERY_CANCELED = '57014'
const IDLE_IN_TRANSACTION = '25P03'
const IDLE_IN_TRANSACTION_MS = 5_000
const LOCK_NOT_AVAILABLE = '55P03'

export interface PoolOptions {
  readonly max: number
  readonly statementTimeoutMs: number
  /** What its connections are for: see {@link settings}. */
  readonly use: keyof typeof settings
  readonly onError: (error: Error) => void
}

/** How the statements of a connection are planned and committed. */
const settings = {
  /** What is planned each time, with the values in view. */
  any: '-c plan_cache_mode=force_custom_plan',
  /**
   * Statements that are kept, and find rows by an index whatever the values are and however few rows there are: a plan that reads all of a table
   * while it is small is kept until PostgreSQL next looks at its size, minutes later where it is busy. Planned once a connection rather than six
   * times: a batch takes longer to plan than to do.
   */
  keyed: '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_bitmapscan=off',
  /**
   * Queues: what need not reach the disk before it is answered. Planned anew each time, as large as they are at that moment: a plan that was
   * made when one was empty would read all of it, again and again, until the server next looks at its size.
   */
  lazy: '-c synchronous_commit=off -c lock_timeout=5000 -c plan_cache_mode=force_custom_plan'
} as const

export function openPool(url: string, options: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max,
    statement_timeout: options.statementTimeoutMs,
    connectionTimeoutMillis: 5_000,
    // A process that was stopped in the middle of a transaction must not keep its locks.
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    application_name: 'crm-lite',
    // Compiling a statement costs more than any of ours takes.
    options: `-c jit=off ${settings[options.use]}`,
    allowExitOnIdle: false
  })
  // A connection that breaks while nobody uses it is replaced; without a listener it would end the process.
  pool.on('error', options.onError)
  return pool
}

/**
 * A statement on a connection of the pool. One that PostgreSQL refuses leaves the connection as it was, with all that is planned on it, where
 * `pool.query` would open another one in its place: each statement that was overtaken would have hundreds of milliseconds of planning follow.
 */
export async function queryOn(pool: pg.Pool, statement: pg.QueryArrayConfig): Promise<pg.QueryArrayResult<unknown[]>> {
  const client = await pool.connect()
  // A connection that breaks would end the process; the statement fails, too.
  const ignore = () => {}
  client.on('error', ignore)
  let isUsable = false
  try {
    const result = await client.query<unknown[]>(statement)
    isUsable = true
    return result
  } catch (error) {
    isUsable = isRefusal(error)
    throw error
  } finally {
    client.off('error', ignore)
    client.release(!isUsable)
  }
}

/** Refuses a server that would forget an acknowledged write, or compare texts otherwise than promised. */
export async function checkServer(pool: pg.Pool, durability: 'required' | 'asConfigured'): Promise<void> {
  const settings = await settingsOf(pool)
  if (settings['server_encoding'] !== 'UTF8')
    throw new StartRefused(`the database's encoding must be UTF8, it is ${settings['server_encoding']}`)
  if (Number(settings['server_version_num']) < 140_000) throw new StartRefused('PostgreSQL 14 or later is needed')
  if (durability === 'asConfigured') return
  for (const name of ['fsync', 'synchronous_commit', 'full_page_writes']) {
    if (settings[name] === 'off') {
      throw new StartRefused(
        `PostgreSQL has ${name}=off, so a crash can lose acknowledged writes; set it to on, or DATABASE_DURABILITY=asConfigured`
      )
    }
  }
}

async function settingsOf(pool: pg.Pool): Promise<Record<string, string>> {
  try {
    const { rows } = await pool.query<{ name: string; setting: string }>(
      "select name, setting from pg_settings where name in ('fsync', 'synchronous_commit', 'full_page_writes', 'server_encoding', 'server_version_num')"
    )
    return Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))
  } catch (cause) {
    throw new StartRefused(`cannot use the PostgreSQL database: ${describe(cause)}`, { cause })
  }
}

/** Never the connection string: it may hold a password. */
function describe(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string }
  return message || code || 'no answer'
}

/** By which PostgreSQL keeps a prepared statement: the same text has the same name. PostgreSQL cuts names at 63 characters. */
export function statementName(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 32)
}

/** PostgreSQL's five-character code of an error, or an empty text. */
export function sqlStateOf(error: unknown): string {
  return error instanceof pg.DatabaseError ? (error.code ?? '') : ''
}

export function isTimeout(error: unknown): boolean {
  return sqlStateOf(error) === QUERY_CANCELED
}

/** What ends a statement, or the transaction that it is in, and nothing else. */
const REFUSALS = [STALE_REVISION, SERIALIZATION_FAILURE, DEADLOCK, UNIQUE_VIOLATION, QUERY_CANCELED, LOCK_NOT_AVAILABLE]

function isRefusal(error: unknown): boolean {
  const state = sqlStateOf(error)
  return REFUSALS.includes(state) || state.startsWith(INVALID_DATA)
}

/** Classes of errors that pass by themselves: connection lost, resources short, operator intervention, serialization, system error. */
const PASSING = ['08', '53', '57', '58', '40']
const INVALID_DATA = '22'

/** What callers may expect to go wrong becomes a refusal; everything else stays what it is. */
export function translatePostgresError(error: unknown): unknown {
  if (error instanceof DomainError) return error
  const state = sqlStateOf(error)
  if (
    PASSING.includes(state.slice(0, 2)) ||
    [IDLE_IN_TRANSACTION, LOCK_NOT_AVAILABLE].includes(state) ||
    isConnectionError(error)
  ) {
    return new DomainError('unavailable', 'the database cannot be used now', { retryAfterS: 2, cause: error })
  }
  if (state.startsWith(INVALID_DATA)) return new DomainError('invalidValue', 'a value cannot be stored', { cause: error })
  return error
}

const CONNECTION_ERRORS = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOENT', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']

function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof pg.DatabaseError) return false
  if (CONNECTION_ERRORS.includes((error as NodeJS.ErrnoException).code ?? '')) return true
  return /connection terminated|timeout exceeded when trying to connect|not queryable|connection error/i.test(error.message)
}
