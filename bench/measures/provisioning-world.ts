import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Bench } from '../bench.ts'
import { itemOrderBody } from '../data/bench-item-order.ts'
import type { LoadRequest } from '../load/load-job.ts'
import { type Companion, type ServerProcess, startCompanion, startServer, startWorker } from '../server-process.ts'

export const ORDERS = '/tmf-api/productOrderingManagement/v4/productOrder'
/** Nobody listens there. */
const NOWHERE = 'http://127.0.0.1:1'
const SIMULATOR = fileURLToPath(new URL('../../apps/fms-simulator/src/cli.ts', import.meta.url))
const DIFFERENT_BODIES = 4_096

/** `off`: what is ordered stays as it was taken in. */
export type Workers = 'off' | 'withFms' | 'withoutAnswer'

/** A server, and what works beside it: on PostgreSQL in processes of their own, and with a database server of its own. */
export interface ProvisioningWorld {
  readonly server: ServerProcess
  readonly beside: { pause(): void; resume(): void }
  stop(): Promise<void>
}

export interface Places {
  /** Whether the FMS, which stands for a machine of somebody else, lets the load go first where they share a core. */
  readonly isFmsLast?: boolean
  /** Whether the worker and the FMS, with a database in a process of its own, have both cores: all is under way at once, and none has room to spare. */
  readonly isAllAtOnce?: boolean
}

export async function startWorld(
  { cores, engine, options }: Bench,
  workers: Workers,
  { isFmsLast = false, isAllAtOnce = false }: Places = {}
): Promise<ProvisioningWorld> {
  const database = await engine.apart(options.rows.small)
  const DATABASE_URL = database.url
  const companions: Companion[] = []
  const common = { SECRET_KEY: randomBytes(32).toString('base64'), ORDER_ACCEPTANCE: 'automatic', FMS_MAX_CONCURRENT: '64' }
  const beside = cores && (isAllAtOnce && engine.name === 'postgres' ? `${cores.server},${cores.load}` : cores.load)
  const fms = workers === 'withFms' ? await startSimulator(companions, beside, isFmsLast) : NOWHERE
  const settings = { ...common, ...(workers !== 'off' && { FMS_URL: fms }) }
  const isApart = workers === 'off' || engine.name === 'postgres'
  const server = await startServer(DATABASE_URL, cores?.server, { ...settings, ...(isApart && { WORKERS: 'off' }) })
  if (workers !== 'off' && isApart) {
    const ofWorker = { ...settings, DATABASE_URL, PUBLIC_BASE_URL: server.address }
    companions.push(await startWorker(beside, ofWorker))
  }
  const all = [database, server, ...companions]
  const resume = () => all.forEach(each => void each.resume())
  return {
    server,
    beside: {
      pause: () => [...all].reverse().forEach(each => void each.pause()),
      resume
    },
    stop: async () => {
      resume()
      for (const each of [server, ...companions]) await each.stop()
      await database.close()
    }
  }
}

async function startSimulator(companions: Companion[], core: string | undefined, isLast: boolean): Promise<string> {
  const niceness = isLast ? '19' : '0'
  const args = ['-n', niceness, process.execPath, SIMULATOR, '--port', '0', '--pace', '0']
  const simulator = await startCompanion('nice', args, core, {}, 'FMS simulator on')
  companions.push(simulator)
  const { origin } = new URL(/http:\S+/.exec(simulator.line)![0])
  // More devices than anybody orders: what is out of stock would be held for ever.
  const headers = { 'content-type': 'application/json' }
  await fetch(`${origin}/admin/stock`, { method: 'PUT', headers, body: JSON.stringify([{ model: 'HomeBox 7', count: 1e9 }]) })
  return origin
}

export function orderRequests(items: number): LoadRequest[] {
  return Array.from({ length: DIFFERENT_BODIES }, (_, index) => ({
    method: 'POST',
    path: ORDERS,
    body: itemOrderBody(index, items)
  }))
}

/** How many orders there are, or of one kind. */
export async function countOrders({ address }: ServerProcess, filter = ''): Promise<number> {
  const answer = await fetch(`${address}${ORDERS}?limit=1&fields=id${filter}`)
  await answer.arrayBuffer()
  return Number(answer.headers.get('x-total-count'))
}

/** Those in which an order stands before it is completed. */
const ON_THE_WAY = ['acknowledged', 'inProgress', 'pending', 'held']

/** Waits until so many orders are completed. Whether there is one on its way is found at once, where counting them would be felt. */
export async function untilCompleted(server: ServerProcess, many: number, everyMs: number): Promise<void> {
  while (await isAnyOnTheWay(server)) await pause(everyMs)
  const completed = await countOrders(server, '&state=completed')
  if (completed < many) throw new Error(`${completed} of ${many} orders are completed, and none is on its way`)
}

async function isAnyOnTheWay({ address }: ServerProcess): Promise<boolean> {
  for (const state of ON_THE_WAY) {
    const answer = await fetch(`${address}${ORDERS}?limit=1&fields=id&state=${state}`, { headers: { prefer: 'count=none' } })
    if (((await answer.json()) as unknown[]).length > 0) return true
  }
  return false
}
