import { type TrackingToken, trackingTokenDefinition } from '../journey/tracking-token.ts'
import { DomainError } from '../kernel/errors.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { StoredResource } from '../kernel/resource.ts'
import type { Outcome, Transaction } from '../ports/unit-of-work.ts'
import { productOrderDefinition } from '../resources/product-order.ts'
import type { ChangeDependencies } from './change-dependencies.ts'
import { doOnce } from './do-once.ts'

export interface NewTrackingToken {
  /** A digest of the token: 256 random bits at least, so that it can be neither guessed nor told from its digest. */
  readonly id: string
  readonly orderId: string
  /** An ISO 8601 instant. */
  readonly expiresAt: string
}

/**
 * Lets whoever has a token see where an order stands. A repeated request is answered with what the first one stored: the token of that
 * can be told no second time, and the one of this call opens nothing.
 *
 * @throws {DomainError} `notFound` when there is no such order, `invalidValue` when it would be expired at once, `idempotencyKeyReused`
 */
export async function createTrackingToken(
  dependencies: Pick<ChangeDependencies, 'unitOfWork' | 'clock'>,
  token: NewTrackingToken,
  context: RequestContext
): Promise<Outcome> {
  const now = dependencies.clock.now()
  if (Date.parse(token.expiresAt) <= now.getTime()) {
    throw DomainError.ofFaults([{ code: 'invalidValue', pointer: '/expiresAt', message: 'must be in the future' }])
  }
  return dependencies.unitOfWork.run(context.tenant, transaction =>
    doOnce(transaction, context, async () => {
      const order = await transaction.get(productOrderDefinition, token.orderId)
      if (!order) throw new DomainError('notFound', 'there is no productOrder with this id')
      return { kind: 'created', stored: insertTrackingToken(transaction, token, now) }
    })
  )
}

/** Stores a token, for an order that is there or is made in the same transaction. */
export function insertTrackingToken(transaction: Transaction, token: NewTrackingToken, now: Date): StoredResource {
  const resource: TrackingToken = {
    id: token.id,
    '@type': trackingTokenDefinition.type,
    productOrder: { id: token.orderId },
    createdAt: now.toISOString(),
    expiresAt: new Date(token.expiresAt).toISOString()
  }
  return transaction.insert(trackingTokenDefinition, resource)
}
