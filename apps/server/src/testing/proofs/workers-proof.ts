import { setTimeout as pause } from 'node:timers/promises'
import { openDatabase } from '@crm-lite/adapters-db'
import { type CrmProcess, startCrm, type Test, until } from '../start-crm.ts'
import { type CompactReceiver, startCompactReceiver } from './compact-receiver.ts'
import { type Figure, Figures } from './figure.ts'
import { clock, createCustomers, subscribe } from './make-events.ts'

export interface WorkersOptions {
  /** Makes an empty database on a PostgreSQL server. */
  readonly newDatabase: () => Promise<string>
  readonly rows: number
}

const LEASE_MS = 2_000
/** On a busy machine one worker may have sent a few hundred before another one gets a turn: then more are published, but not for ever. */
const MOST_ROUNDS = 20

/** Several worker processes on one PostgreSQL: they share the work, and one that dies or stands still loses and doubles nothing. */
export async function proveWorkers(t: Test, { newDatabase, rows }: WorkersOptions): Promise<Figure[]> {
  const figures = new Figures('several workers', 'postgres')
  for (const count of [2, 4]) {
    const world = await prepare(t, await newDatabase())
    const workers = await world.startWorkers(count)
    const senders = () => new Set(world.receiver.arrivals.map(each => each.sender)).size
    let published = 0
    do {
      await world.publish(rows)
      published += rows
      await world.allArrived(published)
    } while (senders() < 2 && published < MOST_ROUNDS * rows)
    await Promise.all(workers.map(stop))
    figures.exactly(`${count} workers: deliveries missing`, published - world.receiver.counts.size, 0)
    figures.exactly(`${count} workers: deliveries doubled`, world.receiver.arrivals.length - world.receiver.counts.size, 0)
    figures.atLeast(`${count} workers: that took part`, senders(), 2)
    await world.close()
  }
  await proveKilled(t, figures, { newDatabase, rows })
  await proveStopped(t, figures, { newDatabase, rows })
  return figures.all
}

async function proveKilled(t: Test, figures: Figures, { newDatabase, rows }: WorkersOptions): Promise<void> {
  const world = await prepare(t, await newDatabase())
  world.receiver.answerWith(204, 5)
  const [victim, ...others] = await world.startWorkers(3)
  const published = world.publish(rows)
  await until(
    () => world.receiver.counts.size >= rows / 4,
    () => 'some deliveries'
  )
  victim?.process.kill('SIGKILL')
  await published
  await world.allArrived(rows)
  await Promise.all(others.map(stop))
  figures.exactly('one of 3 workers killed: deliveries missing', rows - world.receiver.counts.size, 0)
  figures.seen('one of 3 workers killed: deliveries doubled', world.receiver.arrivals.length - world.receiver.counts.size)
  await world.close()
}

/**
 * It is stopped with deliveries in its hands; another one, begun only now so that it can't be too quick for that, delivers everything.
 * Whatever comes after it wakes is sent without a lease.
 */
async function proveStopped(t: Test, figures: Figures, { newDatabase, rows }: WorkersOptions): Promise<void> {
  const world = await prepare(t, await newDatabase())
  world.receiver.answerWith(204, 20)
  const victim = await world.startWorker(0)
  const published = world.publish(rows)
  await until(
    () => world.receiver.counts.size >= rows / 20,
    () => 'some deliveries by the one that is stopped'
  )
  victim.process.kill('SIGSTOP')
  const other = await world.startWorker(1)
  await published
  await world.allArrived(rows)
  await world.drained()
  const before = world.receiver.arrivals.length
  victim.process.kill('SIGCONT')
  await pause(LEASE_MS)
  figures.exactly('one of 2 workers stopped past its lease: deliveries missing', rows - world.receiver.counts.size, 0)
  figures.exactly('one of 2 workers stopped past its lease: sent after it woke', world.receiver.arrivals.length - before, 0)
  figures.seen(
    'one of 2 workers stopped past its lease: deliveries doubled',
    world.receiver.arrivals.length - world.receiver.counts.size
  )
  await Promise.all([victim, other].map(stop))
  await world.close()
}

interface World {
  readonly receiver: CompactReceiver
  /** Resolves when it has begun to deliver; `number` is how the receiver knows it. */
  startWorker(number: number): Promise<CrmProcess>
  startWorkers(count: number): Promise<CrmProcess[]>
  publish(count: number): Promise<unknown>
  allArrived(count: number): Promise<void>
  /** Resolves when nothing is left that anybody could claim. */
  drained(): Promise<void>
  close(): Promise<void>
}

/** A database with one subscription. */
async function prepare(t: Test, url: string): Promise<World> {
  const receiver = await startCompactReceiver(t)
  const database = await openDatabase({ url, clock, exclusive: false })
  await subscribe(database, receiver.url)
  const startWorker = async (number: number) => {
    const worker = spawnWorker(t, url, number)
    await worker.printed('"msg":"delivering"')
    return worker
  }
  return {
    receiver,
    publish: count => createCustomers(database, count),
    startWorker,
    startWorkers: count => Promise.all(Array.from({ length: count }, (_, number) => startWorker(number))),
    allArrived: count =>
      until(
        () => receiver.counts.size >= count,
        () => `${count} deliveries, there are ${receiver.counts.size}`
      ),
    drained: async () => {
      while ((await database.deliveries.figures(clock.now())).pending > 0) await pause(50)
    },
    close: () => database.close()
  }
}

/** Each has links of its own, so that the receiver knows who has sent what. */
const senderName = (number: number) => `worker-${number}.example.com`

function spawnWorker(t: Test, url: string, number: number): CrmProcess {
  return startCrm(t, ['worker'], {
    CRM_MODE: 'development',
    DATABASE_URL: url,
    PUBLIC_BASE_URL: `https://${senderName(number)}`,
    LEASE_MS: String(LEASE_MS)
  })
}

async function stop(worker: CrmProcess | undefined): Promise<void> {
  worker?.process.kill('SIGTERM')
  await worker?.exited()
}
