import { creationEvents } from '../events/events-of-change.ts'
import { checkResource } from '../kernel/check-resource.ts'
import { DomainError } from '../kernel/errors.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { Resource, ResourceDefinition } from '../kernel/resource.ts'
import type { Outcome } from '../ports/unit-of-work.ts'
import { type ChangeDependencies, eventSource } from './change-dependencies.ts'
import { doOnce } from './do-once.ts'

/**
 * Stores a new resource under an id of its own.
 *
 * @param input the attributes; `id` and `href` in it are ignored, `@type` is set where it is missing
 * @throws {DomainError} `missingAttribute`, `invalidValue`, `idempotencyKeyReused`
 */
export async function createResource<R extends Resource>(
  dependencies: ChangeDependencies,
  definition: ResourceDefinition,
  input: Omit<R, 'id'>,
  context: RequestContext
): Promise<Outcome> {
  const { id: _id, href: _href, '@type': type, ...attributes } = input as Record<string, unknown>
  const resource = { id: dependencies.ids.next(), '@type': type ?? definition.type, ...attributes } as Resource
  const [fault, ...more] = checkResource(definition, resource)
  if (fault) throw DomainError.ofFaults([fault, ...more])
  return dependencies.unitOfWork.run(context.tenant, transaction =>
    doOnce(transaction, context, async () => {
      const stored = transaction.insert(definition, resource)
      for (const event of creationEvents(eventSource(dependencies, context), definition, stored)) transaction.publish(event)
      return { kind: 'created', stored }
    })
  )
}
