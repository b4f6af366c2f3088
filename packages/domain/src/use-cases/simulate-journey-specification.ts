import { type JourneySpecification, journeySpecificationDefinition } from '../journey/journey-specification.ts'
import { type Simulation, simulateJourney } from '../journey/simulate.ts'
import { insist } from '../kernel/refusal.ts'
import type { ResourceDefinition } from '../kernel/resource.ts'
import { acknowledgeOrder } from '../ordering/acknowledge-order.ts'
import type { ResourceStore } from '../ports/resource-store.ts'
import type { NewProductOrder } from '../resources/product-order.ts'
import { calendarsOf } from './change-catalog.ts'
import { resourceWith } from './stored-resource.ts'

/** An order that nobody places, and when it would be. */
export interface OrderToSimulate {
  /** Its structure has been checked. */
  readonly order: NewProductOrder
  readonly start: Date
}

/**
 * The dates that an order would get, would it follow a specification, in use or not. Nothing is stored.
 *
 * @throws {DomainError} `notFound`, `missingAttribute`, `invalidValue`
 */
export async function simulateJourneySpecification(
  { store }: { readonly store: Pick<ResourceStore, 'get'> },
  { tenant, id }: { readonly tenant: string; readonly id: string },
  { order, start }: OrderToSimulate
): Promise<Simulation> {
  const reader = { get: async (definition: ResourceDefinition, id: string) => store.get(tenant, definition, id) }
  const { resource } = await resourceWith<JourneySpecification>(reader, journeySpecificationDefinition, { id })
  const acknowledged = insist(acknowledgeOrder(order, { id: 'simulation', now: start }))
  return simulateJourney(resource, acknowledged, start, await calendarsOf(reader, resource))
}
