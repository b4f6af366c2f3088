import type { SqliteConnection } from './sqlite-connection.ts'

/**
 * What the reads of one turn of the event loop see: a snapshot for each read by itself would cost two locks, a quarter of a read by id.
 * What this process commits ends it, so whoever is told of a commit sees it.
 */
export class SqliteSnapshot {
  readonly #connection: SqliteConnection
  readonly #begin: () => void
  readonly #end: () => void
  #isTaken = false

  constructor(connection: SqliteConnection) {
    const begin = connection.prepare('begin')
    const end = connection.prepare('commit')
    this.#connection = connection
    this.#begin = () => void begin.run()
    this.#end = () => void end.run()
  }

  /** Before a read. */
  take(): void {
    if (this.#isTaken) return
    this.#begin()
    this.#isTaken = true
    setImmediate(this.release)
  }

  /** Before a commit, and at the end of the turn. */
  readonly release = (): void => {
    if (!this.#isTaken) return
    this.#isTaken = false
    const { open, inTransaction } = this.#connection.database
    if (open && inTransaction) this.#end()
  }
}
