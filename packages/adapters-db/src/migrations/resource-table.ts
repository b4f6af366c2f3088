import { type RawBuilder, sql } from 'kysely'
import type { MigrationDialect } from './migration.ts'

/** Where the value of a column stands in the document; a text where no other type is named. */
export type IndexedColumn = string | readonly [path: string, type: 'number' | 'boolean' | 'dateTime']

/** By the names of the columns. */
export type IndexedColumns = Readonly<Record<string, IndexedColumn>>

/** The table of a resource type, with a column and an index for each of its single-valued indexed attributes. */
export function resourceTable(dialect: MigrationDialect, table: string, indexed: IndexedColumns): RawBuilder<unknown>[] {
  if (dialect.name === 'postgres') return computedTable(dialect, table, indexed)
  return tableWith(dialect, table, indexed, (path, type) => dialect.columnOf(path, type).type)
}

/** The same with columns that the engine computes from the document: as PostgreSQL does, and as SQLite did at first. */
export function computedTable(dialect: MigrationDialect, table: string, indexed: IndexedColumns): RawBuilder<unknown>[] {
  return tableWith(dialect, table, indexed, dialect.generated)
}

function tableWith(
  dialect: MigrationDialect,
  table: string,
  indexed: IndexedColumns,
  definitionOf: MigrationDialect['generated']
): RawBuilder<unknown>[] {
  const columns = Object.entries(indexed)
  const defined = columns.map(([name, column]) => {
    const [path, type] = typeof column === 'string' ? ([column, 'string'] as const) : column
    return sql`, ${sql.ref(name)} ${definitionOf(path, type)}`
  })
  return [
    sql`create table ${sql.table(table)} (
      tenant ${dialect.text} not null,
      id ${dialect.text} not null,
      revision integer not null,
      document ${dialect.document} not null
      ${sql.join(defined, sql` `)},
      primary key (tenant, id)
    ) ${dialect.tableOptions}`,
    ...columns.map(
      ([name]) => sql`create index ${sql.ref(`${table}_${name}`)} on ${sql.table(table)} (tenant, ${sql.ref(name)}, id)`
    )
  ]
}

/** The values of a resource type's many-valued indexed attributes. */
export function linkTableOf(dialect: MigrationDialect, table: string): RawBuilder<unknown> {
  return sql`create table ${sql.table(`${table}_link`)} (
      tenant ${dialect.text} not null,
      attribute ${dialect.text} not null,
      value ${dialect.text} not null,
      id ${dialect.text} not null,
      primary key (tenant, attribute, value, id)
    ) ${dialect.keyOnlyTableOptions}`
}
