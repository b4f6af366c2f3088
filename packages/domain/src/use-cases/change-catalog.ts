import type { Calendar } from '../journey/calendar.ts'
import { calendarDefinition } from '../journey/calendar.ts'
import { defaultJourneySpecification } from '../journey/default-specification.ts'
import {
  awaitsFms,
  calendarsIn,
  initialJourneyCatalog,
  JOURNEY_CATALOG_ID,
  type JourneyCatalog,
  journeyCatalogDefinition,
  withAwaited
} from '../journey/journey-catalog.ts'
import {
  type JourneySpecification,
  journeySpecificationDefinition,
  type MilestoneRules
} from '../journey/journey-specification.ts'
import type { StoredResource } from '../kernel/resource.ts'
import type { Transaction } from '../ports/unit-of-work.ts'
import { catalogIn, journeysInUse } from './journeys-in-use.ts'
import { wantMore } from './keep-subscribed.ts'

export interface OpenCatalog {
  readonly stored: StoredResource
  readonly catalog: JourneyCatalog
}

/**
 * The catalogue, to be changed. The first time it is stored, and with it the journey that is built in, so that this is a resource like
 * others. Whoever changes what the catalogue is made of stores it again, changed or not: so two of them come one after the other.
 */
export async function openCatalog(transaction: Transaction): Promise<OpenCatalog> {
  const stored = await transaction.get(journeyCatalogDefinition, JOURNEY_CATALOG_ID)
  if (stored) return { stored, catalog: catalogIn(stored) }
  transaction.insert(journeySpecificationDefinition, defaultJourneySpecification)
  return { stored: transaction.insert(journeyCatalogDefinition, initialJourneyCatalog), catalog: initialJourneyCatalog }
}

export function storeCatalog(transaction: Transaction, { stored }: OpenCatalog, catalog: JourneyCatalog): void {
  transaction.update(journeyCatalogDefinition, stored, catalog)
}

/** Has events looked at that these milestones wait for, where nobody has waited for such before. */
export async function awaitEvents(
  transaction: Transaction,
  milestones: readonly Pick<MilestoneRules, 'reachedBy'>[],
  since: string
): Promise<void> {
  const withThese = (catalog: JourneyCatalog) => withAwaited(catalog, milestones, since)
  const catalog = await journeysInUse(transaction)
  if (withThese(catalog) === catalog) return
  const open = await openCatalog(transaction)
  await storeWithMoreAwaited(transaction, open, withThese(open.catalog), since)
}

/** Stores the catalogue after milestones have come into use. */
export async function storeWithMoreAwaited(
  transaction: Transaction,
  open: OpenCatalog,
  catalog: JourneyCatalog,
  now: string
): Promise<void> {
  storeCatalog(transaction, open, catalog)
  if (awaitsFms(catalog) && !awaitsFms(open.catalog)) await wantMore(transaction, now)
}

/** The calendars that a specification counts in, as far as there are any with these ids. */
export async function calendarsOf(
  transaction: Pick<Transaction, 'get'>,
  specification: Pick<JourneySpecification, 'milestone'>
): Promise<Calendar[]> {
  const found: Calendar[] = []
  for (const id of calendarsIn([specification])) {
    const stored = await transaction.get(calendarDefinition, id)
    if (stored) found.push(JSON.parse(stored.document) as Calendar)
  }
  return found
}

export function idsOf(resources: readonly { readonly id: string }[]): ReadonlySet<string> {
  return new Set(resources.map(({ id }) => id))
}
