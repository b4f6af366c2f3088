import { DomainError } from '../kernel/errors.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { Outcome, Transaction } from '../ports/unit-of-work.ts'

/**
 * Does an idempotent request's work the first time and answers with its first outcome after that. The outcome is remembered in the
 * transaction of the change, so that neither can be had without the other.
 *
 * @throws {DomainError} `idempotencyKeyReused` when the key came with another request before
 */
export async function doOnce(transaction: Transaction, context: RequestContext, work: () => Promise<Outcome>): Promise<Outcome> {
  const request = context.idempotency
  if (!request) return work()
  const earlier = await transaction.recall(request)
  if (earlier) {
    if (earlier.fingerprint === request.fingerprint) return earlier
    throw new DomainError('idempotencyKeyReused', 'this idempotency key was used for a request with another body')
  }
  const outcome = await work()
  transaction.remember(request, outcome)
  return outcome
}
