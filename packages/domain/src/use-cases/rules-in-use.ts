import {
  initialProvisioningCatalog,
  PROVISIONING_CATALOG_ID,
  type ProvisioningCatalog,
  provisioningCatalogDefinition
} from '../fulfilment/provisioning-catalog.ts'
import type { StoredResource } from '../kernel/resource.ts'
import type { Transaction } from '../ports/unit-of-work.ts'

/** Compared as a whole, which costs little beside parsing: what another store holds is never taken for it. */
let lastRead: { readonly document: string; readonly catalog: ProvisioningCatalog } | undefined

/** The rules that items are provisioned by: one look-up, and nothing is parsed as long as nothing changes. */
export async function rulesInUse(transaction: Pick<Transaction, 'get'>): Promise<ProvisioningCatalog> {
  const stored = await transaction.get(provisioningCatalogDefinition, PROVISIONING_CATALOG_ID)
  return stored ? provisioningCatalogIn(stored) : initialProvisioningCatalog
}

/** What is stored. Others get the same object: it is never changed. */
export function provisioningCatalogIn({ document }: StoredResource): ProvisioningCatalog {
  if (lastRead?.document !== document) lastRead = { document, catalog: JSON.parse(document) as ProvisioningCatalog }
  return lastRead.catalog
}
