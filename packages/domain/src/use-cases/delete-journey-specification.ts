import { deletionEvents } from '../events/events-of-change.ts'
import { refusalToDeleteSpecification } from '../journey/decide-specification.ts'
import { journeySpecificationDefinition as definition, type JourneySpecification } from '../journey/journey-specification.ts'
import { insist } from '../kernel/refusal.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { Outcome } from '../ports/unit-of-work.ts'
import { type ChangeDependencies, eventSource } from './change-dependencies.ts'
import { doOnce } from './do-once.ts'
import { type ResourceToChange, resourceWith } from './stored-resource.ts'

/**
 * Removes a draft.
 *
 * @throws {DomainError} `notFound`, `staleRevision`, `notDeletable` when it is or was in use, `idempotencyKeyReused`
 */
export function deleteJourneySpecification(
  dependencies: ChangeDependencies,
  toDelete: ResourceToChange,
  context: RequestContext
): Promise<Outcome> {
  return dependencies.unitOfWork.run(context.tenant, transaction =>
    doOnce(transaction, context, async () => {
      const { stored, resource } = await resourceWith<JourneySpecification>(transaction, definition, toDelete)
      insist(refusalToDeleteSpecification(resource))
      transaction.delete(definition, stored)
      const source = eventSource(dependencies, context)
      for (const event of deletionEvents(source, definition, stored)) transaction.publish(event)
      return { kind: 'deleted', stored }
    })
  )
}
