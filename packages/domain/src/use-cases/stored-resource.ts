import { changeEvents } from '../events/events-of-change.ts'
import { DomainError } from '../kernel/errors.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { Resource, ResourceDefinition, StoredResource } from '../kernel/resource.ts'
import type { Transaction } from '../ports/unit-of-work.ts'
import { type ChangeDependencies, eventSource } from './change-dependencies.ts'

/** Which resource is meant, and what the caller believes it to be, as in `Change`. */
export interface ResourceToChange {
  readonly id: string
  readonly expects?: (current: StoredResource) => boolean
}

/** A resource as it is stored, and what is in it. */
export interface Loaded<R extends Resource> {
  readonly stored: StoredResource
  readonly resource: R
}

/**
 * @param definition of resources of the type
 * @throws {DomainError} `notFound`, `staleRevision`
 */
export async function resourceWith<R extends Resource>(
  transaction: Pick<Transaction, 'get'>,
  definition: ResourceDefinition,
  { id, expects }: ResourceToChange
): Promise<Loaded<R>> {
  const stored = await transaction.get(definition, id)
  if (!stored) throw new DomainError('notFound', `there is no ${definition.name} with this id`)
  if (expects && !expects(stored)) {
    throw new DomainError('staleRevision', `the ${definition.name} has changed since it was read`)
  }
  return { stored, resource: JSON.parse(stored.document) as R }
}

/** Stores a resource as it has become, and tells of it. */
export function storeChange<R extends Resource>(
  dependencies: ChangeDependencies,
  transaction: Transaction,
  definition: ResourceDefinition,
  { before: { stored: current, resource: before }, after }: { readonly before: Loaded<R>; readonly after: R },
  context: RequestContext
): StoredResource {
  const stored = transaction.update(definition, current, after)
  const source = eventSource(dependencies, context)
  for (const event of changeEvents(source, definition, { before, after, stored })) transaction.publish(event)
  return stored
}
