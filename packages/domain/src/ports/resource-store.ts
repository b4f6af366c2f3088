import type { ResourceDefinition, StoredResource } from '../kernel/resource.ts'
import type { ListQuery, Position } from '../query/selection.ts'

export interface Page {
  readonly items: readonly StoredResource[]
  /** The exact number of resources that match, when it was asked for. */
  readonly total?: number
  /** Where the next page starts; absent on the last one. */
  readonly next?: Position
}

/**
 * Reads what is committed.
 *
 * @throws {DomainError} `filterTooCostly`, `tooManyScans` from `list`; `unavailable` when the store can't be reached
 */
export interface ResourceStore {
  /** A promise only where something must be waited for: most of what is asked of a store is one resource. */
  get(
    tenant: string,
    definition: ResourceDefinition,
    id: string
  ): Promise<StoredResource | undefined> | StoredResource | undefined
  list(tenant: string, definition: ResourceDefinition, query: ListQuery): Promise<Page>
}
