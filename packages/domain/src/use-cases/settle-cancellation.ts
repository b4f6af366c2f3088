import { cancellationVerdict, type Fulfilment } from '../fulfilment/index.ts'
import { orderProgress } from '../journey/progress.ts'
import { DomainError } from '../kernel/errors.ts'
import { insist } from '../kernel/refusal.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { StoredResource } from '../kernel/resource.ts'
import { confirmCancellation, refuseCancellation } from '../ordering/decide-cancellation.ts'
import type { Outcome, Transaction } from '../ports/unit-of-work.ts'
import { type CancelProductOrder, cancelProductOrderDefinition } from '../resources/cancel-product-order.ts'
import { type OrderDependencies, orderWork } from './change-order.ts'
import { doOnce } from './do-once.ts'
import { orderRecords } from './order-records.ts'
import { latestFulfilments, provisioningAfter } from './provision.ts'
import { storeCancellation } from './store-cancellation.ts'
import { storeProvisioning } from './store-provisioning.ts'
import type { StoredTask } from './store-task.ts'

/** How an assessed cancellation is decided about. */
export interface Settlement {
  readonly taskId: string
  readonly decision: 'confirm' | 'refuse'
  /** Why, in words: in the history, and for a refusal in a note of the order. */
  readonly reason?: string | undefined
  /** As in `Change`: of the task. */
  readonly expects?: (current: StoredResource) => boolean
}

/**
 * Cancels an order whose cancellation was assessed, or lets it go on. The same decision a second time changes nothing.
 *
 * @returns the task
 * @throws {DomainError} `notFound`, `staleRevision`, `illegalMove` when it was decided the other way before or the FMS decides,
 *   `idempotencyKeyReused`
 */
export function settleCancellation(
  dependencies: OrderDependencies,
  { taskId, decision, reason, expects }: Settlement,
  context: RequestContext
): Promise<Outcome> {
  return dependencies.unitOfWork.run(context.tenant, transaction =>
    doOnce(transaction, context, async () => {
      const task = await storedTask(transaction, taskId)
      if (expects && !expects(task.stored)) {
        throw new DomainError('staleRevision', 'the cancelProductOrder has changed since it was read')
      }
      if (task.task.state !== 'inProgress') return unchanged(task, decision)
      const { fulfilment: policy } = dependencies
      const work = orderWork(dependencies, transaction, context, reason)
      const before = await orderRecords(transaction, task.task.productOrder.id)
      if (policy) insistThatFmsIsDone(await latestFulfilments(transaction, before.journey))
      const decide = decision === 'confirm' ? confirmCancellation : refuseCancellation
      const cancellation = insist(decide(before.order, task.task, work.moment))
      const provisioning = await provisioningAfter(work, before, cancellation.order, { policy })
      if (provisioning) {
        const open = { before: task, states: [] }
        return { kind: 'changed', stored: (await storeProvisioning(work, { before, provisioning, cancellation, open })).task! }
      }
      const progress = orderProgress(before.order, cancellation.order, before.journey, work.moment, cancellation)
      return { kind: 'changed', stored: (await storeCancellation(work, { before, cancellation, progress, task })).task }
    })
  )
}

/** Whether something is cancelled there is not for us to say. */
function insistThatFmsIsDone(latest: readonly Fulfilment[]): void {
  if (cancellationVerdict(latest) !== 'wait') return
  const message = 'the fulfilment system has been asked to cancel the order: what it answers decides'
  throw new DomainError('illegalMove', message, { allowed: [] })
}

async function storedTask(transaction: Transaction, id: string): Promise<StoredTask> {
  const stored = await transaction.get(cancelProductOrderDefinition, id)
  if (!stored) throw new DomainError('notFound', 'there is no cancelProductOrder with this id')
  return { stored, task: JSON.parse(stored.document) as CancelProductOrder }
}

function unchanged({ stored, task }: StoredTask, decision: Settlement['decision']): Outcome {
  const isSo = task.state === (decision === 'confirm' ? 'done' : 'terminatedWithError')
  if (isSo) return { kind: 'unchanged', stored }
  throw new DomainError('illegalMove', `a cancellation that is ${task.state} stays so`, { allowed: [] })
}
