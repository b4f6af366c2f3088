import { type Breaker, type BreakerKey, closedBreaker } from '@crm-lite/domain'
import { sql } from 'kysely'
import { hostKey, subscriptionKey } from './delivery-lanes.ts'
import { type DeliveryStatement, deliveryStatement } from './delivery-statement.ts'
import type { Engine } from './dialects/dialect.ts'

/** Breakers as rows: those that are closed and have nothing to tell have none. What they hold back is left out of claims. */
export class DeliveryBreakers {
  readonly #engine: Engine
  readonly #read: DeliveryStatement
  readonly #readAndHold: DeliveryStatement
  readonly #store: DeliveryStatement
  readonly #remove: DeliveryStatement
  readonly #dueAtOnce: DeliveryStatement

  constructor(engine: Engine) {
    this.#engine = engine
    const read = sql`select state, failures, open_until_ms from breaker where key = ${0}`
    this.#read = deliveryStatement(engine, 'breaker', read)
    this.#readAndHold = deliveryStatement(engine, 'hold breaker', sql`${read} ${engine.deliverySql.forUpdate}`)
    this.#store = deliveryStatement(
      engine,
      'store breaker',
      sql`insert into breaker (key, state, failures, open_until_ms) values (${0}, ${1}, ${2}, ${3})
          on conflict (key) do update set state = excluded.state, failures = excluded.failures, open_until_ms = excluded.open_until_ms`
    )
    this.#remove = deliveryStatement(engine, 'remove breaker', sql`delete from breaker where key = ${0}`)
    this.#dueAtOnce = deliveryStatement(
      engine,
      'due at once',
      sql`update delivery set due_at_ms = ${0} where state = 'pending' and due_at_ms > ${0} and lane in (
            select l.lane from delivery_lane l join event_subscription s on s.tenant = l.tenant and s.id = l.subscription_id
            where 'subscription:' || s.id = ${1} or 'host:' || s.host = ${1}) returning 1`
    )
  }

  async breaker(key: BreakerKey): Promise<Breaker> {
    const [row] = await this.#engine.read(this.#read(nameOf(key)))
    if (!row) return closedBreaker
    const [state, failures, openUntilMs] = row
    return {
      state: state as Breaker['state'],
      failures: Number(failures),
      ...(openUntilMs !== null && { openUntil: new Date(Number(openUntilMs)) })
    }
  }

  async setBreaker(key: BreakerKey, { state, failures, openUntil }: Breaker, now: Date): Promise<void> {
    const name = nameOf(key)
    const isClean = state === 'closed' && failures === 0
    const hasClosed = await this.#engine.transact(
      async run => {
        const [before] = await run(this.#readAndHold(name))
        await run(isClean ? this.#remove(name) : this.#store(name, state, failures, openUntil?.getTime() ?? null))
        const hasClosed = state === 'closed' && before !== undefined && before[0] !== 'closed'
        if (hasClosed) await run(this.#dueAtOnce(now.getTime(), name))
        return hasClosed
      },
      { lazy: true }
    )
    if (hasClosed) this.#engine.signal.announce([])
  }
}

function nameOf(key: BreakerKey): string {
  return 'host' in key ? hostKey(key.host) : subscriptionKey(key.subscription)
}
