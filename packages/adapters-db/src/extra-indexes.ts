import { type IndexedAttribute, resourceDefinitions } from '@crm-lite/domain'
import { sql } from 'kysely'
import type { ExtraIndexes } from './kysely-unit-of-work.ts'
import type { MigrationRunner, RunStatement } from './migrations/migrate.ts'
import { StartRefused } from './start-refused.ts'
import { tableOf } from './table-names.ts'

/**
 * Adds the indexes that configuration asks for and that are not there yet. The engine computes their columns from the document, so
 * they are right whoever writes, also a server that does not know of them.
 *
 * @throws {StartRefused} when an attribute can't be indexed
 */
export async function addExtraIndexes(runner: MigrationRunner, extraIndexes: ExtraIndexes): Promise<void> {
  for (const [resource, attributes] of Object.entries(extraIndexes)) {
    const definition = resourceDefinitions.find(each => each.name === resource)
    if (!definition) throw new StartRefused(`there is no resource ${resource} to index`)
    const table = tableOf(definition)
    for (const attribute of attributes) {
      if (attribute.many)
        throw new StartRefused(
          `${resource}.${attribute.path} can have many values: only single values can be indexed by configuration`
        )
      await runner
        .exclusively(run => addIndex(run, runner, table, attribute))
        .catch(cause => {
          throw new StartRefused(`cannot index ${resource}.${attribute.path}: ${(cause as Error).message}`, { cause })
        })
    }
  }
}

async function addIndex(
  run: RunStatement,
  { dialect }: MigrationRunner,
  table: string,
  { name, path, type }: IndexedAttribute
): Promise<void> {
  const columns =
    dialect.name === 'sqlite'
      ? sql`select name from pragma_table_xinfo(${table})`
      : sql`select column_name from information_schema.columns where table_schema = current_schema() and table_name = ${table}`
  if ((await run(columns)).some(([existing]) => existing === name)) return
  await run(sql`alter table ${sql.table(table)} add column ${sql.ref(name)} ${dialect.generated(path, type)}`)
  await run(sql`create index ${sql.ref(`${table}_${name}`)} on ${sql.table(table)} (tenant, ${sql.ref(name)}, id)`)
}
