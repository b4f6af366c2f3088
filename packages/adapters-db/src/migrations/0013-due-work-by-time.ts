import { sql } from 'kysely'
import type { Migration } from './migration.ts'

/**
 * PostgreSQL finds due work by its key in whatever index looks as cheap, and while there is next to nothing due they all do: the plan is kept,
 * and reads everything of a kind once there is much. An index of what meets a condition serves nobody who does not say so.
 */
export const dueWorkByTime: Migration = {
  name: '0013-due-work-by-time',
  statements: ({ name }) =>
    name === 'postgres'
      ? [
          sql`drop index due_work_claimable`,
          sql`create index due_work_claimable on due_work (kind, claimable_at_ms) where claimable_at_ms >= -8640000000000000`
        ]
      : []
}
