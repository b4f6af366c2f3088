import { JOURNEY_CATALOG_ID, journeyCatalogDefinition } from '../journey/journey-catalog.ts'
import { openCatalog } from './change-catalog.ts'
import { type EnsureDependencies, ensureResource } from './ensure-resource.ts'

/**
 * Stores the journey that is built in, unless that was done before: to be called when a program starts, so that it can be read like others.
 * Orders follow it in any case.
 */
export function ensureJourneys(dependencies: EnsureDependencies, tenant: string): Promise<void> {
  return ensureResource(dependencies, { tenant, definition: journeyCatalogDefinition, id: JOURNEY_CATALOG_ID }, openCatalog)
}
