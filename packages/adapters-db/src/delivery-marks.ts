import type { ClaimedDelivery } from '@crm-lite/domain'
import { sql } from 'kysely'
import { type BundleMark, bundledId, type Mark, placeInBundle } from './bundle.ts'
import { DeliveryBatcher } from './delivery-batcher.ts'
import type { DeliveryBundles } from './delivery-bundles.ts'
import type { DeliveryLines } from './delivery-lines.ts'
import { deliveryStatement } from './delivery-statement.ts'
import type { Engine, RunInTransaction } from './dialects/dialect.ts'
import { type Line, lineOf } from './line.ts'

interface MarkItem extends Mark {
  readonly id: string
  readonly delivery: ClaimedDelivery
}

interface RowMark extends Mark {
  /** Of the delivery as it was claimed, and of its row. */
  readonly id: string
  readonly row: number
  readonly token: number
}

interface RenewItem {
  readonly id: string
  readonly token: number
  readonly leaseMs: number
}

/** Stores what came of claimed deliveries, many in one transaction. */
export class DeliveryMarks {
  readonly #marks: DeliveryBatcher<MarkItem, boolean>
  readonly #renewals: DeliveryBatcher<RenewItem, boolean>

  constructor(engine: Engine, lines: DeliveryLines, bundles: DeliveryBundles) {
    this.#marks = new DeliveryBatcher(marking(engine, { lines, bundles }), false)
    this.#renewals = new DeliveryBatcher(renewing(engine, bundles), false)
  }

  /** @returns false when somebody else has claimed it since */
  mark(delivery: ClaimedDelivery, mark: Mark): Promise<boolean> {
    // A probe before its time that failed leaves no trace.
    const kept: Mark = delivery.isEarly && mark.state !== 'done' ? { state: 'pending', tried: false } : mark
    return this.#marks.add({ id: delivery.id, delivery, ...kept })
  }

  renew({ id, fencingToken }: ClaimedDelivery, leaseMs: number): Promise<boolean> {
    return this.#renewals.add({ id, token: fencingToken, leaseMs })
  }
}

interface Parts {
  readonly lines: DeliveryLines
  readonly bundles: DeliveryBundles
}

type Marked = { readonly ids: readonly string[]; readonly moved: number }

function marking(engine: Engine, { lines, bundles }: Parts) {
  const markRows = rowMarking(engine)
  const findRows = rowFinding(engine)
  const markAll = async (run: RunInTransaction, items: readonly MarkItem[]): Promise<Marked> => {
    const byPlace = new Map<string, MarkItem>()
    const bundled: BundleMark[] = []
    const rows: RowMark[] = []
    for (const item of items) {
      const place = placeInBundle(item.id)
      const token = item.delivery.fencingToken
      if (!place) rows.push({ ...item, row: Number(item.id), token })
      else {
        bundled.push({ ...place, token, ...item })
        byPlace.set(item.id, item)
      }
    }
    const { marked, missed, followed } = await bundles.mark(run, bundled)
    const ids = marked.map(bundledId)
    if (missed.length > 0)
      rows.push(
        ...(await findRows(
          run,
          missed.map(mark => byPlace.get(bundledId(mark))!)
        ))
      )
    const ended: Line[] = [...followed]
    if (rows.length > 0) {
      const result = await markRows(run, rows)
      ids.push(...result.ids)
      ended.push(...result.ended)
    }
    return { ids, moved: await lines.moveUp(run, ended) }
  }
  return async (items: readonly MarkItem[]): Promise<ReadonlyMap<string, boolean>> => {
    const { ids, moved } = await engine.transact(run => markAll(run, items), { lazy: true })
    if (moved > 0) engine.signal.wake([])
    return new Map(ids.map(id => [id, true]))
  }
}

/** A claim that was given up has a new token: it can't be marked twice. One that was parked for all may turn out to be delivered. */
function rowMarking(engine: Engine) {
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
  return async (run: RunInTransaction, marks: readonly RowMark[]): Promise<{ ids: string[]; ended: Line[] }> => {
    const byRow = new Map(marks.map(mark => [mark.row, mark]))
    // In the order of ids, in which everybody takes rows.
    const values = [...byRow.values()]
      .sort((a, b) => a.row - b.row)
      .map(({ row, token, state, tried, dueAtMs, failureCode, endedAtMs }) => ({
        ...{ id: row, token, next: state, tried: tried ? 1 : 0 },
        ...{ due: dueAtMs, failure: failureCode, ended: endedAtMs }
      }))
    const marked = await run(update(JSON.stringify(values)))
    return {
      ids: marked.map(([row]) => byRow.get(Number(row))!.id),
      ended: marked.filter(([, , , state]) => state !== 'pending').map(([, lane, key]) => lineOf(Number(lane), String(key)))
    }
  }
}

/** Of what was in a bundle, and is a row now: as its lease is over, or as all of its subscription was parked. */
function rowFinding(engine: Engine) {
  const { rows, eventPlace, eventColumns } = engine.deliverySql
  const find = deliveryStatement(
    engine,
    'find unbundled',
    sql`select v.id, d.id from ${rows(0, { id: 'text', tenant: 'text', subscription: 'text', cursor: 'text', token: 'bigint' })}
        join delivery_lane l on l.tenant = v.tenant and l.subscription_id = v.subscription
        join delivery d on (${eventColumns}) = (${eventPlace(sql`v.cursor`)}) and d.state <> 'done'
          and d.lane = l.lane and d.token = v.token`
  )
  return async (run: RunInTransaction, items: readonly MarkItem[]): Promise<RowMark[]> => {
    const byId = new Map(items.map(item => [item.id, item]))
    const values = items.map(({ id, delivery: { tenant, subscription, event, fencingToken } }) => {
      return { id, tenant, subscription: subscription.id, cursor: event.cursor, token: fencingToken }
    })
    return (await run(find(JSON.stringify(values)))).map(([id, row]) => {
      const item = byId.get(String(id))!
      return { ...item, row: Number(row), token: item.delivery.fencingToken }
    })
  }
}

function renewing(engine: Engine, bundles: DeliveryBundles) {
  const { rows, clockMs } = engine.deliverySql
  const update = deliveryStatement(
    engine,
    'renew',
    sql`update delivery set lease_until_ms = ${clockMs} + v.lease
        from ${rows(0, { id: 'bigint', token: 'bigint', lease: 'bigint' })}
        where delivery.id = v.id and delivery.token = v.token and delivery.state = 'pending' returning delivery.id`
  )
  return async (items: readonly RenewItem[]): Promise<ReadonlyMap<string, boolean>> => {
    const ofBundles = items.flatMap(item => {
      const place = placeInBundle(item.id)
      return place ? [{ ...item, ...place }] : []
    })
    const isStillTheirs = ofBundles.length === 0 ? () => false : await bundles.renew(ofBundles)
    const ofRows = items
      .filter(({ id }) => !placeInBundle(id))
      .map(({ id, token, leaseMs }) => ({ id: Number(id), token, lease: leaseMs }))
      .sort((a, b) => a.id - b.id)
    const renewed = ofRows.length === 0 ? [] : await engine.write(update(JSON.stringify(ofRows)), { lazy: true })
    return new Map([
      ...ofBundles.map(({ id, bundle, index }): [string, boolean] => [id, isStillTheirs(bundle, index)]),
      ...renewed.map(([id]): [string, boolean] => [String(id), true])
    ])
  }
}
