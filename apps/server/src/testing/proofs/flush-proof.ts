import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import pg from 'pg'
import { createCustomer } from '../customers-client.ts'
import { startServer, type Test } from '../start-crm.ts'
import { type Figure, Figures } from './figure.ts'

const WRITES = 200

export interface FlushOptions {
  readonly databaseUrl: string
}

/** One write after the other is a batch each: at least that many flushes to disk must have been asked for. SQLite, counted by strace. */
export async function proveFlushesOfSqlite(t: Test, { databaseUrl }: FlushOptions): Promise<Figure[]> {
  const figures = new Figures('flushes to disk', 'sqlite')
  const server = await startServer(t, { DATABASE_URL: databaseUrl, WORKERS: 'off' })
  const trace = await attach(server.process.pid ?? 0)
  if (!trace) {
    figures.seen('not counted', 'strace is not here, or may not be used')
    return figures.all
  }
  for (let count = 0; count < WRITES; count++) await createCustomer(server.url, `Customer ${count}`)
  figures.atLeast(`fsync and fdatasync for ${WRITES} batches`, await trace.end(), WRITES)
  return figures.all
}

/** The same on PostgreSQL, which counts by itself from version 18 on. */
export async function proveFlushesOfPostgres(t: Test, { databaseUrl }: FlushOptions): Promise<Figure[]> {
  const figures = new Figures('flushes to disk', 'postgres')
  const server = await startServer(t, { DATABASE_URL: databaseUrl, WORKERS: 'off' })
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const before = await walFlushes(client)
    if (before === undefined) {
      figures.seen('not counted', 'this version of PostgreSQL does not count them')
      return figures.all
    }
    for (let count = 0; count < WRITES; count++) await createCustomer(server.url, `Customer ${count}`)
    // The statistics of a connection are there for others when it ends.
    server.process.kill('SIGTERM')
    await server.exited()
    figures.atLeast(`fsync and fdatasync for ${WRITES} batches`, ((await walFlushes(client)) ?? 0) - before, WRITES)
    return figures.all
  } finally {
    await client.end()
  }
}

async function walFlushes(client: pg.Client): Promise<number | undefined> {
  try {
    await client.query('select pg_stat_force_next_flush()')
    const { rows } = await client.query<{ count: string | null }>(
      `select sum(fsyncs) as count from pg_stat_io where object = 'wal' and backend_type in ('client backend', 'walwriter')`
    )
    return rows[0]?.count === null ? undefined : Number(rows[0]?.count)
  } catch {
    return undefined
  }
}

/** Undefined where strace is missing or may not look into other processes. */
async function attach(pid: number): Promise<{ end(): Promise<number> } | undefined> {
  if (spawnSync('strace', ['-V']).status !== 0) return undefined
  const strace = spawn('strace', ['-f', '-e', 'trace=fsync,fdatasync', '-p', String(pid)], {
    stdio: ['ignore', 'ignore', 'pipe']
  })
  let said = ''
  strace.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  const isAttached = await new Promise<boolean>(resolve => {
    strace.stderr.on('data', () => void (/attached/.test(said) && resolve(true)))
    strace.on('exit', () => resolve(false))
  })
  return isAttached ? { end: () => ended(strace, () => said) } : undefined
}

async function ended(strace: ChildProcess, said: () => string): Promise<number> {
  strace.kill('SIGINT')
  if (strace.exitCode === null) await once(strace, 'close')
  // A call that another thread interrupts is written in two halves.
  return said()
    .split('\n')
    .filter(line => /f(data)?sync\(/.test(line)).length
}
