import type { EngineName } from './options.ts'

/** One of the databases that the server runs on, with data sets in it. */
export interface EngineUnderTest {
  readonly name: EngineName
  /** For people, with its version. */
  readonly title: string
  /** The url of a data set of so many customers, to be read only. */
  dataSet(rows: number): Promise<string>
  /** The url of a copy that may be changed. */
  copy(rows: number): Promise<string>
  /** The same in a database server of its own where the engine has one, for measures that let one side rest while the other works. */
  apart(rows: number): Promise<DatabaseApart>
  /** The same rows in a table without further indexes: what the floor inserts into. */
  plainCopy(rows: number): Promise<string>
  /** The script in floors/. */
  readonly floorScript: string
  close(): Promise<void>
}

export interface DatabaseApart {
  readonly url: string
  /** Lets its server rest, with whatever it would do by itself: vacuum, checkpoints. */
  pause(): void
  resume(): void
  close(): Promise<void>
}
