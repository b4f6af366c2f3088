import { type RawBuilder, sql } from 'kysely'
import type { MigrationDialect } from './migration.ts'

/** Where the value of a column stands in the document; a text where no other type is named. */
export type IndexedColumn = string | readonly [path: string, type: 'number' | 'boolean' | 'dateTime']

/** The table of a resource type, with a column and an index for each of its single-valued indexed attributes. */
export function resourceTable(
  dialect: MigrationDialect,
  table: string,
  indexed: Readonly<Record<string, IndexedColumn>>
): RawBuilder<unknown>[] {
  const columns = Object.entries(indexed)
  const generated = columns.map(([name, column]) => {
    const [path, type] = typeof column === 'string' ? ([column, 'string'] as const) : column
    return sql`, ${sql.ref(name)} ${dialect.generated(path, type)}`
  })
  return [
    sql`create table ${sql.table(table)} (
      tenant ${dialect.text} not null,
      id ${dialect.text} not null,
      revision integer not null,
      document ${dialect.document} not null
      ${sql.join(generated, sql` `)},
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
