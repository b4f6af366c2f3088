import { DomainError, type EventLog, type EventPage, type EventQuery } from '@crm-lite/domain'
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { purgeDelivered } from './delivery-upkeep.ts'
import type { Engine } from './dialects/dialect.ts'
import { eventColumns, eventOf } from './event-rows.ts'

/** How many events one statement removes, so that it does not hold up writers. */
const PURGED_AT_ONCE = 1_000

/** Reads the events that changes have stored with themselves. */
export class KyselyEventLog implements EventLog {
  readonly #engine: Engine

  constructor(engine: Engine) {
    this.#engine = engine
  }

  async read(tenant: string, query: EventQuery): Promise<EventPage> {
    const { eventOrder } = this.#engine
    const conditions = [sql<SqlBool>`tenant = ${tenant}`, eventOrder.readable, ...this.#conditions(query)]
    // The end is taken first: what was readable then is found by the statement that follows.
    const end = await this.end()
    const rows = await this.#engine.read(
      this.#engine.compile(
        sql`select ${eventColumns(this.#engine)} from event where ${sql.join(conditions, sql` and `)} order by ${eventOrder.columns} limit ${query.limit}`
      )
    )
    const events = rows.map(eventOf)
    const atEnd = events.length < query.limit
    return { events, next: this.#next(query.after, atEnd ? end : undefined, events.at(-1)?.cursor), atEnd }
  }

  async end(): Promise<string> {
    const [row] = await this.#engine.read(this.#engine.compile(sql`select ${this.#engine.eventOrder.end}`))
    return String(row?.[0])
  }

  /**
   * The newest event stays, however old: SQLite gives the next one a place behind it. So does what was not yet told to everyone who
   * should hear of it: events that no delivery was made of yet, and those with a delivery that is under way or parked.
   */
  async purge(before: Date): Promise<number> {
    await purgeDelivered(this.#engine, 'created_at_ms', before)
    let purged = 0
    for (let last: string | undefined; ; ) {
      const places = await this.#oldest(before, last)
      if (places.length === 0) return purged
      purged += await this.#engine.execute(this.#engine.compile(this.#removal(places[0]!, places.at(-1)!, before)))
      last = places.at(-1)
    }
  }

  async #oldest(before: Date, behind: string | undefined): Promise<string[]> {
    const { eventOrder } = this.#engine
    const conditions = [sql<SqlBool>`at < ${before.toISOString()}`, sql<SqlBool>`(${eventOrder.columns}) < ${eventOrder.newest}`]
    const progress = await this.#engine.read(this.#engine.compile(sql`select event_cursor from fan_out_progress where id = 1`))
    const unseen = eventOrder.behind(String(progress[0]?.[0]))
    if (unseen) conditions.push(sql<SqlBool>`not (${unseen})`)
    if (behind !== undefined) conditions.push(eventOrder.behind(behind)!)
    const rows = await this.#engine.read(
      this.#engine.compile(
        sql`select ${eventOrder.cursor} from event where ${sql.join(conditions, sql` and `)} order by ${eventOrder.columns} limit ${PURGED_AT_ONCE}`
      )
    )
    return rows.map(([cursor]) => String(cursor))
  }

  /** Removes what is old and not needed any more, from one place in the log to another. */
  #removal(first: string, last: string, before: Date): RawBuilder<unknown> {
    const { columns, placeOf } = this.#engine.eventOrder
    return sql`delete from event where (${columns}) >= (${placeOf(first)}) and (${columns}) <= (${placeOf(last)})
      and at < ${before.toISOString()}
      and not exists (select 1 from delivery d where d.event_position = event.position and d.state <> 'done')
      and not exists (select 1 from delivery_bundle b where b.least_position <= event.position)`
  }

  #conditions({ after, resources, resourceId, kinds, from, to }: EventQuery): RawBuilder<SqlBool>[] {
    const conditions: RawBuilder<SqlBool>[] = []
    if (after !== undefined) {
      const behind = this.#engine.eventOrder.behind(after)
      if (!behind) throw new DomainError('invalidValue', 'this is not a cursor of this server')
      conditions.push(behind)
    }
    if (resources) conditions.push(isOneOf('resource', resources))
    if (resourceId !== undefined) conditions.push(sql`resource_id = ${resourceId}`)
    if (kinds) conditions.push(isOneOf('kind', kinds))
    if (from !== undefined) conditions.push(sql`at >= ${from}`)
    if (to !== undefined) conditions.push(sql`at < ${to}`)
    return conditions
  }

  /** The furthest of the cursors that are known to have nothing unread before them. */
  #next(...cursors: (string | undefined)[]): string {
    const known = cursors.filter(cursor => cursor !== undefined)
    return known.reduce((furthest, cursor) => (this.#engine.eventOrder.compare(furthest, cursor) < 0 ? cursor : furthest))
  }
}

function isOneOf(column: string, values: readonly string[]): RawBuilder<SqlBool> {
  return values.length === 0 ? sql`false` : sql`${sql.ref(column)} in (${sql.join(values)})`
}
