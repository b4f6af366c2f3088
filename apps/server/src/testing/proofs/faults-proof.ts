import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Database, openDatabase } from '@crm-lite/adapters-db'
import { everyFault, type FaultPlan, type FaultRule, faultKinds } from '@crm-lite/fms-simulator'
import { freePort } from '../../free-port.ts'
import { randomOf } from '../../seed/random.ts'
import { type CrmServer, type Environment, startServer, type Test } from '../start-crm.ts'
import { type Figure, Figures } from './figure.ts'
import { type FmsProcess, startFms } from './fms-process.ts'
import { auditEnd, auditRest, auditServices } from './fulfilment-audit.ts'
import { readBooks } from './fulfilment-books.ts'
import { metricOf } from './hub-client.ts'
import { clock } from './make-events.ts'
import { bundleRule, newOrderBook, type OrderBook, placeOrders } from './order-client.ts'
import { wrongLines } from './server-log.ts'
import { auditTransitions } from './transition-audit.ts'
import { type Desk, workOffFallout } from './work-off-fallout.ts'

export interface FaultsOptions {
  readonly databaseUrl: string
  readonly engine: 'sqlite' | 'postgres'
  readonly orders: number
  readonly kills: number
  readonly seed: number
}

const CLIENTS = 8
/** Of service orders, and of callbacks. Answers fail half as often: an order has many. */
const RATE = 0.3
const DRAIN_PATIENCE_MS = 600_000
const MOST_ROUNDS = 30
const QUIET_MS = 1_500
const LATE_MS = 10_000
const SIMULATOR = { paceMs: 20, settleMs: 300 }

/** All times are short, and their order is that of the settings that come with the product. */
const SETTINGS: Environment = {
  CRM_MODE: 'development',
  LOG_LEVEL: 'warn',
  LEASE_MS: '2000',
  FMS_TIMEOUT_SECONDS: '0.4',
  FMS_SETTLE_SECONDS: '0.5',
  FMS_PROBE_SECONDS: '0.2',
  FMS_RETRY_MIN_SECONDS: '0.05',
  FMS_RETRY_MAX_SECONDS: '1',
  FMS_GIVE_UP_HOURS: '0.002',
  FMS_POLL_MIN_SECONDS: '0.2',
  FMS_POLL_MAX_SECONDS: '1',
  FMS_CALLBACK_SECRET: 'a-secret-of-the-fault-proofs'
}

/**
 * Orders are placed while everything goes wrong between us and the FMS, and the server is killed again and again. Nothing may be sent twice,
 * nothing be lost, and whatever doesn't heal must be in sight; then everything is worked off through the API.
 */
export async function proveFaults(t: Test, options: FaultsOptions): Promise<Figure[]> {
  const figures = new Figures('faults of the FMS', options.engine)
  const world = await startWorld(t, options)
  const { book, fms, database } = world
  const startedAt = performance.now()
  const killed = await placeWhileKilling(world, options)
  figures.exactly('kills while something was to be done', killed, options.kills)
  figures.exactly('orders', book.orders.size, options.orders)
  await allSent(fms)
  const faults = (await fms.counts()).faults
  await fms.setPlan({ rules: [] })
  await atRest(world)
  figures.seen('seconds until nothing more happened by itself', ((performance.now() - startedAt) / 1000).toFixed(0))
  const atFms = await fms.serviceOrders()
  figures.seen('service orders', atFms.length)
  figures.seen('kinds of faults that happened', `${Object.keys(faults).length} of ${faultKinds.length}`)
  figures.seen(
    'faults that happened',
    Object.values(faults).reduce((sum, count) => sum + count, 0)
  )
  const books = await readBooks(database)
  auditRest(figures, 'at rest', books, atFms)
  figures.seen('fallout records', books.fallouts.length)
  await workOff(figures, world)
  const end = await readBooks(database)
  auditRest(figures, 'in the end', end, await fms.serviceOrders())
  auditEnd(figures, end, book)
  auditServices(figures, end, await fms.serviceOrders(), await fms.services())
  auditTransitions(figures, end)
  auditAnswers(figures, world)
  figures.seen('requests sent again while the server was gone', book.repeated)
  return figures.all
}

interface World {
  server: CrmServer
  fms: FmsProcess
  readonly database: Database
  readonly book: OrderBook
  /** All that have run. */
  readonly servers: CrmServer[]
  readonly desk: Desk
  restart(): Promise<void>
}

async function startWorld(t: Test, { databaseUrl, seed }: FaultsOptions): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'crm-fms-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const fms = await startFms(t, { ...SIMULATOR, file: join(folder, 'fms.db'), port: await freePort('127.0.0.1') })
  await fms.setPlan(faultPlan(seed))
  const PORT = String(await freePort('127.0.0.1'))
  const start = () => startServer(t, { ...SETTINGS, DATABASE_URL: databaseUrl, PORT, FMS_URL: fms.url })
  const server = await start()
  await useRule(server.url)
  const database = await openDatabase({ url: databaseUrl, clock, exclusive: false })
  t.teardown(() => database.close())
  const world: World = {
    server,
    fms,
    database,
    book: newOrderBook(),
    servers: [server],
    desk: { url: server.url, random: randomOf(seed, 'order', 0), taken: new Map(), wrong: [] },
    restart: async () => {
      world.server.process.kill('SIGKILL')
      await world.server.exited()
      world.server = await start()
      world.servers.push(world.server)
    }
  }
  return world
}

