import type { DefinitionOf, Resource } from '../kernel/resource.ts'
import type { Calendar } from './calendar.ts'
import { defaultJourneySpecification } from './default-specification.ts'
import type { JourneySpecification } from './journey-specification.ts'

/** The id of the one catalogue that there is. */
export const JOURNEY_CATALOG_ID = 'default'

/**
 * What new orders may follow, in one place, so that placing an order reads one row: rewritten in the transaction of whatever changes a
 * specification's lifecycle or a calendar. Absent: nothing but the built-in default.
 */
export interface JourneyCatalog extends Resource {
  /** All that are active. */
  specification: JourneySpecification[]
  /** Those that the plans of the specifications count in. */
  calendar: Calendar[]
}

/** Internal: served by no API. */
export const journeyCatalogDefinition = {
  name: 'journeyCatalog',
  type: 'JourneyCatalog',
  stateAttribute: '@type',
  mandatory: ['specification', 'calendar'],
  indexed: []
} as const satisfies DefinitionOf<JourneyCatalog>

/** Before anybody has changed anything. */
export const initialJourneyCatalog: JourneyCatalog = {
  id: JOURNEY_CATALOG_ID,
  '@type': journeyCatalogDefinition.type,
  specification: [defaultJourneySpecification],
  calendar: []
}
