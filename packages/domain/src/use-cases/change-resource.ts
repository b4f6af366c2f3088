import { changeEvents } from '../events/events-of-change.ts'
import { checkResource } from '../kernel/check-resource.ts'
import { DomainError, type Fault } from '../kernel/errors.ts'
import { sameJson } from '../kernel/json.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { Resource, ResourceDefinition, StoredResource } from '../kernel/resource.ts'
import type { Outcome } from '../ports/unit-of-work.ts'
import { type ChangeDependencies, eventSource } from './change-dependencies.ts'
import { doOnce } from './do-once.ts'

export interface Change {
  readonly id: string
  /** What the caller believes is stored: refused with `staleRevision` when it says no. Absent: whatever is stored. */
  readonly expects?: (current: StoredResource) => boolean
  /** The resource after the change, computed from the one before: pure, as it may be called again. */
  readonly apply: (current: Readonly<Record<string, unknown>>) => unknown
  /** What is wrong with the result, beyond what the domain checks itself. */
  readonly check?: (changed: Record<string, unknown>) => readonly Fault[]
}

/**
 * Changes a resource in one step with reading it, so that concurrent changes never lose one another's effect. A change that changes
 * nothing leaves the revision as it is.
 *
 * @throws {DomainError} `notFound`, `staleRevision`, `serverOwned`, `missingAttribute`, `invalidValue`, `idempotencyKeyReused`
 */
export function changeResource(
  dependencies: ChangeDependencies,
  definition: ResourceDefinition,
  change: Change,
  context: RequestContext
): Promise<Outcome> {
  return dependencies.unitOfWork.run(context.tenant, transaction =>
    doOnce(transaction, context, async () => {
      const current = await transaction.get(definition, change.id)
      if (!current) throw new DomainError('notFound', `there is no ${definition.name} with this id`)
      if (change.expects && !change.expects(current)) {
        throw new DomainError('staleRevision', `the ${definition.name} has changed since it was read`)
      }
      const before = JSON.parse(current.document) as Resource
      const after = resultOf(definition, before, change)
      if (sameJson(before, after)) return { kind: 'unchanged', stored: current }
      const stored = transaction.update(definition, current, after)
      for (const event of changeEvents(eventSource(dependencies, context), definition, { before, after, stored }))
        transaction.publish(event)
      return { kind: 'changed', stored }
    })
  )
}

/**
 * What a change makes of a resource.
 *
 * @throws {DomainError} `serverOwned`, `missingAttribute`, `invalidValue`
 */
export function resultOf(definition: ResourceDefinition, before: Resource, change: Pick<Change, 'apply' | 'check'>): Resource {
  const after = change.apply(before as unknown as Record<string, unknown>) as Resource
  const faults: Fault[] = []
  if (after?.id !== before.id)
    faults.push({ code: 'serverOwned', pointer: '/id', message: 'id is set by the server and cannot be changed' })
  else faults.push(...checkResource(definition, after), ...(change.check?.(after as unknown as Record<string, unknown>) ?? []))
  const [fault, ...more] = faults
  if (fault) throw DomainError.ofFaults([fault, ...more])
  return after
}
