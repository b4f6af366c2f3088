import type { LoadGenerator } from '../load/load-generator.ts'
import type { LoadRequest } from '../load/load-job.ts'
import type { ServerProcess } from '../server-process.ts'
import { median } from '../statistics.ts'

/** How long to measure. */
export interface Durations {
  readonly warmUpS: number
  readonly roundS: number
  readonly rounds: number
}

export interface Comparison {
  /** Medians over the rounds, in requests a second. */
  readonly ours: number
  readonly floor: number
  /** Medians, in milliseconds. */
  readonly oursP99Ms: number
  readonly floorP99Ms: number
  /** Ours by floor: median, smallest and largest of the rounds. */
  readonly ratio: number
  readonly smallest: number
  readonly largest: number
  /** How much of its core our server had, from 0 to 1: when it is far from 1, something else is what is measured. */
  readonly oursBusy: number
  readonly floorBusy: number
  /** Processor time of the server for one request, in microseconds: comparable even when others use the machine. */
  readonly oursCpuUs: number
  readonly floorCpuUs: number
}

interface Side {
  readonly server: ServerProcess
  readonly requests: readonly LoadRequest[]
  /** What works beside the server, and rests while the other side is measured. */
  readonly beside?: { pause(): void; resume(): void }
}

interface Round {
  readonly requestsPerS: number
  readonly p99Ms: number
  readonly busy: number
  readonly cpuUs: number
}

export const CONNECTIONS = 64
/** For a side that was stopped: what became due meanwhile is begun at once when it goes on, and is done some seconds later. */
const CATCH_UP_S = 4

/** Ours, floor, floor, ours, ...: what else the machine does meanwhile, and what it does more of later, hits both alike. */
export async function compare(load: LoadGenerator, ours: Side, floor: Side, durations: Durations): Promise<Comparison> {
  const measure = async ({ server, requests, beside }: Side, seconds: number): Promise<Round> => {
    const job = { address: server.address, connections: CONNECTIONS, requests }
    beside?.resume()
    if (beside) await load.run({ ...job, seconds: CATCH_UP_S })
    const cpuBefore = server.cpuMs()
    const { requestsPerS, p99Ms } = await load.run({ ...job, seconds })
    const cpuMs = server.cpuMs() - cpuBefore
    beside?.pause()
    return { requestsPerS, p99Ms, busy: cpuMs / (seconds * 1000), cpuUs: (cpuMs * 1000) / (requestsPerS * seconds) }
  }
  await measure(ours, durations.warmUpS)
  await measure(floor, durations.warmUpS)
  const oursRounds: Round[] = []
  const floorRounds: Round[] = []
  for (let round = 0; round < durations.rounds; round++) {
    const measureOurs = async () => oursRounds.push(await measure(ours, durations.roundS))
    const measureFloor = async () => floorRounds.push(await measure(floor, durations.roundS))
    for (const step of round % 2 === 0 ? [measureOurs, measureFloor] : [measureFloor, measureOurs]) await step()
  }
  const ratios = oursRounds.map((round, index) => round.requestsPerS / floorRounds[index]!.requestsPerS)
  return {
    ours: median(oursRounds.map(each => each.requestsPerS)),
    floor: median(floorRounds.map(each => each.requestsPerS)),
    oursP99Ms: median(oursRounds.map(each => each.p99Ms)),
    floorP99Ms: median(floorRounds.map(each => each.p99Ms)),
    ratio: median(ratios),
    smallest: Math.min(...ratios),
    largest: Math.max(...ratios),
    oursBusy: median(oursRounds.map(each => each.busy)),
    floorBusy: median(floorRounds.map(each => each.busy)),
    oursCpuUs: median(oursRounds.map(each => each.cpuUs)),
    floorCpuUs: median(floorRounds.map(each => each.cpuUs))
  }
}
