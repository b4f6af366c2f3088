import type { Migration } from './migration.ts'
import { computedTable } from './resource-table.ts'

/** How far the events were looked at that milestones wait for. */
export const journeyFollower: Migration = {
  name: '0007-journey-follower',
  statements: dialect => computedTable(dialect, 'journey_follower', {})
}
