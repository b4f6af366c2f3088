import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type EventWorld, openWorld } from '../event-world.ts'
import { type Test, until } from '../start-crm.ts'
import { type CompactReceiver, startCompactReceiver } from './compact-receiver.ts'
import { type Figure, Figures } from './figure.ts'
import { customerEvents, missing, outOfOrder } from './told-events.ts'

export interface OutageOptions {
  readonly databaseUrl: string
  readonly engine: string
  /** Each customer gets ten. */
  readonly events: number
}

const HOUR_MS = 3_600_000
const MAX_BATCH = 100
const EVENTS_PER_CUSTOMER = 10
const MAX_LAG_S = 2
const MAX_GROWTH_MB = 50
const BREAKER_MS = 30_000

/**
 * Three subscribers, one of which is down for an hour of an injected clock in which events go on. The others must not notice it, and it
 * must get everything when it is back.
 */
export async function proveOutage(t: Test, { databaseUrl, engine, events }: OutageOptions): Promise<Figure[]> {
  const figures = new Figures('a receiver down for an hour', engine)
  const world = await openWorld(t, databaseUrl)
  const [first, second, dead] = [await startCompactReceiver(t), await startCompactReceiver(t), await startCompactReceiver(t)]
  for (const { url } of [first, second, dead]) await world.subscribe(url)
  dead.answerWith(503)
  const worker = world.worker()
  worker.start()

  const batch = Math.min(MAX_BATCH, events / EVENTS_PER_CUSTOMER)
  const begunAtMs: number[] = []
  const memory: number[] = []
  for await (const done of publish(world, { events, batch }, () => begunAtMs.push(performance.now()))) {
    await Promise.all([first, second].map(each => arrived(each, done)))
    world.advance((HOUR_MS * batch) / events)
    memory.push(collectedMegabytes())
  }
  const refused = dead.refused()
  dead.answerWith(204)
  world.advance(BREAKER_MS)
  await arrived(dead, events)
  memory.push(collectedMegabytes())
  await worker.stop(10_000)

  const stored = await customerEvents(world.database)
  figures.exactly('events', stored.length, events)
  figures.seen('sends that the dead one refused', refused)
  const places = new Map(stored.map(({ id }, place) => [id, place]))
  for (const [name, receiver] of Object.entries({ 'first live one': first, 'second live one': second, 'dead one': dead })) {
    figures.exactly(`${name}: events missing`, missing(places.keys(), receiver.counts), 0)
    figures.exactly(`${name}: resources out of order`, outOfOrder(receiver.arrivals, stored), 0)
    if (receiver !== dead) figures.atMost(`${name}: p95 lag`, lagS(receiver, places, begunAtMs, batch), MAX_LAG_S, 's')
  }
  const warm = memory[Math.floor(memory.length / 10)] ?? Number.NaN
  figures.atMost('memory grows by', Math.max(0, Math.max(...memory) - warm), MAX_GROWTH_MB, 'MB')
  return figures.all
}

/** Creates customers and changes each of them nine times; says after each batch how many events there are. */
async function* publish(
  world: EventWorld,
  { events, batch }: { readonly events: number; readonly batch: number },
  onBegin: () => void
): AsyncGenerator<number> {
  const customers: string[] = []
  const count = events / EVENTS_PER_CUSTOMER
  for (let done = 0; done < events; done += batch) {
    onBegin()
    const changes = Array.from({ length: batch }, async (_, index) => {
      const number = (done + index) % count
      if (done < count) customers[number] = await world.create(`Customer ${number}`)
      else await world.change(customers[number] ?? '', { name: `Customer ${number} at ${done}` })
    })
    await Promise.all(changes)
    yield done + batch
  }
}

function arrived(receiver: CompactReceiver, count: number): Promise<void> {
  return until(
    () => receiver.counts.size >= count,
    () => `${count} events, there are ${receiver.counts.size}`
  )
}

/** From the beginning of the batch, so that the commit is counted too. */
function lagS(
  receiver: CompactReceiver,
  places: ReadonlyMap<string, number>,
  begunAtMs: readonly number[],
  batch: number
): number {
  const lags = receiver.arrivals.map(({ eventId, atMs }) => {
    const begunMs = begunAtMs[Math.floor((places.get(eventId) ?? Number.NaN) / batch)] ?? Number.NaN
    return (atMs - begunMs) / 1000
  })
  lags.sort((a, b) => a - b)
  return lags[Math.floor(lags.length * 0.95)] ?? Number.NaN
}

setFlagsFromString('--expose-gc')
const collect: unknown = runInNewContext('gc')

/** What is in use after the garbage was collected. */
function collectedMegabytes(): number {
  if (typeof collect === 'function') collect()
  const { heapUsed, external } = process.memoryUsage()
  return (heapUsed + external) / 2 ** 20
}
