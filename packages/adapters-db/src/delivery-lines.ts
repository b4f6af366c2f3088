import { sql } from 'kysely'
import type { Bundle } from './bundle.ts'
import type { DeliveryBundles } from './delivery-bundles.ts'
import { type DeliveryStatement, deliveryStatement } from './delivery-statement.ts'
import type { Engine, Row, RunInTransaction } from './dialects/dialect.ts'
import { type Line, lineOf } from './line.ts'

export interface NewDelivery extends Line {
  readonly cursor: string
  readonly dueAtMs: number
  /** Whether whoever makes it may take it at once. */
  readonly isOpen?: boolean
}

/** How many of those that are made are taken at once, and for how long. */
export interface Taking {
  readonly limit: number
  readonly leaseMs: number
}

/** What became of a new delivery. */
export type Made = { readonly kind: 'taken'; readonly index: number } | { readonly kind: 'pending' | 'waiting' }

/** What was added, and what of it was taken: each under its index in the bundle. */
export interface Added {
  readonly made: readonly Made[]
  readonly bundle?: Bundle
}

/**
 * Keeps the first of each line, and only the first, ready to be claimed: `pending`, or in the bundle of whoever has taken it. Those behind
 * it are `waiting`.
 *
 * Who adds to lines has the lock on the progress of the fan-out (`lock`), so that there is one such at a time; it also holds the
 * firsts of those lines. Who ends a first changes its row, and then lets the next one move up, in the same transaction. So one of the
 * two waits for the other, and sees what it did.
 */
export class DeliveryLines {
  readonly #engine: Engine
  readonly #bundles: DeliveryBundles
  readonly #lock: DeliveryStatement
  readonly #holdFirsts: DeliveryStatement
  readonly #firsts: DeliveryStatement
  readonly #anyOpen: DeliveryStatement
  readonly #insert: DeliveryStatement
  readonly #moveUp: DeliveryStatement

  constructor(engine: Engine, bundles: DeliveryBundles) {
    this.#engine = engine
    this.#bundles = bundles
    const { rows, isAmong, eventColumns, eventPlace, forUpdate } = engine.deliverySql
    const lines = rows(0, { lane: 'bigint', key: 'text' })
    const firsts = sql`select d.lane, d.resource_key from ${lines}
      join delivery d on d.lane = v.lane and d.resource_key = v.key and d.state = 'pending'`
    const holdsRows = engine.deliverySql.isShared ? sql`order by d.id for update of d` : sql``
    this.#lock = deliveryStatement(engine, 'lock', sql`select event_cursor from fan_out_progress where id = 1 ${forUpdate}`)
    this.#holdFirsts = deliveryStatement(engine, 'hold firsts', sql`${firsts} ${holdsRows}`)
    this.#firsts = deliveryStatement(engine, 'firsts', firsts)
    this.#anyOpen = deliveryStatement(
      engine,
      'any open',
      sql`select 1 from delivery d where d.state = 'waiting' or d.state = 'pending' limit 1`
    )
    this.#insert = deliveryStatement(
      engine,
      'insert',
      sql`insert into delivery (lane, resource_key, ${eventColumns}, state, due_at_ms, created_at_ms)
          select v.lane, v.key, ${eventPlace(sql`v.cursor`)}, v.state, v.due, ${1}
          from ${rows(0, { lane: 'bigint', key: 'text', cursor: 'text', state: 'text', due: 'bigint' })}`
    )
    this.#moveUp = deliveryStatement(
      engine,
      'move up',
      sql`update delivery set state = 'pending' where state = 'waiting' and ${isAmong(
        sql`select (select min(w.id) from delivery w where w.lane = v.lane and w.resource_key = v.key and w.state = 'waiting') from ${lines}`
      )} returning id`
    )
  }

  /** Waits until nobody else adds deliveries. Returns a row with the cursor up to which events have been looked at. */
  lock(run: RunInTransaction): Promise<readonly Row[]> {
    return run(this.#lock())
  }

  /**
   * Adds deliveries at the ends of their lines, in the order given.
   *
   * @returns what became of each of them
   */
  async add(run: RunInTransaction, deliveries: readonly NewDelivery[], createdAtMs: number, taking?: Taking): Promise<Added> {
    if (deliveries.length === 0) return { made: [] }
    const stateOf = await this.states(run, deliveries)
    const limit = taking?.limit ?? 0
    const taken: NewDelivery[] = []
    const followed = new Set<string>()
    const rows: object[] = []
    const made = deliveries.map((delivery): Made => {
      const { lane, key, cursor, dueAtMs, isOpen } = delivery
      const kind = stateOf(delivery)
      if (kind === 'pending' && isOpen && taken.length < limit) return { kind: 'taken', index: taken.push(delivery) - 1 }
      rows.push({ lane, key, cursor, state: kind, due: dueAtMs })
      if (kind === 'waiting') followed.add(delivery.name)
      return { kind }
    })
    if (rows.length > 0) await run(this.#insert(JSON.stringify(rows), createdAtMs))
    if (!taking || taken.length === 0) return { made }
    return { made, bundle: await this.#bundles.add(run, taken, { createdAtMs, leaseMs: taking.leaseMs, followed }) }
  }

  /**
   * Finds out which of the lines have a first, and keeps it from ending until the transaction does.
   *
   * @returns what a delivery becomes that is added to one of these lines, asked for each in turn
   */
  async states(run: RunInTransaction, lines: readonly Line[]): Promise<(line: Line) => 'pending' | 'waiting'> {
    const byName = new Map(lines.map(line => [line.name, line]))
    const taken = new Set(await this.#bundles.follow(run, byName))
    let open = [...byName].filter(([name]) => !taken.has(name)).map(([, line]) => line)
    if ((await run(this.#anyOpen())).length === 0) open = []
    while (open.length > 0) {
      for (const [lane, key] of await run(this.#holdFirsts(jsonOf(open)))) taken.add(lineOf(Number(lane), String(key)).name)
      if (!this.#engine.deliverySql.isShared) break
      const others = open.filter(line => !taken.has(line.name))
      // While we waited for a first that was ending, another may have moved up: that one is held, too.
      const moved = new Set(
        others.length === 0
          ? []
          : (await run(this.#firsts(jsonOf(others)))).map(([lane, key]) => lineOf(Number(lane), String(key)).name)
      )
      open = others.filter(line => moved.has(line.name))
    }
    return ({ name }) => {
      if (taken.has(name)) return 'waiting'
      taken.add(name)
      return 'pending'
    }
  }

  /** Lets the next delivery of each line follow one that has ended. Returns how many did. */
  async moveUp(run: RunInTransaction, lines: readonly Line[]): Promise<number> {
    if (lines.length === 0) return 0
    return (await run(this.#moveUp(jsonOf(lines)))).length
  }
}

function jsonOf(lines: readonly Line[]): string {
  return JSON.stringify(lines.map(({ lane, key }) => ({ lane, key })))
}
