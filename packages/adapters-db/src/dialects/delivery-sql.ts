import type { RawBuilder, SqlBool } from 'kysely'

/** What the queue of deliveries says differently on the two engines. */
export interface DeliverySql {
  /** A JSON array of objects as an item of FROM, called `v`. */
  rows(json: unknown, columns: Readonly<Record<string, 'text' | 'bigint'>>): RawBuilder<unknown>
  /** Whether a delivery's id is among those that a query of few rows finds; found by the key however the query is estimated. */
  isAmong(ids: RawBuilder<unknown>): RawBuilder<SqlBool>
  /** The columns that say which event a delivery is of. */
  readonly eventColumns: RawBuilder<unknown>
  /** Their values, from a cursor. */
  eventPlace(cursor: RawBuilder<unknown>): RawBuilder<unknown>
  /** And back. */
  readonly eventCursor: RawBuilder<string>
  /**
   * Columns of the events at some places, found by these however many events there are.
   *
   * @param cursors JSON: `[{ cursor }]`
   */
  eventsAt(columns: RawBuilder<unknown>, cursors: unknown): RawBuilder<unknown>
  /** Whether the event is that of the delivery `d`. */
  readonly isEventOfDelivery: RawBuilder<SqlBool>
  /** The database's own clock, in milliseconds. */
  readonly clockMs: RawBuilder<number>
  /** Whether several processes may change rows at the same time. */
  readonly isShared: boolean
  /** The token of a new claim: greater than those before it, also than those that a crash has undone while somebody still holds them. */
  readonly nextToken: RawBuilder<number>
  /** The same of a delivery that is claimed as it is made. */
  readonly firstToken: RawBuilder<number>
  /** Ends a query: others wait who want to change what it found. */
  readonly forUpdate: RawBuilder<unknown>
  /** The same, leaving out what others are changing. */
  readonly forUpdateSkipLocked: RawBuilder<unknown>
  /**
   * Finds deliveries to claim, so many at most in each of the lanes, the longest due first.
   *
   * @param lanes JSON: `[{ lane, due }]`, what is due by then in milliseconds
   */
  claimable(lanes: unknown, limitOfLane: unknown): RawBuilder<unknown>
}
