import { changeEvents } from '../events/events-of-change.ts'
import { type JourneySpecification, journeySpecificationDefinition } from '../journey/journey-specification.ts'
import { DomainError } from '../kernel/errors.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { StoredResource } from '../kernel/resource.ts'
import type { Transaction } from '../ports/unit-of-work.ts'
import { type ChangeDependencies, eventSource } from './change-dependencies.ts'

/** Which specification is meant, and what the caller believes it to be, as in `Change`. */
export interface SpecificationToChange {
  readonly id: string
  readonly expects?: (current: StoredResource) => boolean
}

export interface StoredSpecification {
  readonly stored: StoredResource
  readonly specification: JourneySpecification
}

/** @throws {DomainError} `notFound`, `staleRevision` */
export async function specificationWith(
  transaction: Pick<Transaction, 'get'>,
  { id, expects }: SpecificationToChange
): Promise<StoredSpecification> {
  const stored = await transaction.get(journeySpecificationDefinition, id)
  if (!stored) throw new DomainError('notFound', 'there is no journeySpecification with this id')
  if (expects && !expects(stored)) {
    throw new DomainError('staleRevision', 'the journeySpecification has changed since it was read')
  }
  return { stored, specification: JSON.parse(stored.document) as JourneySpecification }
}

/** Stores a specification as it has become, and tells of it. */
export function storeSpecification(
  dependencies: ChangeDependencies,
  transaction: Transaction,
  { stored: current, specification: before }: StoredSpecification,
  after: JourneySpecification,
  context: RequestContext
): StoredResource {
  const stored = transaction.update(journeySpecificationDefinition, current, after)
  const source = eventSource(dependencies, context)
  for (const event of changeEvents(source, journeySpecificationDefinition, { before, after, stored })) transaction.publish(event)
  return stored
}
