import { sql } from 'kysely'
import { type DeliveryStatement, deliveryStatement } from './delivery-statement.ts'
import type { Engine, Row, RunInTransaction } from './dialects/dialect.ts'

/** What one subscription still gets of one resource, in order. Its first delivery is `pending`, those behind it are `waiting`. */
export interface Line {
  readonly lane: number
  readonly key: string
}

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
export type Made =
  | { readonly kind: 'taken'; readonly id: number; readonly token: number }
  | { readonly kind: 'pending' | 'waiting' }

/**
 * Keeps the first of each line, and only the first, ready to be claimed.
 *
 * Who adds to lines has the lock on the progress of the fan-out (`lock`), so that there is one such at a time; it also holds the
 * firsts of those lines. Who ends a first changes its row, and then lets the next one move up, in the same transaction. So one of the
 * two waits for the other, and sees what it did.
 */
export class DeliveryLines {
  readonly #engine: Engine
  readonly #lock: DeliveryStatement
  readonly #holdFirsts: DeliveryStatement
  readonly #firsts: DeliveryStatement
  readonly #insert: DeliveryStatement
  readonly #insertTaken: DeliveryStatement
  readonly #moveUp: DeliveryStatement

  constructor(engine: Engine) {
    this.#engine = engine
    const { rows, isAmong, eventColumns, eventPlace, eventCursor, forUpdate, clockMs, firstToken } = engine.deliverySql
    const lines = rows(0, { lane: 'bigint', key: 'text' })
    const firsts = sql`select d.lane, d.resource_key from ${lines}
      join delivery d on d.lane = v.lane and d.resource_key = v.key and d.state = 'pending'`
    const holdsRows = engine.deliverySql.isShared ? sql`order by d.id for update of d` : sql``
    this.#lock = deliveryStatement(engine, 'lock', sql`select event_cursor from fan_out_progress where id = 1 ${forUpdate}`)
    this.#holdFirsts = deliveryStatement(engine, 'hold firsts', sql`${firsts} ${holdsRows}`)
    this.#firsts = deliveryStatement(engine, 'firsts', firsts)
    const made = rows(0, { lane: 'bigint', key: 'text', cursor: 'text', state: 'text', due: 'bigint', taken: 'bigint' })
    const insert = sql`insert into delivery (lane, resource_key, ${eventColumns}, state, due_at_ms, created_at_ms, lease_until_ms, token)
      select v.lane, v.key, ${eventPlace(sql`v.cursor`)}, v.state, v.due, ${1},`
    this.#insert = deliveryStatement(engine, 'insert', sql`${insert} 0, 0 from ${made}`)
    this.#insertTaken = deliveryStatement(
      engine,
      'insert taken',
      sql`${insert} case v.taken when 1 then ${clockMs} + ${2} else 0 end, case v.taken when 1 then ${firstToken} else 0 end from ${made}
          returning id, token, lane, ${eventCursor}`
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
  async add(
    run: RunInTransaction,
    deliveries: readonly NewDelivery[],
    createdAtMs: number,
    taking?: Taking
  ): Promise<readonly Made[]> {
    if (deliveries.length === 0) return []
    const stateOf = await this.states(run, deliveries)
    let room = taking?.limit ?? 0
    const rows = deliveries.map(delivery => {
      const { lane, key, cursor, dueAtMs } = delivery
      const state = stateOf(delivery)
      const taken = state === 'pending' && delivery.isOpen && room > 0 ? 1 : 0
      room -= taken
      return { lane, key, cursor, state, due: dueAtMs, taken }
    })
    const json = JSON.stringify(rows)
    if (!taking || room === taking.limit) {
      await run(this.#insert(json, createdAtMs))
      return rows.map(({ state }) => ({ kind: state }))
    }
    const taken = new Map<string, Made>()
    for (const [id, token, lane, cursor] of await run(this.#insertTaken(json, createdAtMs, taking.leaseMs)))
      taken.set(`${lane} ${cursor}`, { kind: 'taken', id: Number(id), token: Number(token) })
    return rows.map(row => (row.taken === 1 ? taken.get(`${row.lane} ${row.cursor}`)! : { kind: row.state }))
  }

  /**
   * Finds out which of the lines have a first, and keeps it from ending until the transaction does.
   *
   * @returns what a delivery becomes that is added to one of these lines, asked for each in turn
   */
  async states(run: RunInTransaction, lines: readonly Line[]): Promise<(line: Line) => 'pending' | 'waiting'> {
    const taken = new Set<string>()
    let open = [...new Map(lines.map(line => [nameOf(line), line])).values()]
    while (open.length > 0) {
      for (const [lane, key] of await run(this.#holdFirsts(jsonOf(open))))
        taken.add(nameOf({ lane: Number(lane), key: String(key) }))
      if (!this.#engine.deliverySql.isShared) break
      const others = open.filter(line => !taken.has(nameOf(line)))
      // While we waited for a first that was ending, another may have moved up: that one is held, too.
      const moved = new Set(
        others.length === 0
          ? []
          : (await run(this.#firsts(jsonOf(others)))).map(([lane, key]) => nameOf({ lane: Number(lane), key: String(key) }))
      )
      open = others.filter(line => moved.has(nameOf(line)))
    }
    return line => {
      const name = nameOf(line)
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

function nameOf({ lane, key }: Line): string {
  return `${lane} ${key}`
}

function jsonOf(lines: readonly Line[]): string {
  return JSON.stringify(lines.map(({ lane, key }) => ({ lane, key })))
}
