import type { DefinitionOf, Resource } from '../kernel/resource.ts'

/** The id of the one follower that there is. */
export const JOURNEY_FOLLOWER_ID = 'default'

/** How far the events were looked at that milestones wait for: shared by everybody who looks. Absent: nobody has looked yet. */
export interface JourneyFollower extends Resource {
  /** In the event log. */
  cursor: string
  /** When it was stored. */
  date: string
}

/** Internal: served by no API. */
export const journeyFollowerDefinition = {
  name: 'journeyFollower',
  type: 'JourneyFollower',
  stateAttribute: '@type',
  mandatory: ['cursor', 'date'],
  indexed: []
} as const satisfies DefinitionOf<JourneyFollower>
