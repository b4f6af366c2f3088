import {
  type Change,
  changeResource,
  createResource,
  deleteResource,
  mergePatch,
  type OrderDependencies,
  type Outcome,
  type RequestContext,
  type Resource,
  type ResourceDefinition,
  type ResourceStore,
  type StoredResource
} from '@crm-lite/domain'
import type { TrackingLink } from '../tracking/tracking-link.ts'

/** What the operations of resources work with. */
export type ResourceServices = OrderDependencies & {
  readonly store: ResourceStore
  /** Makes the address of a tracker for an order that is placed; absent: there is none. */
  readonly newTrackingLink?: () => TrackingLink
}

export interface Created extends Outcome {
  /** What the answer carries besides the usual. */
  readonly headers?: Readonly<Record<string, string>>
}

/** What the operations of a resource do: use cases, and what is peculiar to it. */
export interface ResourceHandlers {
  create(services: ResourceServices, input: Omit<Resource, 'id'>, context: RequestContext): Promise<Created>
  change(services: ResourceServices, change: Change, context: RequestContext): Promise<Outcome>
  remove(services: ResourceServices, removal: Pick<Change, 'id' | 'expects'>, context: RequestContext): Promise<Outcome>
  /** What a merge patch makes of a resource. */
  merge(resource: unknown, patch: unknown): unknown
  /** What is not kept of it. */
  compute(services: ResourceServices, tenant: string, stored: StoredResource): Promise<Readonly<Record<string, unknown>>>
}

/** What is done with a resource about which there is nothing peculiar. */
export function plainHandlers(definition: ResourceDefinition): ResourceHandlers {
  return {
    create: (services, input, context) => createResource(services, definition, input, context),
    change: (services, change, context) => changeResource(services, definition, change, context),
    remove: (services, removal, context) => deleteResource(services, definition, removal, context),
    merge: mergePatch,
    compute: async () => ({})
  }
}
