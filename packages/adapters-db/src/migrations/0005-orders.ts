import { type RawBuilder, sql } from 'kysely'
import type { Migration, MigrationDialect } from './migration.ts'
import { computedTable, linkTableOf } from './resource-table.ts'

/** Orders, their cancellations and history, the journeys they are on and what these are made from, and what becomes due by itself. */
export const orders: Migration = {
  name: '0005-orders',
  statements: dialect => [
    ...computedTable(dialect, 'product_order', {
      state: 'state',
      external_id: 'externalId',
      category: 'category',
      order_date: ['orderDate', 'dateTime'],
      billing_account_id: 'billingAccount.id'
    }),
    linkTableOf(dialect, 'product_order'),
    ...computedTable(dialect, 'cancel_product_order', { state: 'state', product_order_id: 'productOrder.id' }),
    ...computedTable(dialect, 'order_history', { order_id: 'order.id', date: ['date', 'dateTime'] }),
    ...computedTable(dialect, 'journey', {
      product_order_id: 'productOrder.id',
      key_of_specification: 'specification.key',
      state: 'state'
    }),
    ...computedTable(dialect, 'journey_specification', {
      key: 'key',
      version: ['version', 'number'],
      lifecycle_status: 'lifecycleStatus'
    }),
    ...computedTable(dialect, 'calendar', { name: 'name' }),
    ...computedTable(dialect, 'journey_catalog', {}),
    ...computedTable(dialect, 'tracking_token', {
      product_order_id: 'productOrder.id',
      expires_at: ['expiresAt', 'dateTime']
    }),
    ...dueWork(dialect)
  ]
}

function dueWork(dialect: MigrationDialect): RawBuilder<unknown>[] {
  return [
    sql`create table due_work (
      tenant ${dialect.text} not null,
      kind ${dialect.text} not null,
      id ${dialect.text} not null,
      due_at_ms ${dialect.bigint} not null,
      claimable_at_ms ${dialect.bigint} not null,
      attempts integer not null,
      primary key (tenant, kind, id)
    ) ${dueWorkOptions(dialect)}`,
    sql`create index due_work_claimable on due_work (kind, claimable_at_ms)`
  ]
}

/** PostgreSQL: dead versions are removed before they are many. */
function dueWorkOptions(dialect: MigrationDialect) {
  return dialect.name === 'sqlite'
    ? dialect.keyOnlyTableOptions
    : sql`with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000)`
}
