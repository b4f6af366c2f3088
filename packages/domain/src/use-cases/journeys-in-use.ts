import {
  initialJourneyCatalog,
  JOURNEY_CATALOG_ID,
  type JourneyCatalog,
  journeyCatalogDefinition
} from '../journey/journey-catalog.ts'
import type { StoredResource } from '../kernel/resource.ts'
import type { Transaction } from '../ports/unit-of-work.ts'

/** Compared as a whole, which costs little beside parsing: what another store holds is never taken for it. */
let lastRead: { readonly document: string; readonly catalog: JourneyCatalog } | undefined

/**
 * The journeys that new orders can follow, and the calendars of these: one look-up, and nothing is parsed as long as nothing changes.
 * There is always one that is for every order.
 */
export async function journeysInUse(transaction: Pick<Transaction, 'get'>): Promise<JourneyCatalog> {
  const stored = await transaction.get(journeyCatalogDefinition, JOURNEY_CATALOG_ID)
  return stored ? catalogIn(stored) : initialJourneyCatalog
}

/** What is stored. Others get the same object: it is never changed. */
export function catalogIn({ document }: StoredResource): JourneyCatalog {
  if (lastRead?.document !== document) lastRead = { document, catalog: JSON.parse(document) as JourneyCatalog }
  return lastRead.catalog
}
