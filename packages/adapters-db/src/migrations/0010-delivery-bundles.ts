import { sql } from 'kysely'
import type { Migration } from './migration.ts'

/** Deliveries that whoever made them has taken at once: many as one row. */
export const deliveryBundles: Migration = {
  name: '0010-delivery-bundles',
  statements: ({ name, bigint, text, tableOptions }) => [
    sql`create table delivery_bundle (
      id ${name === 'sqlite' ? sql`integer primary key autoincrement` : sql`bigint generated always as identity primary key`},
      token ${bigint} not null,
      lease_until_ms ${bigint} not null,
      created_at_ms ${bigint} not null,
      least_position ${bigint} not null,
      states ${text} not null,
      items ${text} not null
    ) ${tableOptions}`,
    // Items never change: beside the row they are not written again when it is. They live too shortly for it to be worth compressing them.
    ...(name === 'postgres' ? [sql`alter table delivery_bundle alter column items set storage external`] : [])
  ]
}
