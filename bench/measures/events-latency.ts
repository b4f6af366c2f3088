import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { openDatabase } from '@crm-lite/adapters-db'
import type { Bench, Result } from '../bench.ts'
import { createBody } from '../data/bench-customer.ts'
import { subscribe } from '../floors/events-create.ts'
import { clock } from '../floors/events-world.ts'
import { startFloor } from '../server-process.ts'
import { median } from '../statistics.ts'
import { COLLECTION } from './against-floor.ts'
import { startEventsProcess } from './events-process.ts'

const MAX_MS = 20
const EVENTS = { quick: 50, full: 300 }
/** Between two events the system is idle for this long, so that nothing is under way any more. */
const IDLE_MS = 40
const IDLE_VARIATION_MS = 60
const WARM_UP = 20

/**
 * How long it takes from the answer to a request, whose change is committed then, until the event is received. On PostgreSQL the worker
 * is a process of its own, which the database wakes.
 */
export async function measureLatency(bench: Bench): Promise<Result> {
  const { engine, options, cores } = bench
  const receiver = await startReceiver()
  const url = await engine.copy(options.rows.small)
  const isShared = engine.name === 'postgres'
  if (!isShared) await subscribeBeside(url, receiver.callback)
  const server = await startFloor('events-api-floor.ts', [url, ...(isShared ? ['alone'] : [])], cores?.server)
  const worker = isShared
    ? await startEventsProcess('events-worker-floor.ts', [url, receiver.callback], cores?.server)
    : undefined
  try {
    await worker?.ask({ work: true })
    const committedMs: number[] = []
    const sentMs: number[] = []
    const many = options.isQuick ? EVENTS.quick : EVENTS.full
    for (let event = -WARM_UP; event < many; event++) {
      await pause(IDLE_MS + Math.random() * IDLE_VARIATION_MS)
      const received = receiver.next()
      const startedAt = performance.now()
      const body = createBody(options.rows.small + event + WARM_UP)
      const answer = await fetch(`${server.address}${COLLECTION}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body
      })
      const answeredAt = performance.now()
      if (answer.status !== 201) throw new Error(`${answer.status}: ${await answer.text()}`)
      await answer.arrayBuffer()
      const receivedAt = await received
      if (event < 0) continue
      committedMs.push(receivedAt - answeredAt)
      sentMs.push(receivedAt - startedAt)
    }
    return result(bench, committedMs, sentMs)
  } finally {
    await Promise.all([server.stop(), worker?.stop(), receiver.close()])
  }
}

function result({ engine }: Bench, committedMs: readonly number[], sentMs: readonly number[]): Result {
  const p95 = [...sentMs].sort((a, b) => a - b)[Math.floor(sentMs.length * 0.95)]!
  return {
    measure: 'From request and commit to receipt, idle, median',
    engine: engine.name,
    ours: `${median(sentMs).toFixed(1)} ms (p95 ${p95.toFixed(1)} ms), from the answer ${median(committedMs).toFixed(1)} ms`,
    reference: '',
    ratio: '',
    target: `< ${MAX_MS} ms`,
    isMet: median(sentMs) < MAX_MS
  }
}

async function subscribeBeside(url: string, callback: string): Promise<void> {
  const database = await openDatabase({ url, clock, exclusive: false })
  await subscribe(database, callback)
  await database.close()
}

interface LatencyReceiver {
  readonly callback: string
  /** When the next event is there. */
  next(): Promise<number>
  close(): Promise<void>
}

/** In this process, whose clock it shares. */
async function startReceiver(): Promise<LatencyReceiver> {
  let onEvent = (_at: number) => {}
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      onEvent(performance.now())
      response.writeHead(204).end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    callback: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`,
    next: () =>
      new Promise(resolve => {
        onEvent = resolve
      }),
    close: async () => {
      server.closeAllConnections()
      server.close()
    }
  }
}
