import type { DeliveryFailure, ParkedDelivery } from '@crm-lite/domain'
import { type RawBuilder, sql } from 'kysely'
import type { DeliveryBundles } from './delivery-bundles.ts'
import { subscriptionKey } from './delivery-lanes.ts'
import type { DeliveryLines } from './delivery-lines.ts'
import type { Engine, Row, RunInTransaction } from './dialects/dialect.ts'
import { lineOf } from './line.ts'

/** How many rows one transaction changes, as claims and new events wait for it. */
const ROWS_AT_ONCE = 1_000
/** What is released goes in lines of its own: it doesn't wait for what is under way, and that not for it. */
const RELEASED = 'released '

/** What is done with all deliveries of one subscription. */
export class DeliveryParking {
  readonly #engine: Engine
  readonly #lines: DeliveryLines
  readonly #bundles: DeliveryBundles

  constructor(engine: Engine, lines: DeliveryLines, bundles: DeliveryBundles) {
    this.#engine = engine
    this.#lines = lines
    this.#bundles = bundles
  }

  async parkAll(tenant: string, subscriptionId: string, { code, at }: DeliveryFailure): Promise<number> {
    const lane = await this.#laneOf(tenant, subscriptionId)
    if (lane === undefined) return 0
    const atMs = at.getTime()
    const ofBundles = await this.#engine.transact(
      async run => {
        await this.#lines.lock(run)
        return this.#bundles.park(run, lane, { code, atMs })
      },
      { lazy: false }
    )
    const ofRows = await this.#repeat(async run => {
      await this.#lines.lock(run)
      return this.#run(
        run,
        sql`update delivery set state = 'parked', failure_code = ${code}, ended_at_ms = ${atMs}
            where ${this.#some(sql`lane = ${lane} and (state = 'waiting' or state = 'pending')`)} returning id`
      )
    })
    return ofBundles + ofRows
  }

  async parked(
    tenant: string,
    subscriptionId: string,
    { limit, offset }: { readonly limit: number; readonly offset: number }
  ): Promise<readonly ParkedDelivery[]> {
    const lane = await this.#laneOf(tenant, subscriptionId)
    if (lane === undefined) return []
    const rows = await this.#engine.read(
      this.#engine.compile(
        sql`select d.id, event.id, event.resource, event.resource_id, d.attempts, d.failure_code, d.ended_at_ms
            from delivery d join event on ${this.#engine.deliverySql.isEventOfDelivery}
            where d.lane = ${lane} and d.state = 'parked' order by d.id limit ${limit} offset ${offset}`
      )
    )
    return rows.map(parkedOf)
  }

  async release(tenant: string, subscriptionId: string, ids: readonly string[] | undefined, now: Date): Promise<number> {
    const lane = await this.#laneOf(tenant, subscriptionId)
    if (lane === undefined) return 0
    const wanted = ids?.filter(id => /^\d{1,15}$/.test(id)).map(id => ({ id: Number(id) }))
    let last = 0
    const released = await this.#repeat(
      async run => {
        await this.#lines.lock(run)
        const among = wanted && sql`and ${this.#among(wanted)}`
        const parked = await this.#run(
          run,
          sql`select id, resource_key from delivery where lane = ${lane} and state = 'parked' and id > ${last} ${among ?? sql``}
            order by id limit ${ROWS_AT_ONCE}`
        )
        await this.#releaseThese(run, lane, parked, now)
        return parked
      },
      rows => {
        last = Number(rows.at(-1)?.[0] ?? last)
      }
    )
    if (released > 0) this.#engine.signal.announce([])
    return released
  }

  /** They start anew: with all their attempts before them. */
  async #releaseThese(run: RunInTransaction, lane: number, parked: readonly Row[], now: Date): Promise<void> {
    const rows = parked.map(([id, key]) => ({ id: Number(id), ...lineOf(lane, releasedKey(String(key))) }))
    if (rows.length === 0) return
    const stateOf = await this.#lines.states(run, rows)
    const json = JSON.stringify(rows.map(row => ({ id: row.id, key: row.key, next: stateOf(row) })))
    await this.#run(
      run,
      sql`update delivery set state = v.next, resource_key = v.key, attempts = 0, due_at_ms = ${now.getTime()}, ended_at_ms = null,
          token = token + 1, lease_until_ms = 0
          from ${this.#engine.deliverySql.rows(json, { id: 'bigint', key: 'text', next: 'text' })}
          where delivery.id = v.id and delivery.state = 'parked'`
    )
  }

  /** What was delivered stays until it is purged: nobody asks for it any more. */
  async drop(tenant: string, subscriptionId: string): Promise<number> {
    const { lane, ofBundles } = await this.#engine.transact(
      async run => {
        await this.#lines.lock(run)
        await this.#run(run, sql`delete from breaker where key = ${subscriptionKey(subscriptionId)}`)
        const [row] = await this.#run(
          run,
          sql`delete from delivery_lane where tenant = ${tenant} and subscription_id = ${subscriptionId} returning lane`
        )
        if (!row) return { lane: undefined, ofBundles: 0 }
        const lane = Number(row[0])
        return { lane, ofBundles: (await this.#bundles.takeOut(run, lane)).length }
      },
      { lazy: false }
    )
    if (lane === undefined) return 0
    const waiting = sql`lane = ${lane} and (state = 'waiting' or state = 'pending')`
    const parked = sql`lane = ${lane} and state = 'parked'`
    let dropped = ofBundles
    for (const condition of [waiting, parked]) {
      dropped += await this.#repeat(run => this.#run(run, sql`delete from delivery where ${this.#some(condition)} returning id`))
    }
    return dropped
  }

  async #laneOf(tenant: string, subscriptionId: string): Promise<number | undefined> {
    const [row] = await this.#engine.read(
      this.#engine.compile(sql`select lane from delivery_lane where tenant = ${tenant} and subscription_id = ${subscriptionId}`)
    )
    return row && Number(row[0])
  }

  /** Transaction after transaction, until one finds less than there is room for. */
  async #repeat(
    work: (run: RunInTransaction) => Promise<readonly Row[]>,
    done: (rows: readonly Row[]) => void = () => {}
  ): Promise<number> {
    for (let total = 0; ; ) {
      const rows = await this.#engine.transact(work, { lazy: false })
      done(rows)
      total += rows.length
      if (rows.length < ROWS_AT_ONCE) return total
    }
  }

  #some(condition: RawBuilder<unknown>): RawBuilder<unknown> {
    return this.#engine.deliverySql.isAmong(sql`select id from delivery where ${condition} order by id limit ${ROWS_AT_ONCE}`)
  }

  #among(ids: readonly { readonly id: number }[]): RawBuilder<unknown> {
    const { isAmong, rows } = this.#engine.deliverySql
    return isAmong(sql`select v.id from ${rows(JSON.stringify(ids), { id: 'bigint' })}`)
  }

  #run(run: RunInTransaction, query: RawBuilder<unknown>): Promise<readonly Row[]> {
    return run(this.#engine.compile(query))
  }
}

function releasedKey(key: string): string {
  return key.startsWith(RELEASED) ? key : RELEASED + key
}

function parkedOf([id, eventId, resource, resourceId, attempts, failureCode, endedAtMs]: Row): ParkedDelivery {
  return {
    id: String(id),
    eventId: String(eventId),
    resource: String(resource),
    resourceId: String(resourceId),
    attempts: Number(attempts),
    failureCode: String(failureCode),
    parkedAt: new Date(Number(endedAtMs)).toISOString()
  }
}
