import type { Bench, Result } from '../bench.ts'
import { median } from '../statistics.ts'
import { thousands } from './comparison-result.ts'
import { type EventsProcess, startEventsProcess } from './events-process.ts'

/** Of what a bare loop reaches. */
const LEAST = 0.5
const EVENTS = { quick: 4_000, full: 30_000 }
const BODIES = 2_000
/** Rounds that are not counted: code is still being compiled for some hundred thousand deliveries. */
const WARM_UP_ROUNDS = 3
/** What one subscription may have under way by default: the loop gets as much. */
const AT_ONCE = 16

/** One worker against a bare loop that posts the same bodies, both to a receiver in another process. */
export async function measureDelivery(bench: Bench): Promise<Result> {
  const { engine, options, cores } = bench
  const many = options.isQuick ? EVENTS.quick : EVENTS.full
  const receiver = await startEventsProcess('events-receiver-floor.ts', [], cores?.load)
  const { callback } = await receiver.ask<{ callback: string }>({ listen: true })
  const database = await engine.copy(options.rows.small)
  const worker = await startEventsProcess('events-worker-floor.ts', [database, callback], cores?.server)
  const loop = await startEventsProcess('events-post-floor.ts', [], cores?.server)
  try {
    for (let round = 0; round < WARM_UP_ROUNDS; round++) await deliver(receiver, worker, many)
    const { bodies } = await receiver.ask<{ bodies: readonly string[] }>({ bodies: BODIES })
    const post = { callback, bodies, many, atOnce: AT_ONCE }
    for (let round = 0; round < WARM_UP_ROUNDS; round++) await postAll(receiver, loop, post)
    const ours: Round[] = []
    const floor: Round[] = []
    for (let round = 0; round < options.durations.rounds; round++) {
      const measureOurs = async () => ours.push(await deliver(receiver, worker, many))
      const measureFloor = async () => floor.push(await postAll(receiver, loop, post))
      for (const step of round % 2 === 0 ? [measureOurs, measureFloor] : [measureFloor, measureOurs]) await step()
    }
    return result(bench, ours, floor)
  } finally {
    await Promise.all([worker.stop(), loop.stop(), receiver.stop()])
  }
}

interface Round {
  readonly perS: number
  /** Processor time for each, in microseconds. */
  readonly cpuUs: number
}

/** The worker rests while events are made, so that only delivering them is measured. */
async function deliver(receiver: EventsProcess, worker: EventsProcess, many: number): Promise<Round> {
  const { cpuMs: before } = await worker.ask({ create: many })
  const received = receiver.ask<{ perS: number }>({ expect: many })
  await worker.ask({ work: true })
  const { perS } = await received
  const { cpuMs } = await worker.ask({ work: false })
  return { perS, cpuUs: ((cpuMs - before) * 1000) / many }
}

async function postAll(receiver: EventsProcess, loop: EventsProcess, post: { readonly many: number }): Promise<Round> {
  const { cpuMs: before } = await loop.ask({ ...post, many: 0 })
  const received = receiver.ask<{ perS: number }>({ expect: post.many })
  const { cpuMs } = await loop.ask(post)
  return { perS: (await received).perS, cpuUs: ((cpuMs - before) * 1000) / post.many }
}

function result({ engine, say }: Bench, ours: readonly Round[], floor: readonly Round[]): Result {
  const ratios = ours.map(({ perS }, index) => perS / floor[index]!.perS)
  const ratio = median(ratios)
  const cpuUs = (rounds: readonly Round[]) => median(rounds.map(each => each.cpuUs)).toFixed(0)
  say(`  processor time a delivery ${cpuUs(ours)} µs, bare loop ${cpuUs(floor)} µs`)
  return {
    measure: 'Events delivered by one worker',
    engine: engine.name,
    ours: `${thousands(median(ours.map(each => each.perS)))}/s`,
    reference: `${thousands(median(floor.map(each => each.perS)))}/s`,
    ratio: `${ratio.toFixed(2)} (${Math.min(...ratios).toFixed(2)}-${Math.max(...ratios).toFixed(2)})`,
    target: `>= ${LEAST.toFixed(2)}`,
    isMet: ratio >= LEAST
  }
}
