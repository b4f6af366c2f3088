import { passedPointOfNoReturn } from '../journey/journey.ts'
import { orderProgress } from '../journey/progress.ts'
import { checkResource } from '../kernel/check-resource.ts'
import { DomainError } from '../kernel/errors.ts'
import { insist } from '../kernel/refusal.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import { decideCancellation } from '../ordering/decide-cancellation.ts'
import type { Outcome } from '../ports/unit-of-work.ts'
import { cancelProductOrderDefinition, type NewCancelProductOrder } from '../resources/cancel-product-order.ts'
import type { ChangeDependencies } from './change-dependencies.ts'
import { orderWork } from './change-order.ts'
import { doOnce } from './do-once.ts'
import { orderRecords } from './order-records.ts'
import { storeCancellation } from './store-cancellation.ts'

/**
 * Asks for an order to be cancelled. Before work began it is cancelled at once, afterwards that is assessed.
 *
 * @returns the task
 * @throws {DomainError} `notFound` when there is no such order, `notCancellable`, `missingAttribute`, `invalidValue`, `idempotencyKeyReused`
 */
export function requestCancellation(
  dependencies: ChangeDependencies,
  input: NewCancelProductOrder,
  context: RequestContext
): Promise<Outcome> {
  return dependencies.unitOfWork.run(context.tenant, transaction =>
    doOnce(transaction, context, async () => {
      const work = orderWork(dependencies, transaction, context)
      const before = await orderRecords(transaction, input.productOrder.id)
      const request = { id: dependencies.ids.next(), input: withoutServerOwned(input) }
      const pointOfNoReturn = passedPointOfNoReturn(before.journey)
      const cancellation = insist(decideCancellation(before.order, { ...request, pointOfNoReturn }, work.moment))
      const [fault, ...more] = checkResource(cancelProductOrderDefinition, cancellation.tasks[0]!)
      if (fault) throw DomainError.ofFaults([fault, ...more])
      const progress = orderProgress(before.order, cancellation.order, before.journey, work.moment, cancellation.tasks)
      return { kind: 'created', stored: await storeCancellation(work, { before, cancellation, progress }) }
    })
  )
}

function withoutServerOwned(input: NewCancelProductOrder): NewCancelProductOrder {
  const { state: _state, effectiveCancellationDate: _date, ...rest } = input as NewCancelProductOrder & Record<string, unknown>
  return rest
}
