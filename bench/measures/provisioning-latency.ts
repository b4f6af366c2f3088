import { setTimeout as pause } from 'node:timers/promises'
import type { ProductOrder } from '@crm-lite/domain'
import type { Bench, Result } from '../bench.ts'
import { itemOrderBody } from '../data/bench-item-order.ts'
import { median } from '../statistics.ts'
import { ORDERS, startWorld, untilCompleted } from './provisioning-world.ts'

const MAX_MS = 100
const PER_S = 50
const MANY = { quick: 200, full: 1_500 }
const WARM_UP = 100

/**
 * How long it takes from an order to what was ordered, by the dates that the order has, with an FMS that takes no time.
 */
export async function measureProvisioningLatency(bench: Bench): Promise<Result> {
  const { engine, options } = bench
  const world = await startWorld(bench, 'withFms', { isAllAtOnce: true })
  try {
    const { address } = world.server
    const many = options.isQuick ? MANY.quick : MANY.full
    const placed: Promise<string>[] = []
    const startedAt = performance.now()
    for (let index = 0; index < WARM_UP + many; index++) {
      await pause(Math.max(0, startedAt + (index * 1000) / PER_S - performance.now()))
      placed.push(place(address, index))
    }
    const ids = await Promise.all(placed)
    await untilCompleted(world.server, ids.length, 50)
    const tookMs: number[] = []
    for (const id of ids.slice(WARM_UP)) {
      const order = (await (await fetch(`${address}${ORDERS}/${id}`)).json()) as ProductOrder
      tookMs.push(Date.parse(order.completionDate!) - Date.parse(order.orderDate))
    }
    const p95 = [...tookMs].sort((a, b) => a - b)[Math.floor(tookMs.length * 0.95)]!
    return {
      measure: `From order to provisioned, ${PER_S}/s, median`,
      engine: engine.name,
      ours: `${median(tookMs).toFixed(0)} ms (p95 ${p95.toFixed(0)} ms)`,
      reference: '',
      ratio: '',
      target: `< ${MAX_MS} ms`,
      isMet: median(tookMs) < MAX_MS
    }
  } finally {
    await world.stop()
  }
}

async function place(address: string, index: number): Promise<string> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${address}${ORDERS}`, { method: 'POST', headers, body: itemOrderBody(index, 1) })
  const order = (await answer.json()) as ProductOrder
  if (answer.status !== 201) throw new Error(`${answer.status}: an order was not taken in`)
  return order.id
}
