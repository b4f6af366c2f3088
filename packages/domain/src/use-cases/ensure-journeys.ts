import { JOURNEY_CATALOG_ID, journeyCatalogDefinition } from '../journey/journey-catalog.ts'
import type { ResourceStore } from '../ports/resource-store.ts'
import type { UnitOfWork } from '../ports/unit-of-work.ts'
import { openCatalog } from './change-catalog.ts'

/**
 * Stores the journey that is built in, unless that was done before: to be called when a program starts, so that it can be read like others.
 * Orders follow it in any case.
 */
export async function ensureJourneys(
  { store, unitOfWork }: { readonly store: ResourceStore; readonly unitOfWork: UnitOfWork },
  tenant: string
): Promise<void> {
  const isThere = async () => (await store.get(tenant, journeyCatalogDefinition, JOURNEY_CATALOG_ID)) !== undefined
  if (await isThere()) return
  try {
    await unitOfWork.run(tenant, async transaction => void (await openCatalog(transaction)))
  } catch (error) {
    // Another program that starts at the same moment may have been faster.
    if (!(await isThere())) throw error
  }
}
