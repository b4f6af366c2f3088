import {
  DomainError,
  type DomainEventKind,
  type EventLog,
  type EventPage,
  type EventQuery,
  type StoredEvent
} from '@crm-lite/domain'
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Engine, Row } from './dialects/dialect.ts'

/** How many events one statement removes, so that it does not hold up writers. */
const PURGED_AT_ONCE = 5_000

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
        sql`select ${this.#columns} from event where ${sql.join(conditions, sql` and `)} order by ${eventOrder.columns} limit ${query.limit}`
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

  /** The newest event stays, however old: SQLite gives the next one a place behind it. */
  async purge(before: Date): Promise<number> {
    const { columns, newest } = this.#engine.eventOrder
    let purged = 0
    for (;;) {
      const oldest = sql`select ${columns} from event where at < ${before.toISOString()} and (${columns}) < ${newest} order by ${columns} limit ${PURGED_AT_ONCE}`
      const removed = await this.#engine.execute(this.#engine.compile(sql`delete from event where (${columns}) in (${oldest})`))
      purged += removed
      if (removed < PURGED_AT_ONCE) return purged
    }
  }

  get #columns(): RawBuilder<unknown> {
    return sql`${this.#engine.eventOrder.cursor}, tenant, id, kind, resource, resource_id, revision, changed_paths, at, actor, correlation_id,
      traceparent, ${this.#engine.documentText('document')}`
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

function eventOf([
  cursor,
  tenant,
  id,
  kind,
  resource,
  resourceId,
  revision,
  changedPaths,
  at,
  actor,
  correlationId,
  traceparent,
  document
]: Row): StoredEvent {
  return {
    cursor: String(cursor),
    tenant: String(tenant),
    id: String(id),
    kind: kind as DomainEventKind,
    resource: String(resource),
    resourceId: String(resourceId),
    revision: Number(revision),
    changedPaths: JSON.parse(String(changedPaths)) as string[],
    at: String(at),
    actor: String(actor),
    correlationId: String(correlationId),
    ...(traceparent !== null && { traceparent: String(traceparent) }),
    document: String(document)
  }
}
