import type { Migration } from './migration.ts'
import { resourceTable } from './resource-table.ts'

/** How far the events were looked at that milestones wait for. */
export const journeyFollower: Migration = {
  name: '0007-journey-follower',
  statements: dialect => resourceTable(dialect, 'journey_follower', {})
}
