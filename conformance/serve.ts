import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { openDatabase } from '@crm-lite/adapters-db'
import { startPostgres } from '@crm-lite/adapters-db/testing'
import { type ApiOptions, type ApiServices, buildApi } from '@crm-lite/adapters-http'
import { FakeDeliveries, FakeHub, ManualSignal } from '@crm-lite/adapters-http/testing'
import { type Clock, customerDefinition, type DomainEvent, type StoredEvent, type WorkQueue } from '@crm-lite/domain'
import { MemoryStore } from '@crm-lite/domain/testing'

export const engines = ['memory', 'SQLite', 'PostgreSQL'] as const
export type Engine = (typeof engines)[number]

/** As much of a tap test as is needed here. */
interface Test {
  teardown(work: () => unknown): void
}

const clock: Clock = { now: () => new Date() }

/**
 * A real server with an empty store, which listens on a free port of this machine and ends with the test.
 *
 * @returns what clients reach it by: `http://127.0.0.1:8080`
 */
export async function serve(t: Test, engine: Engine): Promise<string> {
  return (await serveWithStorage(t, engine)).origin
}

/** What a server is given besides the usual. */
export interface ServerParts {
  readonly services?: Partial<ApiServices>
  readonly options?: Partial<ApiOptions>
}

/** The same, with a view of what the server stores. */
export async function serveWithStorage(
  t: Test,
  engine: Engine,
  { services: moreServices, options }: ServerParts = {}
): Promise<{ origin: string; storage: Storage }> {
  const port = await freePort()
  const origin = `http://127.0.0.1:${port}`
  const storage = await storageOf(t, engine)
  const services: ApiServices = { ...storage, hub: new FakeHub(), ids: { next: () => randomUUID() }, clock, ...moreServices }
  const app = await buildApi(services, {
    publicBaseUrl: origin,
    tmfBasePath: '/tmf-api',
    apiPaths: {},
    corsOrigins: [],
    partialContent: true,
    extensions: {},
    version: { version: '0.0.0-test' },
    logger: false,
    ...options
  })
  t.teardown(() => app.close())
  await app.listen({ host: '127.0.0.1', port })
  return { origin, storage }
}

/**
 * Everything that was told so far, the oldest first. On PostgreSQL an event can be read once every older transaction of the whole server
 * has ended, those of other tests too: so something newer, of a tenant of its own, is waited for.
 */
export async function eventsSince({ events, unitOfWork }: Storage, after?: string): Promise<readonly StoredEvent[]> {
  const tenant = `marker-${randomUUID()}`
  const event: DomainEvent = {
    id: randomUUID(),
    kind: 'created',
    resource: customerDefinition.name,
    resourceId: tenant,
    revision: 1,
    changedPaths: [],
    at: clock.now().toISOString(),
    actor: 'test',
    correlationId: tenant,
    document: '{}'
  }
  await unitOfWork.run(tenant, async transaction => transaction.publish(event))
  while ((await events.read(tenant, { limit: 1 })).events.length === 0) await setImmediate()
  return (await events.read('default', { limit: 1_000, ...(after !== undefined && { after }) })).events
}

type Storage = Pick<ApiServices, 'store' | 'unitOfWork' | 'events' | 'deliveries' | 'workSignal' | 'notReady'> & {
  readonly work: WorkQueue
}

async function storageOf(t: Test, engine: Engine): Promise<Storage> {
  if (engine === 'memory') {
    const store = new MemoryStore()
    const workSignal = new ManualSignal()
    const deliveries = new FakeDeliveries(async () => [])
    const unitOfWork = workSignal.after(store)
    return { store, unitOfWork, events: store, deliveries, work: store.work, workSignal, notReady: async () => [] }
  }
  const database = await openDatabase({ url: await emptyDatabase(t, engine), clock, exclusive: true })
  t.teardown(() => database.close())
  return database
}

async function emptyDatabase(t: Test, engine: Exclude<Engine, 'memory'>): Promise<string> {
  if (engine === 'PostgreSQL') {
    const server = await startPostgres()
    t.teardown(() => server.stop())
    return server.createDatabase()
  }
  const folder = await mkdtemp(join(tmpdir(), 'crm-lite-'))
  t.teardown(() => rm(folder, { recursive: true }))
  return `sqlite:${join(folder, 'crm.db')}`
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  await new Promise(closed => server.close(closed))
  if (typeof address !== 'object' || address === null) throw new Error('no port was assigned')
  return address.port
}
