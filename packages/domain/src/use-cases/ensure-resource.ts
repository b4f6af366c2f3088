import type { ResourceDefinition } from '../kernel/resource.ts'
import type { ResourceStore } from '../ports/resource-store.ts'
import type { Transaction, UnitOfWork } from '../ports/unit-of-work.ts'

export interface EnsureDependencies {
  readonly store: Pick<ResourceStore, 'get'>
  readonly unitOfWork: UnitOfWork
}

/**
 * Stores a resource of which there is one, unless that was done before.
 *
 * @param insert may run when it is there already, and does nothing then
 */
export async function ensureResource(
  { store, unitOfWork }: EnsureDependencies,
  { tenant, definition, id }: { readonly tenant: string; readonly definition: ResourceDefinition; readonly id: string },
  insert: (transaction: Transaction) => Promise<unknown>
): Promise<void> {
  const isThere = async () => (await store.get(tenant, definition, id)) !== undefined
  if (await isThere()) return
  try {
    await unitOfWork.run(tenant, async transaction => void (await insert(transaction)))
  } catch (error) {
    // Another program that starts at the same moment may have been faster.
    if (!(await isThere())) throw error
  }
}
