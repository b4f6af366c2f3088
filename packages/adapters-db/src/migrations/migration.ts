import type { RawBuilder } from 'kysely'

export type IndexedType = 'string' | 'number' | 'boolean' | 'dateTime'

/** What a column holds of a document. */
export interface ColumnOfDocument {
  readonly type: RawBuilder<unknown>
  /** An expression on the column `document`. */
  readonly value: RawBuilder<unknown>
}

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
  generated(path: string, type: IndexedType): RawBuilder<unknown>
  /** The same for a column that is written like any other. */
  columnOf(path: string, type: IndexedType): ColumnOfDocument
}

/** One step of the schema. Written out, and never edited after it has been released. */
export interface Migration {
  readonly name: string
  statements(dialect: MigrationDialect): readonly RawBuilder<unknown>[]
}
