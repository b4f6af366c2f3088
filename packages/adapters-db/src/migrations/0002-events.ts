import { sql } from 'kysely'
import type { Migration, MigrationDialect } from './migration.ts'

/** What happened, in the order in which readers see it. */
export const events: Migration = {
  name: '0002-events',
  statements: dialect => [
    sql`create table event (
      ${position(dialect)},
      id ${dialect.text} not null,
      tenant ${dialect.text} not null,
      resource ${dialect.text} not null,
      resource_id ${dialect.text} not null,
      kind ${dialect.text} not null,
      revision integer not null,
      changed_paths ${dialect.text} not null,
      actor ${dialect.text} not null,
      correlation_id ${dialect.text} not null,
      traceparent ${dialect.text},
      at ${dialect.text} not null,
      document ${dialect.text} not null
    ) ${dialect.tableOptions}`,
    ...(dialect.name === 'postgres' ? [sql`create unique index event_order on event (transaction_id, position)`] : []),
    sql`create index event_of_resource on event (tenant, resource, resource_id, ${order(dialect)})`,
    dialect.name === 'postgres' ? sql`create index event_at on event using brin (at)` : sql`create index event_at on event (at)`
  ]
}

/**
 * SQLite has one writer, so positions are in the order of commits (`autoincrement` would cost another write; the newest event is never
 * purged, so no position comes again). On PostgreSQL a position is taken before its transaction commits:
 * the transaction's id comes first, and readers stay behind the oldest transaction that is still running.
 */
function position(dialect: MigrationDialect) {
  return dialect.name === 'sqlite'
    ? sql`position integer primary key`
    : sql`position bigint generated always as identity, transaction_id xid8 not null default pg_current_xact_id()`
}

function order(dialect: MigrationDialect) {
  return dialect.name === 'sqlite' ? sql`position` : sql`transaction_id, position`
}
