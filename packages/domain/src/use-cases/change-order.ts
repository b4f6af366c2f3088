import { beginSending, type Fulfilment, listenedTo } from '../fulfilment/index.ts'
import { awaitsServiceOrders } from '../journey/apply-service-order.ts'
import { orderProgress } from '../journey/progress.ts'
import { DomainError } from '../kernel/errors.ts'
import type { Moment } from '../kernel/moment.ts'
import { insist, type Refusal } from '../kernel/refusal.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { StoredResource } from '../kernel/resource.ts'
import type { OrderChange } from '../ordering/order-change.ts'
import type { Outcome } from '../ports/unit-of-work.ts'
import type { ProductOrder } from '../resources/product-order.ts'
import type { ChangeDependencies } from './change-dependencies.ts'
import { doOnce } from './do-once.ts'
import { type OrderRecords, orderRecords } from './order-records.ts'
import { type OrderWork, orderWork } from './order-work.ts'
import { type FulfilmentPolicy, provisioningAfter } from './provision.ts'
import { type StoredProgress, storeProgress } from './store-progress.ts'
import { storeProvisioning } from './store-provisioning.ts'
import { settledTask } from './store-task.ts'

/** `automatic`: what is acknowledged is accepted by a worker. */
export const orderAcceptances = ['automatic', 'manual'] as const
export type OrderAcceptance = (typeof orderAcceptances)[number]

export interface OrderDependencies extends ChangeDependencies {
  /** Absent: manual. */
  readonly orderAcceptance?: OrderAcceptance
  /** Absent: there is no FMS, and what is ordered is provisioned by hand. */
  readonly fulfilment?: FulfilmentPolicy
  /**
   * Takes what is to be sent to the FMS as sent: it is told so in each run of the work, and sends it once that is stored. Absent: it is sent
   * by whoever finds it due.
   */
  readonly takeAsSent?: (sent: readonly Fulfilment[]) => void
}

/** Which order is to be changed, and what the caller knows of it. */
export interface OrderToChange {
  readonly orderId: string
  /** As in `Change`: of the order. */
  readonly expects?: (current: StoredResource) => boolean
  /** Why, in words, for the history. */
  readonly reason?: string | undefined
}

/**
 * Changes an order as somebody decides, lets its journey follow, and stores and tells all that comes of it.
 *
 * @param decide pure, as it may be called again
 * @throws {DomainError} `notFound`, `staleRevision`, and whatever the decision refuses
 */
export function changeOrder(
  dependencies: OrderDependencies,
  { orderId, expects, reason }: OrderToChange,
  decide: (order: ProductOrder, moment: Moment, records: OrderRecords) => OrderChange | Refusal,
  context: RequestContext
): Promise<Outcome> {
  return dependencies.unitOfWork.run(context.tenant, transaction =>
    doOnce(transaction, context, async () => {
      const before = await orderRecords(transaction, orderId)
      insistOnRevision(before.storedOrder, expects)
      const work = orderWork(dependencies, transaction, context, reason)
      const change = insist(decide(before.order, work.moment, before))
      const { order } = await storeOrderChange(dependencies, work, before, change)
      if (before.order.state !== 'acknowledged' && change.order.state === 'acknowledged') {
        scheduleAcceptance(dependencies, work, orderId)
      }
      return { kind: order === before.storedOrder ? 'unchanged' : 'changed', stored: order }
    })
  )
}

async function storeOrderChange(
  { fulfilment: policy, takeAsSent }: OrderDependencies,
  work: OrderWork,
  before: OrderRecords,
  change: OrderChange
): Promise<StoredProgress> {
  const { transaction, source, moment } = work
  const open = await settledTask(transaction, before.journey, change.order, moment)
  const provisioning = await provisioningAfter(work, before, change, { policy, task: open?.before.task })
  if (takeAsSent) {
    const isListenedTo = awaitsServiceOrders(before.journey)
    takeAsSent(provisioning ? beginSending(provisioning).map(record => listenedTo(record, isListenedTo)) : [])
  }
  if (provisioning) return storeProvisioning(work, { before, provisioning, open })
  const progress = orderProgress(before.order, change, before.journey, moment, open && { tasks: open.states })
  return storeProgress(transaction, source, { before, progress, moment })
}

/** Has an acknowledged order accepted, where that needs nobody. */
export function scheduleAcceptance(
  { orderAcceptance }: OrderDependencies,
  { transaction, source }: Pick<OrderWork, 'transaction' | 'source'>,
  orderId: string
): void {
  if (orderAcceptance === 'automatic') transaction.schedule({ kind: 'acceptOrder', id: orderId, dueAt: source.at })
}

/** @throws {DomainError} `staleRevision` */
export function insistOnRevision(current: StoredResource, expects: OrderToChange['expects']): void {
  if (expects && !expects(current)) throw new DomainError('staleRevision', 'the productOrder has changed since it was read')
}
