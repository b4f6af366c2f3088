import type { Bench, Result } from '../bench.ts'
import { median } from '../statistics.ts'
import { CONNECTIONS } from './compare.ts'
import { thousands } from './comparison-result.ts'
import { countOrders, orderRequests, type ProvisioningWorld, startWorld, untilCompleted } from './provisioning-world.ts'

const TARGET = 0.2
/** Seldom, as looking for orders that are not completed takes time from completing them: the first in the index have just left it. */
const LOOK_EVERY_MS = 250

/**
 * How many orders go all the way in a second, from being placed to the product in the inventory, against how many are only taken in. The
 * orders of a round are placed as fast as they are taken in, and the round ends when the last of them is completed.
 */
export function measureThroughput(items: number, isPromised: boolean): (bench: Bench) => Promise<Result> {
  return async bench => {
    const { engine, say } = bench
    const { warmUpS, roundS, rounds: count } = bench.options.durations
    const [ours, off] = [await startWorld(bench, 'withFms', { isAllAtOnce: true }), await startWorld(bench, 'off')]
    try {
      const through = new Rounds(bench, ours, items)
      const bare = new Rounds(bench, off, items)
      await through.completed(warmUpS)
      await bare.placed(warmUpS)
      const rounds: { readonly through: number; readonly bare: number }[] = []
      while (rounds.length < count) rounds.push({ through: await through.completed(roundS), bare: await bare.placed(roundS) })
      const ratios = rounds.map(each => each.through / each.bare)
      const ratio = median(ratios)
      say(`  rounds ${rounds.map(each => `${each.through.toFixed(0)} of ${each.bare.toFixed(0)}`).join(', ')}`)
      return {
        measure: `Orders placed and completed, ${items === 1 ? 'one item' : `${items} items`}, against taken in`,
        engine: engine.name,
        ours: `${thousands(median(rounds.map(each => each.through)))}/s`,
        reference: `${thousands(median(rounds.map(each => each.bare)))}/s`,
        ratio: `${ratio.toFixed(2)} (${Math.min(...ratios).toFixed(2)}-${Math.max(...ratios).toFixed(2)})`,
        target: isPromised ? `>= ${TARGET.toFixed(2)}` : '',
        ...(isPromised && { isMet: ratio >= TARGET })
      }
    } finally {
      await Promise.all([ours.stop(), off.stop()])
    }
  }
}

class Rounds {
  readonly #bench: Bench
  readonly #world: ProvisioningWorld
  readonly #items: number

  constructor(bench: Bench, world: ProvisioningWorld, items: number) {
    this.#bench = bench
    this.#world = world
    this.#items = items
  }

  /** Orders taken in, each second. */
  async placed(seconds: number): Promise<number> {
    const { server, beside } = this.#world
    beside.resume()
    const job = { address: server.address, connections: CONNECTIONS, seconds, requests: orderRequests(this.#items) }
    const { requestsPerS } = await this.#bench.load.run(job)
    beside.pause()
    return requestsPerS
  }

  /** Orders that were placed and completed, each second. */
  async completed(seconds: number): Promise<number> {
    const { server, beside } = this.#world
    beside.resume()
    const before = await countOrders(server)
    const startedAt = performance.now()
    await this.placed(seconds)
    beside.resume()
    const placed = await countOrders(server)
    await untilCompleted(server, placed, LOOK_EVERY_MS)
    const tookS = (performance.now() - startedAt) / 1000
    beside.pause()
    return (placed - before) / tookS
  }
}
