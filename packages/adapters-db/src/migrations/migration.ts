import type { RawBuilder } from 'kysely'

/** What a migration says differently on the two engines. */
export interface MigrationDialect {
  readonly name: 'sqlite' | 'postgres'
  /** A text that compares by code point. */
  readonly text: RawBuilder<unknown>
  readonly document: RawBuilder<unknown>
  readonly bigint: RawBuilder<unknown>
  /** Ends `create table`. */
  readonly tableOptions: RawBuilder<unknown>
  /** Ends `create table` where the primary key is all there is to find a row by. */
  readonly keyOnlyTableOptions: RawBuilder<unknown>
  /**
   * The rest of a column's definition that the engine computes from the document: the value at a path of single values, when it has
   * the type; otherwise null.
   */
  generated(path: string, type: 'string' | 'number' | 'boolean' | 'dateTime'): RawBuilder<unknown>
}

/** One step of the schema. Written out, and never edited after it has been released. */
export interface Migration {
  readonly name: string
  statements(dialect: MigrationDialect): readonly RawBuilder<unknown>[]
}
