import { deletionEvents } from '../events/events-of-change.ts'
import { refusalToDeleteSpecification } from '../journey/decide-specification.ts'
import { journeySpecificationDefinition } from '../journey/journey-specification.ts'
import { insist } from '../kernel/refusal.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { Outcome } from '../ports/unit-of-work.ts'
import { type ChangeDependencies, eventSource } from './change-dependencies.ts'
import { doOnce } from './do-once.ts'
import { type SpecificationToChange, specificationWith } from './stored-specification.ts'

/**
 * Removes a draft.
 *
 * @throws {DomainError} `notFound`, `staleRevision`, `notDeletable` when it is or was in use, `idempotencyKeyReused`
 */
export function deleteJourneySpecification(
  dependencies: ChangeDependencies,
  toDelete: SpecificationToChange,
  context: RequestContext
): Promise<Outcome> {
  return dependencies.unitOfWork.run(context.tenant, transaction =>
    doOnce(transaction, context, async () => {
      const { stored, specification } = await specificationWith(transaction, toDelete)
      insist(refusalToDeleteSpecification(specification))
      transaction.delete(journeySpecificationDefinition, stored)
      const source = eventSource(dependencies, context)
      for (const event of deletionEvents(source, journeySpecificationDefinition, stored)) transaction.publish(event)
      return { kind: 'deleted', stored }
    })
  )
}
