import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type ClaimedDelivery,
  changeSubscription,
  createSubscription,
  type DeliveryQueue,
  pausedSubscription
} from '@crm-lite/domain'
import { deliveryQueueContract } from '@crm-lite/domain/testing'
import Sqlite from 'better-sqlite3'
import * as fc from 'fast-check'
import pg from 'pg'
import t from 'tap'
import { openPool } from './dialects/postgres-connection.ts'
import { transactOn } from './dialects/postgres-transact.ts'
import { type Database, openDatabase } from './index.ts'
import { startPostgres } from './testing/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'crm-deliveries-'))
const server = await startPostgres()
t.teardown(async () => {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

let files = 0
const sharedUrl = await server.createDatabase()
let isMigrated = false

/** A new database would take longer than a test. */
async function emptied(): Promise<string> {
  if (isMigrated) {
    const client = new pg.Client(sharedUrl)
    await client.connect()
    await client.query(`truncate event, event_subscription, delivery, delivery_bundle, delivery_lane, breaker restart identity;
      update fan_out_progress set event_cursor = '0.0'`)
    await client.end()
  }
  isMigrated = true
  return sharedUrl
}

const engines = {
  SQLite: { newUrl: async () => `sqlite:${join(folder, `${files++}.db`)}`, runs: 30 },
  PostgreSQL: { newUrl: emptied, runs: 15 }
}

for (const [name, { newUrl, runs }] of Object.entries(engines)) {
  await deliveryQueueContract(t, {
    fc,
    name,
    makeQueue: async clock => openDatabase({ url: await newUrl(), clock, exclusive: true }),
    runs
  })
}

/** A worker's claims, and what all of them together may never do. */
class Claims {
  readonly #held = new Map<string, ClaimedDelivery>()
  readonly #sending = new Set<string>()
  readonly delivered = new Map<string, string[]>()
  readonly violations: string[] = []

  /** @param mayLapse whether somebody else may get a delivery while its claim is held */
  take(delivery: ClaimedDelivery, { mayLapse }: { mayLapse: boolean }): void {
    const held = this.#held.get(delivery.id)
    if (held && !mayLapse) this.violations.push(`${delivery.id} was claimed twice`)
    if (held && held.fencingToken >= delivery.fencingToken) this.violations.push(`${delivery.id} got an old token`)
    const line = lineOf(delivery)
    if (!held && this.#sending.has(line)) this.violations.push(`two of ${line} at the same time`)
    this.#held.set(delivery.id, delivery)
    this.#sending.add(line)
  }

  /** Before it is marked: from then on somebody else may have the next one. */
  letGo(delivery: ClaimedDelivery): boolean {
    if (this.#held.get(delivery.id)?.fencingToken !== delivery.fencingToken) return false
    this.#held.delete(delivery.id)
    this.#sending.delete(lineOf(delivery))
    return true
  }

  arrived(delivery: ClaimedDelivery): void {
    const line = lineOf(delivery)
    this.delivered.set(line, [...(this.delivered.get(line) ?? []), delivery.event.id])
  }
}

const lineOf = ({ subscription, event }: ClaimedDelivery) => `${subscription.id} ${event.resourceId}`
const clock = { now: () => new Date() }
const context = { tenant: 'default', actor: 'tester', correlationId: 'test' }
let lastId = 0
const ids = { next: () => `id-${++lastId}` }

function subscribe({ unitOfWork }: Database, id: string): Promise<unknown> {
  const input = {
    id,
    api: 'TMF629_V4',
    callback: `https://${id}.example.com`,
    host: `${id}.example.com:443`,
    sealedSecret: 'sealed'
  }
  return createSubscription({ unitOfWork, ids, clock }, input, context)
}

function publish({ unitOfWork }: Database, id: string, resourceId: string): Promise<void> {
  const at = clock.now().toISOString()
  const event = { id, kind: 'created', resource: 'customer', resourceId, revision: 1, changedPaths: [], at } as const
  return unitOfWork.run('default', async transaction => {
    transaction.publish({ ...event, actor: 'tester', correlationId: 'test', document: '{}' })
  })
}

/** A number that looks random and is the same in every run. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}

const SUBSCRIPTIONS = ['one', 'two', 'three']
const RESOURCES = 12
const EVENTS_OF_RESOURCE = 20

for (const { workers, lapses } of [
  { workers: 2, lapses: false },
  { workers: 4, lapses: false },
  { workers: 4, lapses: true }
]) {
  const what = lapses ? 'of whom some stop until their leases are over' : 'without a fault'
  t.test(`${workers} processes share one PostgreSQL, ${what}: everything arrives once, in order`, async t => {
    const url = await server.createDatabase()
    const databases = await Promise.all(Array.from({ length: workers }, () => openDatabase({ url, clock, exclusive: true })))
    t.teardown(() => Promise.all(databases.map(database => database.close())))
    for (const id of SUBSCRIPTIONS) await subscribe(databases[0]!, id)
    const claims = new Claims()
    let isPublishing = true
    const publishers = Array.from({ length: RESOURCES }, async (_, resource) => {
      for (let n = 0; n < EVENTS_OF_RESOURCE; n++)
        await publish(databases[n % workers]!, `${resource}/${String(n).padStart(3, '0')}`, `${resource}`)
    })
    const working = databases.map((database, index) =>
      work(database, claims, { seed: index + 1, lapses, isOver: () => !isPublishing })
    )
    await Promise.all(publishers)
    isPublishing = false
    await Promise.all(working)
    t.same(claims.violations, [])
    const figures = await databases[0]!.deliveries.figures(clock.now())
    t.same([figures.unseenEvents, figures.pending], [0, 0])
    const arrived = [...claims.delivered.values()].flat().length
    t.equal(arrived + figures.parked, SUBSCRIPTIONS.length * RESOURCES * EVENTS_OF_RESOURCE)
    t.ok([...claims.delivered.values()].every(line => line.join() === [...new Set(line)].sort().join()))
    t.equal(await databases[0]!.deliveries.repair(clock.now()), 0)
  })
}

/** Fans out, claims and marks, as long as there is anything to do. */
async function work(
  { deliveries }: Database,
  claims: Claims,
  { seed, lapses, isOver }: { seed: number; lapses: boolean; isOver: () => boolean }
): Promise<void> {
  const random = randomFrom(seed)
  for (const endMs = performance.now() + 40_000; performance.now() < endMs; ) {
    const over = isOver()
    await deliveries.fanOut(() => true, 10)
    const stops = lapses && random() < 0.3
    const claimed = await deliveries.claim({ limit: 15, leaseMs: stops ? 0 : 60_000, now: clock.now() })
    for (const delivery of claimed) claims.take(delivery, { mayLapse: lapses })
    await Promise.all(claimed.map(delivery => end(deliveries, claims, delivery, random())))
    const { unseenEvents, pending } = await deliveries.figures(clock.now())
    if (over && unseenEvents === 0 && pending === 0) return
  }
}

async function end(deliveries: DeliveryQueue, claims: Claims, delivery: ClaimedDelivery, chance: number): Promise<void> {
  const failure = { code: 'timeout', at: clock.now() }
  const isOurs = claims.letGo(delivery)
  const marked =
    chance < 0.8
      ? await deliveries.delivered(delivery, clock.now())
      : chance < 0.9
        ? await deliveries.retry(delivery, clock.now(), failure)
        : chance < 0.95
          ? await deliveries.giveBack(delivery, clock.now())
          : await deliveries.park(delivery, failure)
  if (marked && !isOurs) claims.violations.push(`${delivery.id} was marked with an old token`)
  if (marked && chance < 0.8) claims.arrived(delivery)
}

function wakeUps({ workSignal }: Database): { next(): Promise<void>; stop(): void } {
  let woken = 0
  let onWoken = () => {}
  const stop = workSignal.listen(() => {
    woken++
    onWoken()
  })
  const next = async () => {
    if (woken === 0) await new Promise<void>(resolve => (onWoken = resolve))
    woken = 0
  }
  return { next, stop }
}

for (const [name, { newUrl }] of Object.entries(engines)) {
  t.test(`${name}: workers are woken by an event, and by a subscription that changes`, async t => {
    const database = await openDatabase({ url: await newUrl(), clock, exclusive: true })
    t.teardown(() => database.close())
    const woken = wakeUps(database)
    await subscribe(database, 'woken')
    await woken.next()
    await publish(database, 'awaited', 'a')
    await woken.next()
    await changeSubscription(database, { id: 'woken' }, pausedSubscription, context)
    await woken.next()
    woken.stop()
    t.pass()
  })
}

for (const [name, { newUrl }] of Object.entries(engines)) {
  t.test(`${name}: whoever is woken learns of what kind the work is that is due soon`, async t => {
    const url = await newUrl()
    const isShared = url.startsWith('postgres')
    const here = await openDatabase({ url, clock, exclusive: true })
    const there = isShared ? await openDatabase({ url, clock, exclusive: true }) : here
    t.teardown(() => Promise.all([here.close(), ...(isShared ? [there.close()] : [])]))
    const heard: string[] = []
    const woken = wakeUps(there)
    const stop = there.workSignal.listen(due => heard.push(due ? due.join() : 'unknown'))
    if (isShared) await woken.next() // it listens now
    const nowMs = clock.now().getTime()
    await here.unitOfWork.run('default', async transaction => {
      transaction.schedule({ kind: 'acceptOrder', id: 'a', dueAt: new Date(nowMs).toISOString() })
      transaction.schedule({ kind: 'lookAtJourney', id: 'a', dueAt: new Date(nowMs + 3_600_000).toISOString() })
    })
    await woken.next()
    woken.stop()
    stop()
    t.same(heard, [...(isShared ? ['unknown'] : []), 'acceptOrder'])
  })
}

t.test('PostgreSQL: workers of another process are woken, also after their connection broke', async t => {
  const url = await server.createDatabase()
  const [here, there] = await Promise.all([0, 1].map(() => openDatabase({ url, clock, exclusive: true })))
  const client = new pg.Client(url)
  await client.connect()
  t.teardown(() => Promise.all([here!.close(), there!.close(), client.end()]))
  const woken = wakeUps(there!)
  await woken.next() // it listens now
  await publish(here!, 'first', 'a')
  await woken.next()
  const { rowCount } = await client.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'crm-lite signal' and datname = current_database()`
  )
  t.equal(rowCount, 1)
  await woken.next() // again
  await publish(here!, 'second', 'a')
  await woken.next()
  woken.stop()
})

for (const [name, { newUrl }] of Object.entries(engines)) {
  t.test(`${name}: what waits for nothing is found, and what a removed subscription left behind`, async t => {
    const url = await newUrl()
    const database = await openDatabase({ url, clock, exclusive: false })
    t.teardown(() => database.close())
    await subscribe(database, 'stays')
    await subscribe(database, 'goes')
    for (const n of [1, 2, 3]) await publish(database, `${n}`, 'a')
    const now = clock.now()
    while ((await database.deliveries.figures(now)).unseenEvents > 0) await database.deliveries.fanOut(() => true, 10)
    await runSql(url, `update delivery set state = 'done' where state = 'pending' and lane = 1`)
    await runSql(url, `delete from event_subscription where id = 'goes'`)
    t.same(await database.deliveries.claim({ limit: 10, leaseMs: 1_000, now: clock.now() }), [])
    t.equal(await database.deliveries.repair(clock.now()), 1 + 3)
    const claimed = await database.deliveries.claim({ limit: 10, leaseMs: 1_000, now: clock.now() })
    t.same(
      claimed.map(({ event }) => event.id),
      ['2']
    )
    t.equal((await database.deliveries.figures(now)).pending, 2)
  })
}

t.test('PostgreSQL: what waits behind a bundle stays there while the bundle, whose lease is over, is made into rows', async t => {
  const { database, client: holder } = await openBesideClient(t)
  const { deliveries } = database
  const all = (leaseMs: number) => ({ limit: 10, leaseMs, now: clock.now() })
  const fanOutAll = async () => {
    while ((await deliveries.figures(clock.now())).unseenEvents > 0) await deliveries.fanOut(() => true, 10, all(0))
  }
  await subscribe(database, 's')
  await fanOutAll()
  for (let round = 0; round < 40; round++) {
    await publish(database, `${round} first`, `${round}`)
    await fanOutAll()
    await publish(database, `${round} second`, `${round}`)
    await fanOutAll()
    // Whoever ends leases comes first to the bundle, and whoever repairs has looked at the rows before.
    await holder.query('begin; lock table delivery_bundle in access exclusive mode')
    const claiming = deliveries.claim(all(60_000))
    await blocked(holder, 1)
    const repairing = deliveries.repair(clock.now())
    await blocked(holder, 2)
    await holder.query('commit')
    t.equal(await repairing, 0)
    const claimed = [...(await claiming), ...(await deliveries.claim(all(60_000)))]
    t.same(
      claimed.map(({ event }) => event.id),
      [`${round} first`]
    )
    for (const each of claimed) await deliveries.delivered(each, clock.now())
    for (const each of await deliveries.claim(all(60_000))) await deliveries.delivered(each, clock.now())
  }
})

/** A new database on PostgreSQL, and somebody who uses it besides. */
async function openBesideClient(t: { teardown(end: () => unknown): void }) {
  const url = await server.createDatabase()
  const database = await openDatabase({ url, clock, exclusive: true })
  const client = new pg.Client(url)
  await client.connect()
  t.teardown(() => Promise.all([database.close(), client.end()]))
  return { database, client }
}

/** Resolves when so many wait for a lock of this connection. */
async function blocked(holder: pg.Client, count: number): Promise<void> {
  for (;;) {
    const { rows } = await holder.query<{ count: string }>(
      `select count(*) from pg_stat_activity where pg_backend_pid() = any(pg_blocking_pids(pid))`
    )
    if (Number(rows[0]?.count) >= count) return
  }
}

async function runSql(url: string, sql: string): Promise<void> {
  if (url.startsWith('sqlite:')) {
    const file = new Sqlite(url.slice('sqlite:'.length))
    file.exec(sql)
    file.close()
    return
  }
  const client = new pg.Client(url)
  await client.connect()
  await client.query(sql)
  await client.end()
}

t.test(
  'PostgreSQL: a transaction whose connection breaks between two statements is refused, and the next one goes on',
  async t => {
    const pool = openPool(await server.createDatabase(), { max: 2, statementTimeoutMs: 5_000, use: 'any', onError: () => {} })
    t.teardown(() => pool.end())
    const select = (text: string) => ({ sql: text, parameters: [] })
    const broken = transactOn(pool, async run => {
      const [row] = await run(select('select pg_backend_pid()'))
      await pool.query('select pg_terminate_backend($1)', [row?.[0]])
      await new Promise(resolve => setImmediate(resolve))
      return run(select('select 1'))
    })
    await t.rejects(broken, { code: 'unavailable' })
    t.same(await transactOn(pool, run => run(select('select 1'))), [[1]])
  }
)

t.test('PostgreSQL: what a process holds that stands still is passed over', async t => {
  const { database, client: still } = await openBesideClient(t)
  const { deliveries } = database
  await subscribe(database, 's')
  for (const resource of ['a', 'b']) await publish(database, resource, resource)
  while ((await deliveries.figures(clock.now())).unseenEvents > 0) await deliveries.fanOut(() => true, 10)
  const claim = async (leaseMs: number) => {
    const claimed = await deliveries.claim({ limit: 10, leaseMs, now: clock.now() })
    return claimed.map(({ event }) => event.id)
  }
  t.same(await claim(0), ['a', 'b'])
  await still.query('begin')
  await still.query(`select 1 from delivery where resource_key = 'customer/a' for update`)
  await still.query('select 1 from fan_out_progress for update')
  t.same(await claim(60_000), ['b'])
  await publish(database, 'c', 'c')
  t.equal((await deliveries.fanOut(() => true, 10)).seen, 0)
  await still.query('rollback')
  while ((await deliveries.figures(clock.now())).unseenEvents > 0) await deliveries.fanOut(() => true, 10)
  t.same((await claim(60_000)).sort(), ['a', 'c'])
})
