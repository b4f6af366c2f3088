import { changeEvents } from '../events/events-of-change.ts'
import {
  decideFallout,
  type Fallout,
  type FalloutCommand,
  type Fulfilment,
  falloutDefinition,
  fulfilmentDefinition
} from '../fulfilment/index.ts'
import { DomainError } from '../kernel/errors.ts'
import { insist } from '../kernel/refusal.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { StoredResource } from '../kernel/resource.ts'
import type { Outcome, Transaction } from '../ports/unit-of-work.ts'
import { storeFulfilmentChange } from './change-fulfilment.ts'
import { type OrderDependencies, orderWork } from './change-order.ts'
import { doOnce } from './do-once.ts'
import { orderRecords } from './order-records.ts'
import { fulfilmentContext, ingredientsFor } from './provision.ts'

/** Which fallout record is decided about, and how. */
export interface DecisionOnFallout {
  readonly falloutId: string
  readonly command: FalloutCommand
  /** Why, in words, for the history. */
  readonly reason?: string | undefined
  /** As in `Change`: of the record. */
  readonly expects?: (current: StoredResource) => boolean
}

/**
 * Decides about what fell out: its order goes on from there.
 *
 * @returns the record
 * @throws {DomainError} `notFound`, `staleRevision`, `illegalMove` with what is allowed instead, `invalidValue` for changes of what isn't
 *   there, `idempotencyKeyReused`
 */
export function decideOnFallout(
  dependencies: OrderDependencies,
  { falloutId, command, reason, expects }: DecisionOnFallout,
  context: RequestContext
): Promise<Outcome> {
  return dependencies.unitOfWork.run(context.tenant, transaction =>
    doOnce(transaction, context, async () => {
      const stored = await transaction.get(falloutDefinition, falloutId)
      if (!stored) throw new DomainError('notFound', 'there is no fallout with this id')
      if (expects && !expects(stored)) throw new DomainError('staleRevision', 'the fallout has changed since it was read')
      const fallout = JSON.parse(stored.document) as Fallout
      const record = await fulfilmentOf(transaction, fallout)
      const before = await orderRecords(transaction, fallout.productOrder.id)
      const work = orderWork(dependencies, transaction, context, reason)
      const ingredients = await ingredientsFor(transaction, before.order)
      const subject = { fallout, record, order: before.order }
      const decision = insist(decideFallout(subject, command, ingredients, fulfilmentContext(dependencies.fulfilment, work)))
      const { decided, resolved: _stored, ...change } = decision
      const after = transaction.update(falloutDefinition, stored, decided)
      const events = changeEvents(work.source, falloutDefinition, { before: fallout, after: decided, stored: after })
      for (const event of events) transaction.publish(event)
      if (command.action !== 'assign') await storeFulfilmentChange(dependencies, work, { before, record, change })
      return { kind: 'changed', stored: after }
    })
  )
}

async function fulfilmentOf(transaction: Transaction, { fulfilment }: Fallout): Promise<Fulfilment> {
  const stored = await transaction.get(fulfilmentDefinition, fulfilment.id)
  if (!stored) throw new Error('a fallout record without its fulfilment')
  return JSON.parse(stored.document) as Fulfilment
}