async function useRule(url: string): Promise<void> {
  const rules = `${url}/tmf-api/orderJourney/v1/provisioningRule`
  const post = async (to: string, body: object) => {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(to, { method: 'POST', headers, body: JSON.stringify(body) })
    const answer = (await response.json()) as { readonly id: string }
    if (!response.ok) throw new Error(`POST ${to}: ${response.status} ${JSON.stringify(answer)}`)
    return answer
  }
  const { id } = await post(rules, bundleRule)
  await post(`${rules}/${id}/activate`, {})
}

/** Everything there is; but those that concern everybody are short and rare. */
function faultPlan(seed: number): FaultPlan {
  const { rules } = everyFault(RATE, seed)
  return { seed, rules: rules.map(shortened) }
}

const ANSWERS: ReadonlySet<string> = new Set(faultKinds.slice(0, faultKinds.indexOf('reject')))

function shortened(rule: FaultRule): FaultRule {
  const { fault, rate = 0 } = rule
  switch (fault) {
    case 'connectionRefused':
      return { ...rule, rate: rate / 20, durationMs: 200 }
    case 'hold':
    case 'pending':
      return { ...rule, durationMs: 500 }
    case 'delayedCallback':
    case 'reorderedCallback':
      return { ...rule, delayMs: 300 }
    default:
      return ANSWERS.has(fault) ? { ...rule, rate: rate / 2 } : rule
  }
}

/** Returns how often the server was killed while there was something to do. */
async function placeWhileKilling(world: World, { orders, kills, seed }: FaultsOptions): Promise<number> {
  const perClient = Math.ceil(orders / CLIENTS)
  const placing = Promise.all(
    Array.from({ length: CLIENTS }, (_, number) =>
      placeOrders({
        name: `client ${number}`,
        url: () => world.server.url,
        random: randomOf(seed, 'order', number + 1),
        book: world.book,
        orders: Math.min(perClient, orders - perClient * number)
      })
    )
  )
  const random = randomOf(seed, 'party', 0)
  let killed = 0
  for (let kill = 0; kill < kills; kill++) {
    await pause(random.between(500, 2_500))
    if (await isAnythingToDo(world)) killed += 1
    await world.restart()
  }
  await placing
  return killed
}

/** On a busy machine what is ordered may come late. */
async function isAnythingToDo({ database }: World): Promise<boolean> {
  const deadline = performance.now() + LATE_MS
  while (performance.now() < deadline) {
    if ((await database.fulfilmentFigures('default')).waiting > 0) return true
    await pause(5)
  }
  return false
}

/** Resolves when the FMS gets nothing new any more: until then everything may go wrong. */
async function allSent(fms: FmsProcess): Promise<void> {
  let known = -1
  for (let lookedAt = performance.now(); performance.now() - lookedAt < QUIET_MS; await pause(100)) {
    const { serviceOrders } = await fms.counts()
    if (serviceOrders !== known) lookedAt = performance.now()
    known = serviceOrders
  }
}

/** Resolves when nothing is left that would happen by itself. What stands still at the FMS is let go on. */
async function atRest({ database, fms, server }: World): Promise<void> {
  const deadline = performance.now() + DRAIN_PATIENCE_MS
  for (;;) {
    const next = await database.work.nextDueAt(['acceptOrder', 'fulfil', 'subscribe'])
    const { byState, callbacks } = await fms.counts()
    const underWay = Object.entries(byState).filter(([state]) => !FINAL_AT_FMS.has(state))
    const untold = await metricOf(server.url, 'event_outbox_depth')
    if (!next && underWay.length === 0 && callbacks['waiting'] === 0 && untold === 0) return
    if (performance.now() > deadline)
      throw new Error(
        `Something is still due at ${next?.toISOString()}; at the FMS ${JSON.stringify(Object.fromEntries(underWay))}`
      )
    await fms.nudge()
    await pause(100)
  }
}

const FINAL_AT_FMS: ReadonlySet<string> = new Set(['completed', 'failed', 'partial', 'rejected', 'cancelled'])

async function workOff(figures: Figures, world: World): Promise<void> {
  const { desk } = world
  let rounds = 0
  let decided = 0
  for (let open = 1; open > 0 && rounds < MOST_ROUNDS; rounds++) {
    open = await workOffFallout(desk)
    decided += open
    await atRest(world)
  }
  figures.seen('decisions', `${decided} in ${rounds} rounds`)
  figures.seen('of which', [...desk.taken].map(([action, count]) => `${action} ${count}`).join(', '))
}

function auditAnswers(figures: Figures, { book, desk, servers }: World): void {
  figures.none('answers that nobody should get', [...book.wrong, ...desk.wrong])
  figures.none('errors and unhandled rejections in the logs', servers.flatMap(wrongLines))
}
