import { deletionEvents } from '../events/events-of-change.ts'
import { type Fulfilment, isOver } from '../fulfilment/index.ts'
import { journeyDefinition } from '../journey/journey.ts'
import { DomainError } from '../kernel/errors.ts'
import { insist } from '../kernel/refusal.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import { refusalToDelete } from '../ordering/decide-order.ts'
import type { Outcome } from '../ports/unit-of-work.ts'
import { productOrderDefinition } from '../resources/product-order.ts'
import type { ChangeDependencies } from './change-dependencies.ts'
import { insistOnRevision, type OrderToChange, orderWork } from './change-order.ts'
import { doOnce } from './do-once.ts'
import { orderRecords } from './order-records.ts'
import { latestFulfilments } from './provision.ts'

/**
 * Removes an order on which nobody works, and its journey. Its history stays, and so do requests to cancel it.
 *
 * @throws {DomainError} `notFound`, `staleRevision`, `notDeletable`, `idempotencyKeyReused`
 */
export function deleteProductOrder(
  dependencies: ChangeDependencies,
  { orderId, expects }: Omit<OrderToChange, 'reason'>,
  context: RequestContext
): Promise<Outcome> {
  return dependencies.unitOfWork.run(context.tenant, transaction =>
    doOnce(transaction, context, async () => {
      const { order, storedOrder, journey, storedJourney } = await orderRecords(transaction, orderId)
      insistOnRevision(storedOrder, expects)
      insist(refusalToDelete(order))
      insistThatFmsIsDone(await latestFulfilments(transaction, journey))
      const { source } = orderWork(dependencies, transaction, context)
      transaction.delete(productOrderDefinition, storedOrder)
      transaction.delete(journeyDefinition, storedJourney)
      transaction.unschedule('acceptOrder', orderId)
      transaction.unschedule('lookAtJourney', orderId)
      for (const event of deletionEvents(source, productOrderDefinition, storedOrder)) transaction.publish(event)
      return { kind: 'deleted', stored: storedOrder }
    })
  )
}

/** Something may still be undone there, or somebody may have to decide. */
function insistThatFmsIsDone(latest: readonly Fulfilment[]): void {
  if (latest.every(({ state }) => isOver(state))) return
  throw new DomainError('notDeletable', 'the fulfilment system has not finished with the order')
}
