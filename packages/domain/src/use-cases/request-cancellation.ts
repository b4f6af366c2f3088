import { passedPointOfNoReturn } from '../journey/journey.ts'
import { orderProgress } from '../journey/progress.ts'
import { checkResource } from '../kernel/check-resource.ts'
import { DomainError } from '../kernel/errors.ts'
import { insist } from '../kernel/refusal.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { StoredResource } from '../kernel/resource.ts'
import { type Cancellation, decideCancellation } from '../ordering/decide-cancellation.ts'
import type { Outcome } from '../ports/unit-of-work.ts'
import { cancelProductOrderDefinition, type NewCancelProductOrder } from '../resources/cancel-product-order.ts'
import { type OrderDependencies, type OrderWork, orderWork } from './change-order.ts'
import { doOnce } from './do-once.ts'
import { type OrderRecords, orderRecords } from './order-records.ts'
import { provisioningAfter } from './provision.ts'
import { storeCancellation } from './store-cancellation.ts'
import { storeProvisioning } from './store-provisioning.ts'

/**
 * Asks for an order to be cancelled. Before work began it is cancelled at once, afterwards that is assessed: by the FMS, where it has it.
 *
 * @returns the task
 * @throws {DomainError} `notFound` when there is no such order, `notCancellable`, `missingAttribute`, `invalidValue`, `idempotencyKeyReused`
 */
export function requestCancellation(
  dependencies: OrderDependencies,
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
      return { kind: 'created', stored: await storeRequest(dependencies, work, before, cancellation) }
    })
  )
}

/** Returns the task. */
async function storeRequest(
  { fulfilment: policy }: OrderDependencies,
  work: OrderWork,
  before: OrderRecords,
  cancellation: Cancellation
): Promise<StoredResource> {
  const { order, tasks } = cancellation
  const provisioning = await provisioningAfter(work, before, order, { policy, task: tasks.at(-1) })
  if (provisioning) return (await storeProvisioning(work, { before, provisioning, cancellation })).task!
  const progress = orderProgress(before.order, order, before.journey, work.moment, cancellation)
  return (await storeCancellation(work, { before, cancellation, progress })).task
}

function withoutServerOwned(input: NewCancelProductOrder): NewCancelProductOrder {
  const { state: _state, effectiveCancellationDate: _date, ...rest } = input as NewCancelProductOrder & Record<string, unknown>
  return rest
}
