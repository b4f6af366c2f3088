import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openDatabase } from '@crm-lite/adapters-db'
import pg from 'pg'
import { allCustomerIds } from '../customers-client.ts'
import { type CrmServer, type Environment, startServer, type Test } from '../start-crm.ts'
import { type CompactReceiver, startCompactReceiver } from './compact-receiver.ts'
import { type Figure, Figures } from './figure.ts'
import { registerCallback, workLeft } from './hub-client.ts'
import { type Interruption, newInterruption, tryToCreate, untilAccepted, untilRefused } from './interrupted-writes.ts'
import { clock } from './make-events.ts'
import { customerEvents, missing } from './told-events.ts'

const PRELOAD = fileURLToPath(new URL('./small-database.ts', import.meta.url))
const REFUSALS = 20
const RECOVERY_S = 10
const DRAIN_PATIENCE_MS = 60_000

/** A disk that is full, on SQLite: the database may not grow. */
export async function proveFullSqlite(t: Test, { databaseUrl }: { readonly databaseUrl: string }): Promise<Figure[]> {
  const trial = await begin(t, new Figures('full database', 'sqlite'), databaseUrl, { NODE_OPTIONS: `--import=${PRELOAD}` })
  const { server, noted } = trial
  server.process.kill('SIGWINCH')
  await server.printed('the database is full')
  await untilRefused(server.url, noted, REFUSALS)
  await readsStill(trial)
  server.process.kill('SIGWINCH')
  await server.printed('no longer full')
  return end(trial)
}

/** A disk that is full, on PostgreSQL: what it says then is said by a trigger. */
export async function proveFullPostgres(t: Test, { databaseUrl }: { readonly databaseUrl: string }): Promise<Figure[]> {
  const trial = await begin(t, new Figures('full database', 'postgres'), databaseUrl)
  const { server, noted } = trial
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  await client.query(`create function disk_is_full() returns trigger language plpgsql as
    $$ begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$`)
  for (const table of ['customer', 'event', 'delivery'])
    await client.query(`create trigger full_${table} before insert or update on ${table} execute function disk_is_full()`)
  await untilRefused(server.url, noted, REFUSALS)
  await readsStill(trial)
  for (const table of ['customer', 'event', 'delivery']) await client.query(`drop trigger full_${table} on ${table}`)
  await client.end()
  return end(trial)
}

/** A PostgreSQL that goes away under a server with requests and deliveries under way, and comes back. */
export async function proveLostPostgres(t: Test, { databaseUrl }: { readonly databaseUrl: string }): Promise<Figure[]> {
  const link = await startLink(t, databaseUrl)
  const trial = await begin(t, new Figures('database away for a while', 'postgres'), link.url)
  const { server, noted } = trial
  const writing = Promise.all(
    Array.from({ length: 8 }, async (_, number) => {
      for (let count = 0; count < 200; count++) {
        await tryToCreate(server.url, `Customer ${number}/${count}`, noted)
        if (count > 20) await pause(5)
      }
    })
  )
  await pause(200)
  link.cut()
  await pause(1_500)
  await untilRefused(server.url, noted, REFUSALS)
  trial.figures.exactly('ready while it is away (503 is 0)', (await fetch(`${server.url}/readyz`)).ok ? 1 : 0, 0)
  link.mend()
  return end(trial, writing)
}

interface Trial {
  readonly figures: Figures
  readonly server: CrmServer
  readonly receiver: CompactReceiver
  readonly noted: Interruption
  readonly databaseUrl: string
}

async function begin(t: Test, figures: Figures, databaseUrl: string, env: Environment = {}): Promise<Trial> {
  const receiver = await startCompactReceiver(t)
  const noted = newInterruption()
  const server = await startServer(t, {
    CRM_MODE: 'development',
    DATABASE_URL: databaseUrl,
    LEASE_MS: '2000',
    LOG_LEVEL: 'error',
    ...env
  })
  await registerCallback(server.url, receiver.url)
  await untilAccepted(server.url, noted)
  return { figures, server, receiver, noted, databaseUrl }
}

async function readsStill({ figures, server, noted }: Trial): Promise<void> {
  const { ids } = await allCustomerIds(server.url)
  figures.exactly('acknowledged and not readable meanwhile', missing(noted.acknowledged, new Set(ids)), 0)
}

/** The same process goes on: everything that was acknowledged is there, and has been told. */
async function end({ figures, server, receiver, noted, databaseUrl }: Trial, writing?: Promise<unknown>): Promise<Figure[]> {
  figures.atMost('until writes are accepted again', (await untilAccepted(server.url, noted)) / 1000, RECOVERY_S, 's')
  await writing
  const drainedBy = performance.now() + DRAIN_PATIENCE_MS
  while ((await workLeft(server.url)) !== 0 && performance.now() < drainedBy) await pause(50)
  const { ids, total } = await allCustomerIds(server.url)
  server.process.kill('SIGTERM')
  await server.exited()
  const database = await openDatabase({ url: databaseUrl, clock, exclusive: false })
  const events = await customerEvents(database)
  await database.close()
  figures.atLeast('writes refused with 503 and Retry-After', noted.refused, REFUSALS)
  figures.exactly('writes answered in another way', noted.wrong, 0)
  figures.exactly('acknowledged and lost', missing(noted.acknowledged, new Set(ids)), 0)
  figures.exactly('total less count(*)', total - ids.length, 0)
  const told = new Set(events.map(each => each.resourceId))
  figures.exactly('changes without event', missing(ids, told), 0)
  figures.exactly('events without change', missing(told, new Set(ids)), 0)
  figures.exactly(
    'events missing at the receiver',
    missing(
      events.map(({ id }) => id),
      receiver.counts
    ),
    0
  )
  return figures.all
}

interface Link {
  readonly url: string
  cut(): void
  mend(): void
}

/** Stands between a server and its PostgreSQL, so that the connection can be broken. */
async function startLink(t: Test, databaseUrl: string): Promise<Link> {
  const target = new URL(databaseUrl)
  const path = decodeURIComponent(target.hostname)
  const port = Number(target.port || 5432)
  const sockets = new Set<Socket>()
  let isCut = false
  const server: Server = createServer(socket => {
    if (isCut) return void socket.destroy()
    const other = path.startsWith('/') ? connect(`${path}/.s.PGSQL.${port}`) : connect(port, path)
    for (const [from, to] of [
      [socket, other],
      [other, socket]
    ] as const) {
      sockets.add(from)
      from.on('error', () => to.destroy())
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
      from.pipe(to)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  const url = new URL('postgres://127.0.0.1')
  url.username = target.username
  url.password = target.password
  url.port = String(typeof address === 'object' && address ? address.port : 0)
  url.pathname = target.pathname
  return {
    url: url.href,
    cut: () => {
      isCut = true
      for (const socket of sockets) socket.destroy()
    },
    mend: () => {
      isCut = false
    }
  }
}
