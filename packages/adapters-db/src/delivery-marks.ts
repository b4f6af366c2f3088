import type { ClaimedDelivery } from '@crm-lite/domain'
import { sql } from 'kysely'
import { DeliveryBatcher } from './delivery-batcher.ts'
import type { DeliveryLines } from './delivery-lines.ts'
import { deliveryStatement } from './delivery-statement.ts'
import type { Engine } from './dialects/dialect.ts'

/** What becomes of a claimed delivery. */
export interface Mark {
  readonly state: 'pending' | 'done' | 'parked'
  /** Whether it was tried. */
  readonly tried: boolean
  readonly dueAtMs?: number
  readonly failureCode?: string
  readonly endedAtMs?: number
}

interface MarkRow extends Mark {
  readonly id: number
  readonly token: number
}

interface RenewRow {
  readonly id: number
  readonly token: number
  readonly leaseMs: number
}

/** Larger transactions cost less. While nothing stands behind what has ended, nobody waits for them. */
const GATHER_MS = { least: 5, most: 20 }

/** Stores what came of claimed deliveries, many in one transaction. */
export class DeliveryMarks {
  #hasMovedUp = true
  readonly #marks: DeliveryBatcher<MarkRow, boolean>
  readonly #renewals: DeliveryBatcher<RenewRow, boolean>

  constructor(engine: Engine, lines: DeliveryLines) {
    const note = (moved: number) => {
      this.#hasMovedUp = moved > 0
    }
    this.#marks = new DeliveryBatcher(marking(engine, lines, note), false, () =>
      this.#hasMovedUp ? GATHER_MS.least : GATHER_MS.most
    )
    this.#renewals = new DeliveryBatcher(renewing(engine), false)
  }

  /** @returns false when somebody else has claimed it since */
  mark({ id, fencingToken, isEarly }: ClaimedDelivery, mark: Mark): Promise<boolean> {
    // A probe before its time that failed leaves no trace.
    const kept: Mark = isEarly && mark.state !== 'done' ? { state: 'pending', tried: false } : mark
    return this.#marks.add({ id: Number(id), token: fencingToken, ...kept })
  }

  renew({ id, fencingToken }: ClaimedDelivery, leaseMs: number): Promise<boolean> {
    return this.#renewals.add({ id: Number(id), token: fencingToken, leaseMs })
  }
}

/** A claim that was given up has a new token: it can't be marked twice. One that was parked for all may turn out to be delivered. */
function marking(engine: Engine, lines: DeliveryLines, note: (moved: number) => void) {
  const { rows } = engine.deliverySql
  const update = deliveryStatement(
    engine,
    'mark',
    sql`update delivery set state = v.next, attempts = attempts + v.tried, due_at_ms = coalesce(v.due, due_at_ms),
        failure_code = coalesce(v.failure, failure_code), ended_at_ms = v.ended, token = delivery.token + 1, lease_until_ms = 0
        from ${rows(0, { id: 'bigint', token: 'bigint', next: 'text', tried: 'bigint', due: 'bigint', failure: 'text', ended: 'bigint' })}
        where delivery.id = v.id and delivery.token = v.token
          and (delivery.state = 'pending' or (delivery.state = 'parked' and v.next = 'done'))
        returning delivery.id, delivery.lane, delivery.resource_key, delivery.state`
  )
  return async (items: readonly MarkRow[]): Promise<ReadonlyMap<number, boolean>> => {
    const json = JSON.stringify(
      items.map(({ id, token, state, tried, dueAtMs, failureCode, endedAtMs }) => ({
        id,
        token,
        next: state,
        tried: tried ? 1 : 0,
        due: dueAtMs,
        failure: failureCode,
        ended: endedAtMs
      }))
    )
    const { marked, moved } = await engine.transact(
      async run => {
        const marked = await run(update(json))
        const ended = marked.filter(([, , , state]) => state !== 'pending')
        const moved = await lines.moveUp(
          run,
          ended.map(([, lane, key]) => ({ lane: Number(lane), key: String(key) }))
        )
        return { marked, moved }
      },
      { lazy: true }
    )
    note(moved)
    if (moved > 0) engine.signal.wake([])
    return new Map(marked.map(([id]) => [Number(id), true]))
  }
}

function renewing(engine: Engine) {
  const { rows, clockMs } = engine.deliverySql
  const update = deliveryStatement(
    engine,
    'renew',
    sql`update delivery set lease_until_ms = ${clockMs} + v.lease
        from ${rows(0, { id: 'bigint', token: 'bigint', lease: 'bigint' })}
        where delivery.id = v.id and delivery.token = v.token and delivery.state = 'pending' returning delivery.id`
  )
  return async (items: readonly RenewRow[]): Promise<ReadonlyMap<number, boolean>> => {
    const json = JSON.stringify(items.map(({ id, token, leaseMs }) => ({ id, token, lease: leaseMs })))
    const renewed = await engine.write(update(json), { lazy: true })
    return new Map(renewed.map(([id]) => [Number(id), true]))
  }
}
