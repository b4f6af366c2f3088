import { type RawBuilder, sql } from 'kysely'
import { StartRefused } from '../start-refused.ts'
import { migrations } from './index.ts'
import type { Migration, MigrationDialect } from './migration.ts'

export type RunStatement = (statement: RawBuilder<unknown>) => Promise<readonly (readonly unknown[])[]>

/** Runs statements inside one transaction that excludes every other process that migrates. */
export interface MigrationRunner {
  readonly dialect: MigrationDialect
  exclusively<T>(work: (run: RunStatement) => Promise<T>): Promise<T>
}

/**
 * Brings the schema to the newest version, all steps or none.
 *
 * @returns the names of the migrations that were applied now
 * @throws {StartRefused} when the database was migrated by a newer version
 */
export function migrate(runner: MigrationRunner, all: readonly Migration[] = migrations): Promise<string[]> {
  const { text, tableOptions } = runner.dialect
  return runner.exclusively(async run => {
    await run(
      sql`create table if not exists schema_migration (name ${text} primary key, applied_at ${text} not null) ${tableOptions}`
    )
    const applied = new Set((await run(sql`select name from schema_migration`)).map(([name]) => String(name)))
    const unknown = [...applied].find(name => !all.some(each => each.name === name))
    if (unknown) throw new StartRefused(`the database has the migration ${unknown} of a newer version of this program`)
    const pending = all.filter(each => !applied.has(each.name))
    for (const migration of pending) {
      for (const statement of migration.statements(runner.dialect)) await run(statement)
      await run(sql`insert into schema_migration (name, applied_at) values (${migration.name}, ${new Date().toISOString()})`)
    }
    return pending.map(each => each.name)
  })
}
