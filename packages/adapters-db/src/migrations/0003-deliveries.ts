import { sql } from 'kysely'
import type { Migration, MigrationDialect } from './migration.ts'
import { computedTable } from './resource-table.ts'

/** Subscriptions, and which events each of them still gets. */
export const deliveries: Migration = {
  name: '0003-deliveries',
  statements: dialect => [
    ...computedTable(dialect, 'event_subscription', { api: 'api', state: 'state' }),
    sql`alter table event_subscription add column host ${dialect.generated('host', 'string')}`,
    // What a subscription is called by its deliveries: a number that is never used again.
    sql`create table delivery_lane (
      lane ${identity(dialect)},
      tenant ${dialect.text} not null,
      subscription_id ${dialect.text} not null,
      started integer not null,
      unique (tenant, subscription_id)
    ) ${dialect.tableOptions}`,
    sql`create table delivery (
      id ${identity(dialect)},
      lane ${dialect.bigint} not null,
      resource_key ${dialect.text} not null,
      ${dialect.name === 'postgres' ? sql`event_transaction xid8 not null,` : sql``}
      event_position ${dialect.bigint} not null,
      state ${dialect.text} not null,
      attempts integer not null default 0,
      due_at_ms ${dialect.bigint} not null,
      lease_until_ms ${dialect.bigint} not null default 0,
      token ${dialect.bigint} not null default 0,
      failure_code ${dialect.text},
      created_at_ms ${dialect.bigint} not null,
      ended_at_ms ${dialect.bigint}
    ) ${deliveryOptions(dialect)}`,
    // Only what is not delivered is in an index, so that these stay small however much was delivered. The conditions stand in queries
    // word by word: SQLite looks for them.
    sql`create index delivery_pending on delivery (lane, due_at_ms, id) where state = 'pending' and lease_until_ms = 0`,
    sql`create index delivery_leased on delivery (lease_until_ms) where state = 'pending' and lease_until_ms > 0`,
    sql`create index delivery_line on delivery (lane, resource_key, state, id) where state = 'waiting' or state = 'pending'`,
    sql`create index delivery_parked on delivery (lane, id) where state = 'parked'`,
    sql`create index delivery_of_event on delivery (event_position) where state <> 'done'`,
    sql`create table fan_out_progress (id integer primary key, event_cursor ${dialect.text} not null) ${dialect.tableOptions}`,
    sql`insert into fan_out_progress (id, event_cursor) values (1, ${sql.lit(dialect.name === 'postgres' ? '0.0' : '0')})`,
    sql`create table breaker (
      key ${dialect.text} primary key,
      state ${dialect.text} not null,
      failures integer not null,
      open_until_ms ${dialect.bigint}
    ) ${dialect.tableOptions}`
  ]
}

function identity(dialect: MigrationDialect) {
  return dialect.name === 'sqlite' ? sql`integer primary key autoincrement` : sql`bigint generated always as identity primary key`
}

/** PostgreSQL: room in each page for the claim's version of a row, and dead versions removed before they are many. */
function deliveryOptions(dialect: MigrationDialect) {
  return dialect.name === 'sqlite'
    ? dialect.tableOptions
    : sql`with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000)`
}
