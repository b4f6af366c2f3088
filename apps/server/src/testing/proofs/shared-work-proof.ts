import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Database, openDatabase } from '@crm-lite/adapters-db'
import pg from 'pg'
import { freePort } from '../../free-port.ts'
import { randomOf } from '../../seed/random.ts'
import { type CrmServer, type Environment, startServer, type Test } from '../start-crm.ts'
import { type Figure, Figures } from './figure.ts'
import { type FmsProcess, startFms } from './fms-process.ts'
import { auditEnd, auditRest } from './fulfilment-audit.ts'
import { readBooks } from './fulfilment-books.ts'
import { metricOf } from './hub-client.ts'
import { clock } from './make-events.ts'
import { newOrderBook, type OrderBook, placeOrders } from './order-client.ts'
import { wrongLines } from './server-log.ts'
import { auditTransitions } from './transition-audit.ts'
import { type Desk, workOffFallout } from './work-off-fallout.ts'

export interface SharedWorkOptions {
  /** On PostgreSQL. */
  readonly databaseUrl: string
  readonly orders: number
  readonly seed: number
}

const CLIENTS = 4
const LEASE_MS = 2_000
/** Finding out that a lease is over takes a look, and doing what was left takes its time as well. */
const MARGIN_MS = 1_500
const PATIENCE_MS = 120_000
/** Of decisions about fallout: what cannot be retried is asked about again. */
const MOST_ROUNDS = 20

const SETTINGS: Environment = {
  CRM_MODE: 'development',
  LOG_LEVEL: 'warn',
  LEASE_MS: String(LEASE_MS),
  // A call may then take so long that the lease is two seconds for what calls the FMS as well.
  FMS_TIMEOUT_SECONDS: '0.3',
  FMS_SETTLE_SECONDS: '0.2',
  FMS_POLL_MIN_SECONDS: '0.5',
  FMS_POLL_MAX_SECONDS: '1',
  FMS_CALLBACK_SECRET: 'a-secret-of-the-shared-work'
}

/** Two servers share what is to be done with the FMS; one is killed, and the other one does what it has left. */
export async function proveSharedWork(t: Test, { databaseUrl, orders, seed }: SharedWorkOptions): Promise<Figure[]> {
  const figures = new Figures('two servers, one FMS', 'postgres')
  const fms = await startOneFms(t)
  const database = await openDatabase({ url: databaseUrl, clock, exclusive: false })
  t.teardown(() => database.close())
  const settings = { ...SETTINGS, DATABASE_URL: databaseUrl, FMS_URL: fms.url }
  const [victim, survivor] = [await startOnFreePort(t, settings), await startOnFreePort(t, settings)]
  const book = newOrderBook()
  let isKilled = false
  const urlOf = (client: number) => (client % 2 === 0 && !isKilled ? victim.url : survivor.url)
  let placing = Promise.resolve()
  let rounds = 0
  let placed = 0
  const placeMore = () => {
    placing = place(book, { orders, seed, round: rounds++, urlOf }).then(() => void placed++)
  }
  const someAreDone = async () => (await doneBy(victim)) > 0 && (await doneBy(survivor)) > 0 && book.orders.size > orders / 4
  placeMore()
  await eventually(async () => {
    if (await someAreDone()) return true
    // One of them may be so quick that it does everything.
    if (placed === rounds) placeMore()
    return false
  }, 'work by both servers')
  figures.seen('done by the one until it was killed', await doneBy(victim))
  isKilled = true
  victim.process.kill('SIGKILL')
  await victim.exited()
  const watchUntilTold = async () => {
    const latestMs = await watchUntilDone(databaseUrl, placing)
    await eventually(async () => (await fms.counts()).callbacks['waiting'] === 0, 'the last callbacks')
    await eventually(async () => (await metricOf(survivor.url, 'event_outbox_depth')) === 0, 'the last events')
    return latestMs
  }
  const latestMs = await watchUntilTold()
  figures.seen('done by the other one', await doneBy(survivor))
  figures.exactly('orders', book.orders.size, orders * rounds)
  figures.atMost('longest that work stood which was due', latestMs / 1000, (LEASE_MS + MARGIN_MS) / 1000, 's')
  // The FMS is at no fault: nothing is left to people but what was cancelled when it could not simply be undone any more.
  const { fallouts } = await readBooks(database)
  figures.none(
    'fallout records but of what was to be undone',
    fallouts.filter(({ step }) => step !== 'compensate')
  )
  const desk: Desk = { url: survivor.url, random: randomOf(seed, 'order', 0), taken: new Map(), wrong: [] }
  for (let round = 0; round < MOST_ROUNDS && (await workOffFallout(desk)) > 0; round++) await watchUntilTold()
  await audit(figures, { database, fms, book })
  figures.none('answers that nobody should get', [...book.wrong, ...desk.wrong])
  figures.none('errors and unhandled rejections in the logs', [victim, survivor].flatMap(wrongLines))
  return figures.all
}

async function startOneFms(t: Test): Promise<FmsProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'crm-fms-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return startFms(t, { file: join(folder, 'fms.db'), port: await freePort('127.0.0.1'), paceMs: 50, settleMs: 100 })
}

async function startOnFreePort(t: Test, settings: Environment): Promise<CrmServer> {
  return startServer(t, { ...settings, PORT: String(await freePort('127.0.0.1')) })
}

interface Placing {
  readonly orders: number
  readonly seed: number
  readonly round: number
  readonly urlOf: (client: number) => string
}

async function place(book: OrderBook, { orders, seed, round, urlOf }: Placing): Promise<void> {
  const perClient = Math.ceil(orders / CLIENTS)
  const clients = Array.from({ length: CLIENTS }, (_, number) =>
    placeOrders({
      name: `client ${number}, round ${round}`,
      url: () => urlOf(number),
      random: randomOf(seed + round, 'order', number + 1),
      book,
      orders: Math.min(perClient, orders - perClient * number)
    })
  )
  await Promise.all(clients)
}

/** How many orders a server has accepted, and how many further steps with the FMS it has done: what it accepts it mostly sends with it. */
async function doneBy({ url }: CrmServer): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const counts = text.matchAll(/^due_work_total\{kind="(?:acceptOrder|fulfil)",outcome="done"\} (\d+)$/gm)
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0)
}

/** Looks until there is nothing to do any more. Returns for how long, at most, something stood that was due. */
async function watchUntilDone(databaseUrl: string, placing: Promise<void>): Promise<number> {
  let isPlaced = false
  const placed = placing.then(() => {
    isPlaced = true
  })
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  let latestMs = 0
  try {
    await eventually(async () => {
      const { rows } = await client.query<{ count: string; first: string | null }>(
        `select count(*), min(due_at_ms) as first from due_work where kind in ('acceptOrder', 'fulfil')`
      )
      const [{ count, first } = { count: '0', first: null }] = rows
      if (first !== null) latestMs = Math.max(latestMs, Date.now() - Number(first))
      return isPlaced && Number(count) === 0
    }, 'an end of what is to be done')
    await placed
  } finally {
    await client.end()
  }
  return latestMs
}

interface Audited {
  readonly database: Database
  readonly fms: FmsProcess
  readonly book: OrderBook
}

async function audit(figures: Figures, { database, fms, book }: Audited): Promise<void> {
  const books = await readBooks(database)
  auditRest(figures, 'in the end', books, await fms.serviceOrders())
  auditEnd(figures, books, book)
  auditTransitions(figures, books)
}

async function eventually(condition: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${what}`)
    await pause(20)
  }
}
