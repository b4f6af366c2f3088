import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { FaultPlan, SimulatorCounts } from '@crm-lite/fms-simulator'
import type { Test } from '../start-crm.ts'

const script = fileURLToPath(new URL('./cli.ts', import.meta.resolve('@crm-lite/fms-simulator')))

export interface FmsOptions {
  /** A SQLite file: what it knows survives the process. */
  readonly file: string
  readonly port: number
  /** Between two steps of an order. */
  readonly paceMs: number
  /** The longest that a request may be done after its answer was withheld. */
  readonly settleMs: number
}

/** As much of a service order as is compared. */
export interface ServiceOrderAtFms {
  readonly id: string
  readonly externalId: string
  readonly state: string
  readonly serviceOrderItem: readonly { readonly action: string; readonly service?: { readonly id?: string } }[]
}

export interface ServiceAtFms {
  readonly id: string
  readonly state: string
}

/** A simulator in a process of its own. */
export interface FmsProcess {
  readonly url: string
  counts(): Promise<SimulatorCounts>
  serviceOrders(): Promise<readonly ServiceOrderAtFms[]>
  services(): Promise<readonly ServiceAtFms[]>
  setPlan(plan: FaultPlan): Promise<void>
  /** Lets orders go on that stand still; returns how many. */
  nudge(): Promise<number>
  kill(): Promise<void>
}

/** Starts a simulator; it is killed when the test ends. */
export async function startFms(t: Test, { file, port, paceMs, settleMs }: FmsOptions): Promise<FmsProcess> {
  const numbers = { port, pace: paceMs, settle: settleMs }
  const args = Object.entries(numbers).flatMap(([name, value]) => [`--${name}`, String(value)])
  const child = spawn(process.execPath, [script, ...args, '--file', file], {
    env: { PATH: process.env['PATH'], NODE_NO_WARNINGS: '1' },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  let output = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text))
  const closed = once(child, 'close')
  const kill = async () => {
    child.kill('SIGKILL')
    await closed
  }
  t.teardown(kill)
  const started = once(child.stdout, 'data').then(([data]) => String(data))
  const said = await Promise.race([started, closed.then(() => output)])
  const url = /on (http:\/\/[^/]+)/.exec(said)?.[1]
  if (!url) throw new Error(`no simulator: ${said}`)
  return {
    url,
    counts: () => call(url, 'GET', '/admin') as Promise<SimulatorCounts>,
    serviceOrders: () => call(url, 'GET', '/admin/serviceOrder') as Promise<readonly ServiceOrderAtFms[]>,
    services: () => call(url, 'GET', '/admin/service') as Promise<readonly ServiceAtFms[]>,
    setPlan: async plan => void (await call(url, 'PUT', '/admin/plan', plan)),
    nudge: async () => ((await call(url, 'POST', '/admin/nudge')) as { readonly nudged: number }).nudged,
    kill
  }
}

const PATIENCE_MS = 20_000
const PAUSE_MS = 50

/** Again while nobody listens: refusing connections is one of the things that the simulator does. */
async function call(url: string, method: string, path: string, body?: object): Promise<unknown> {
  const init = body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  const deadline = performance.now() + PATIENCE_MS
  for (;;) {
    try {
      const response = await fetch(`${url}${path}`, { method, ...init })
      if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}`)
      return await response.json()
    } catch (error) {
      if (!(error instanceof TypeError) || performance.now() > deadline) throw error
      await new Promise(resolve => setTimeout(resolve, PAUSE_MS))
    }
  }
}
