import type { DefinitionOf, Resource } from '../kernel/resource.ts'
import { type AwaitedEvent, eventsAwaitedBy, withNew } from './awaited-events.ts'
import type { Calendar } from './calendar.ts'
import type { SpecificationChange } from './decide-specification.ts'
import { defaultJourneySpecification } from './default-specification.ts'
import type { JourneySpecification, MilestoneRules } from './journey-specification.ts'

/** The id of the one catalogue that there is. */
export const JOURNEY_CATALOG_ID = 'default'

/**
 * What new orders may follow, in one place, so that placing an order reads one row: rewritten in the transaction of whatever changes a
 * specification's lifecycle or a calendar, which therefore come one after the other. Absent: nothing but the built-in default.
 */
export interface JourneyCatalog extends Resource {
  /** All that are active. */
  specification: JourneySpecification[]
  /** Those that the plans of the specifications count in. */
  calendar: Calendar[]
  /** The highest version of each key that was ever made: none is used twice, also when a draft was deleted. */
  lastVersion: { [key: string]: number }
  /**
   * What milestones wait for beside what happens to their own order: of every version that was ever in use, as orders may still follow it,
   * and of those that were added to one order alone. Absent: that of the specifications.
   */
  awaited?: AwaitedEvent[]
  /** Whether milestones wait for what the FMS tells, of every version that was ever in use or of one order alone. */
  awaitsFms?: boolean
}

/** Internal: served by no API. */
export const journeyCatalogDefinition = {
  name: 'journeyCatalog',
  type: 'JourneyCatalog',
  stateAttribute: '@type',
  mandatory: ['specification', 'calendar', 'lastVersion'],
  indexed: []
} as const satisfies DefinitionOf<JourneyCatalog>

/** Before anybody has changed anything. */
export const initialJourneyCatalog: JourneyCatalog = {
  id: JOURNEY_CATALOG_ID,
  '@type': journeyCatalogDefinition.type,
  specification: [defaultJourneySpecification],
  calendar: [],
  lastVersion: { [defaultJourneySpecification.key]: defaultJourneySpecification.version }
}

/** The number of the latest version of a journey, 0 when there is none. */
export function lastVersionOf({ lastVersion }: JourneyCatalog, key: string): number {
  return Object.hasOwn(lastVersion, key) ? lastVersion[key]! : 0
}

export function withVersion(
  catalog: JourneyCatalog,
  { key, version }: Pick<JourneySpecification, 'key' | 'version'>
): JourneyCatalog {
  return { ...catalog, lastVersion: { ...catalog.lastVersion, [key]: version } }
}

/**
 * The catalogue after a specification was taken into or out of use.
 *
 * @param calendars those that the specification counts in
 */
export function withChange(
  catalog: JourneyCatalog,
  { specification, retired }: SpecificationChange,
  calendars: readonly Calendar[] = []
): JourneyCatalog {
  const gone = new Set([specification.id, ...retired.map(({ id }) => id)])
  const kept = catalog.specification.filter(({ id }) => !gone.has(id))
  const active = specification.lifecycleStatus === 'active' ? [...kept, specification] : kept
  const known = new Map([...catalog.calendar, ...calendars].map(each => [each.id, each]))
  const calendar = calendarsIn(active).flatMap(id => known.get(id) ?? [])
  const { milestone, activatedAt = EVER, lifecycleStatus } = specification
  const waiting = lifecycleStatus === 'active' ? withAwaited(catalog, milestone, activatedAt) : catalog
  const awaited = awaitedIn(waiting)
  return {
    ...catalog,
    specification: active,
    calendar,
    ...(awaited.length > 0 && { awaited: [...awaited] }),
    ...(awaitsFms(waiting) && { awaitsFms: true })
  }
}

/** What milestones wait for beside what happens to their own order. */
export function awaitedIn({ awaited, specification }: JourneyCatalog): readonly AwaitedEvent[] {
  return awaited ?? specification.flatMap(({ milestone, activatedAt = EVER }) => eventsAwaitedBy(milestone, activatedAt))
}

/** The same catalogue when nothing is new in what these milestones wait for. */
export function withAwaited(
  catalog: JourneyCatalog,
  milestones: readonly Pick<MilestoneRules, 'reachedBy'>[],
  since: string
): JourneyCatalog {
  const known = awaitedIn(catalog)
  const awaited = withNew(known, eventsAwaitedBy(milestones, since))
  const isNewForFms = !awaitsFms(catalog) && milestones.some(waitsForFms)
  const following = awaited.length === known.length ? catalog : { ...catalog, awaited }
  return isNewForFms ? { ...following, awaitsFms: true } : following
}

/** Whether any order may wait for what the FMS tells. */
export function awaitsFms({ awaitsFms: isKnown, specification }: JourneyCatalog): boolean {
  return isKnown ?? specification.some(({ milestone }) => milestone.some(waitsForFms))
}

function waitsForFms({ reachedBy }: Pick<MilestoneRules, 'reachedBy'>): boolean {
  return reachedBy.by === 'serviceOrder'
}

/** Of a specification that was never activated: the one that is built in. */
const EVER = new Date(0).toISOString()

/** The same calendars, one of them as it is now. */
export function withCalendar(catalog: JourneyCatalog, calendar: Calendar): JourneyCatalog {
  return { ...catalog, calendar: catalog.calendar.map(each => (each.id === calendar.id ? calendar : each)) }
}

/** The ids of the calendars that plans count in. */
export function calendarsIn(specifications: readonly Pick<JourneySpecification, 'milestone'>[]): string[] {
  const ids = specifications.flatMap(({ milestone }) => milestone.map(({ plan }) => plan?.calendar))
  return [...new Set(ids.filter(id => id !== undefined))]
}
