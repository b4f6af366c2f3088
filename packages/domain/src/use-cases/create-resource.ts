import { checkResource } from '../kernel/check-resource.ts'
import { DomainError } from '../kernel/errors.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { Resource, ResourceDefinition } from '../kernel/resource.ts'
import type { Ids } from '../ports/ids.ts'
import type { Outcome, UnitOfWork } from '../ports/unit-of-work.ts'
import { doOnce } from './do-once.ts'

/**
 * Stores a new resource under an id of its own.
 *
 * @param input the attributes; `id` and `href` in it are ignored, `@type` is set where it is missing
 * @throws {DomainError} `missingAttribute`, `invalidValue`, `idempotencyKeyReused`
 */
export async function createResource<R extends Resource>(
  { unitOfWork, ids }: { unitOfWork: UnitOfWork; ids: Ids },
  definition: ResourceDefinition,
  input: Omit<R, 'id'>,
  context: RequestContext
): Promise<Outcome> {
  const { id: _id, href: _href, '@type': type, ...attributes } = input as Record<string, unknown>
  const resource = { id: ids.next(), '@type': type ?? definition.type, ...attributes } as Resource
  const [fault, ...more] = checkResource(definition, resource)
  if (fault) throw DomainError.ofFaults([fault, ...more])
  return unitOfWork.run(context.tenant, transaction =>
    doOnce(transaction, context, async () => ({ kind: 'created', stored: transaction.insert(definition, resource) }))
  )
}
