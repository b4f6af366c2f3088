import { sql } from 'kysely'
import { postgresFunctions } from '../dialects/postgres-functions.ts'
import type { Migration, MigrationDialect } from './migration.ts'
import { computedTable, linkTableOf } from './resource-table.ts'

/** Customers, individuals and organizations; how many there are; answers to idempotent requests. */
export const registry: Migration = {
  name: '0001-registry',
  statements: dialect => [
    ...(dialect.name === 'postgres' ? postgresOnly : []),
    ...linkedTable(dialect, 'customer', { name: 'name', status: 'status', engaged_party_id: 'engagedParty.id' }),
    ...linkedTable(dialect, 'individual', { given_name: 'givenName', family_name: 'familyName', status: 'status' }),
    ...linkedTable(dialect, 'organization', {
      trading_name: 'tradingName',
      name: 'name',
      status: 'status',
      parent_id: 'organizationParentRelationship.organization.id'
    }),
    ...(dialect.name === 'postgres' ? totalsAppended(dialect) : totalsUpdated(dialect)),
    sql`create table remembered_answer (
      tenant ${dialect.text} not null,
      scope ${dialect.text} not null,
      key ${dialect.text} not null,
      fingerprint ${dialect.text} not null,
      kind ${dialect.text} not null,
      id ${dialect.text} not null,
      revision integer not null,
      document ${dialect.text} not null,
      created_at ${dialect.bigint} not null,
      primary key (tenant, scope, key)
    ) ${dialect.tableOptions}`,
    sql`create index remembered_answer_created_at on remembered_answer (created_at)`
  ]
}

const postgresOnly = [
  ...postgresFunctions.map(text => sql.raw(text)),
  // Ends a statement, and with it everything that the statement wrote, when a row was no longer as expected.
  sql`create function crm_expect(actual bigint, expected bigint) returns boolean language plpgsql as $$
      begin
        if actual <> expected then raise exception 'stale revision' using errcode = 'CR001'; end if;
        return true;
      end $$`
]

function linkedTable(dialect: MigrationDialect, table: string, indexed: Readonly<Record<string, string>>) {
  return [...computedTable(dialect, table, indexed), linkTableOf(dialect, table)]
}

/** A row that every batch of writes updates: SQLite has one writer, so nobody waits for it. */
function totalsUpdated(dialect: MigrationDialect) {
  return [
    sql`create table resource_total (
      tenant ${dialect.text} not null,
      resource ${dialect.text} not null,
      total integer not null,
      primary key (tenant, resource)
    ) ${dialect.tableOptions}`
  ]
}

/** A row that every batch of writes appends; now and then they are folded into one. So commits don't queue behind one row. */
function totalsAppended(dialect: MigrationDialect) {
  return [
    sql`create table resource_total (
      tenant ${dialect.text} not null,
      resource ${dialect.text} not null,
      total bigint not null
    )`,
    sql`create index resource_total_resource on resource_total (tenant, resource)`
  ]
}
