import { PROVISIONING_CATALOG_ID, provisioningCatalogDefinition } from '../fulfilment/provisioning-catalog.ts'
import { openProvisioningCatalog } from './change-provisioning-catalog.ts'
import { type EnsureDependencies, ensureResource } from './ensure-resource.ts'

/**
 * Stores that there are no provisioning rules yet, unless that was done before: to be called when a program starts, so that two people who
 * make the first ones at the same moment do not get in each other's way.
 */
export function ensureProvisioningRules(dependencies: EnsureDependencies, tenant: string): Promise<void> {
  const catalog = { tenant, definition: provisioningCatalogDefinition, id: PROVISIONING_CATALOG_ID }
  return ensureResource(dependencies, catalog, openProvisioningCatalog)
}
