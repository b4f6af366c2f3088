import { deletionEvents } from '../events/events-of-change.ts'
import { DomainError } from '../kernel/errors.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { ResourceDefinition, StoredResource } from '../kernel/resource.ts'
import type { Outcome } from '../ports/unit-of-work.ts'
import { type ChangeDependencies, eventSource } from './change-dependencies.ts'
import { doOnce } from './do-once.ts'

/**
 * Removes a resource.
 *
 * @param removal `expects` as in `Change`
 * @throws {DomainError} `notFound`, `staleRevision`, `idempotencyKeyReused`
 */
export function deleteResource(
  dependencies: ChangeDependencies,
  definition: ResourceDefinition,
  removal: { readonly id: string; readonly expects?: (current: StoredResource) => boolean },
  context: RequestContext
): Promise<Outcome> {
  return dependencies.unitOfWork.run(context.tenant, transaction =>
    doOnce(transaction, context, async () => {
      const current = await transaction.get(definition, removal.id)
      if (!current) throw new DomainError('notFound', `there is no ${definition.name} with this id`)
      if (removal.expects && !removal.expects(current)) {
        throw new DomainError('staleRevision', `the ${definition.name} has changed since it was read`)
      }
      transaction.delete(definition, current)
      for (const event of deletionEvents(eventSource(dependencies, context), definition, current)) transaction.publish(event)
      return { kind: 'deleted', stored: current }
    })
  )
}
