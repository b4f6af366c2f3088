import { setTimeout as pause } from 'node:timers/promises'
import { type Database, openDatabase } from '@crm-lite/adapters-db'
import { customerDefinition, type StoredEvent } from '@crm-lite/domain'
import { freePort } from '../../free-port.ts'
import { randomOf } from '../../seed/random.ts'
import { allCustomerIds } from '../customers-client.ts'
import { type CrmServer, type Environment, startServer, type Test, until } from '../start-crm.ts'
import { startCompactReceiver } from './compact-receiver.ts'
import { type Figure, Figures } from './figure.ts'
import { registerCallback, workLeft } from './hub-client.ts'
import { type Ledger, newLedger, writeUntilDone } from './kill-client.ts'
import { customerEvents, missing, outOfOrder } from './told-events.ts'

export interface KillOptions {
  readonly databaseUrl: string
  readonly engine: string
  readonly kills: number
  readonly writes: number
  readonly seed: number
}

const CLIENTS = 8
const READY_WITHIN_MS = 5_000
const DRAIN_PATIENCE_MS = 300_000

/**
 * Clients write against a real server process that is killed again and again. Whatever was acknowledged must be there, with its events,
 * and the subscriber must have been told of all of it.
 */
export async function proveKill(t: Test, options: KillOptions): Promise<Figure[]> {
  const figures = new Figures('kill -9', options.engine)
  const receiver = await startCompactReceiver(t)
  const port = String(await freePort('127.0.0.1'))
  const start = () => startServer(t, environment(options.databaseUrl, port))
  let server = await start()
  await registerCallback(server.url, receiver.url)

  const ledger = newLedger()
  const clients = Array.from({ length: CLIENTS }, (_, number) =>
    writeUntilDone({
      name: `client ${number}`,
      url: () => server.url,
      random: randomOf(options.seed, 'customer', number),
      ledger,
      isDone: () => ledger.acknowledged >= options.writes
    })
  )
  const writing = Promise.all(clients)
  const readyMs: number[] = []
  for (const moment of killMoments(options)) {
    await Promise.race([
      until(
        () => ledger.acknowledged >= moment.afterWrites,
        () => 'enough writes'
      ),
      writing
    ])
    await pause(moment.delayMs)
    server.process.kill('SIGKILL')
    await server.exited()
    const killedAt = performance.now()
    server = await start()
    await ready(server)
    readyMs.push(performance.now() - killedAt)
  }
  await writing
  await drained(server)
  const { ids, total } = await allCustomerIds(server.url)
  server.process.kill('SIGTERM')
  await server.exited()

  const database = await openDatabase({ url: options.databaseUrl, clock: { now: () => new Date() }, exclusive: false })
  try {
    const events = await customerEvents(database)
    figures.exactly('kills', readyMs.length, options.kills)
    figures.atLeast('acknowledged writes', ledger.acknowledged, options.writes)
    figures.seen('requests sent again while the server was gone', ledger.repeated)
    figures.exactly('acknowledged and lost', await lostOf(ledger, database), 0)
    figures.exactly('changes without event', missing(ledger.events, new Set(events.map(nameOf))), 0)
    figures.exactly('events without change', missing(events.map(nameOf), ledger.events), 0)
    figures.exactly(
      'events missing at the receiver',
      missing(
        events.map(each => each.id),
        receiver.counts
      ),
      0
    )
    figures.exactly('resources whose events came in another order', outOfOrder(receiver.arrivals, events), 0)
    figures.seen('events that came more than once', [...receiver.counts.values()].filter(count => count > 1).length)
    figures.exactly('total less count(*)', total - ids.length, 0)
    figures.exactly('customers less those acknowledged', ids.length - living(ledger), 0)
    figures.atMost('slowest restart until ready', Math.max(...readyMs) / 1000, READY_WITHIN_MS / 1000, 's')
  } finally {
    await database.close()
  }
  return figures.all
}

function environment(databaseUrl: string, port: string): Environment {
  return {
    CRM_MODE: 'development',
    DATABASE_URL: databaseUrl,
    PORT: port,
    LEASE_MS: '2000',
    LOG_LEVEL: 'error'
  }
}

/** Spread over the whole run, each a little after so many writes. */
function killMoments({ kills, writes, seed }: KillOptions): { afterWrites: number; delayMs: number }[] {
  const random = randomOf(seed, 'party', 0)
  return Array.from({ length: kills }, () => ({
    afterWrites: random.between(1, writes - 1),
    delayMs: random.between(0, 30)
  })).sort((a, b) => a.afterWrites - b.afterWrites)
}

async function ready({ url }: CrmServer): Promise<void> {
  while ((await fetch(`${url}/readyz`)).status !== 200) await pause(5)
}

async function drained({ url }: CrmServer): Promise<void> {
  const deadline = performance.now() + DRAIN_PATIENCE_MS
  while ((await workLeft(url)) !== 0) {
    if (performance.now() > deadline) throw new Error(`deliveries do not end: ${await workLeft(url)} are left`)
    await pause(100)
  }
}

const nameOf = ({ resourceId, revision, kind }: StoredEvent) => `${resourceId} ${revision} ${kind}`

/** Resources that are not as the last answer about them said. */
async function lostOf(ledger: Ledger, { store }: Database): Promise<number> {
  let lost = 0
  for (const [id, revision] of ledger.resources) {
    const stored = await store.get('default', customerDefinition, id)
    if (revision === 'deleted' ? stored !== undefined : stored?.revision !== revision) lost += 1
  }
  return lost
}

function living({ resources }: Ledger): number {
  return [...resources.values()].filter(each => each !== 'deleted').length
}
