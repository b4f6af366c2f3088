import { trackingTokenDefinition } from '../journey/tracking-token.ts'
import { DomainError } from '../kernel/errors.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { Outcome } from '../ports/unit-of-work.ts'
import type { ChangeDependencies } from './change-dependencies.ts'
import { doOnce } from './do-once.ts'

/**
 * Makes a token open nothing from now on.
 *
 * @throws {DomainError} `notFound`, `idempotencyKeyReused`
 */
export function revokeTrackingToken(
  dependencies: Pick<ChangeDependencies, 'unitOfWork'>,
  id: string,
  context: RequestContext
): Promise<Outcome> {
  return dependencies.unitOfWork.run(context.tenant, transaction =>
    doOnce(transaction, context, async () => {
      const stored = await transaction.get(trackingTokenDefinition, id)
      if (!stored) throw new DomainError('notFound', 'there is no trackingToken with this id')
      transaction.delete(trackingTokenDefinition, stored)
      return { kind: 'deleted', stored }
    })
  )
}
