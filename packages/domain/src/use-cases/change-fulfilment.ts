import {
  agree,
  beginProvisioning,
  type Fulfilment,
  type FulfilmentChange,
  type FulfilmentContext,
  fulfilmentDefinition,
  take
} from '../fulfilment/index.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { ProductOrder } from '../resources/product-order.ts'
import { type OrderDependencies, type OrderWork, orderWork } from './change-order.ts'
import { type OrderRecords, orderRecords } from './order-records.ts'
import { type FulfilmentPolicy, fulfilmentContext, latestFulfilments } from './provision.ts'
import { storeProvisioning } from './store-provisioning.ts'
import { settledTask } from './store-task.ts'

/** What is needed wherever orders are handed to an FMS. */
export interface FulfilmentDependencies extends OrderDependencies {
  readonly fulfilment: FulfilmentPolicy
}

/**
 * Changes a fulfilment as is decided, lets its order follow, and stores and tells all that comes of it. Nothing happens when there is none
 * with this id.
 *
 * @param decide pure, as it may be called again
 */
export function changeFulfilment(
  dependencies: FulfilmentDependencies,
  id: string,
  decide: (record: Fulfilment, order: ProductOrder, context: FulfilmentContext) => FulfilmentChange,
  context: RequestContext
): Promise<void> {
  return dependencies.unitOfWork.run(context.tenant, async transaction => {
    const stored = await transaction.get(fulfilmentDefinition, id)
    if (!stored) return
    const record = JSON.parse(stored.document) as Fulfilment
    const before = await orderRecords(transaction, record.productOrder.id)
    const work = orderWork(dependencies, transaction, context)
    const change = decide(record, before.order, fulfilmentContext(dependencies.fulfilment, work))
    if (change.outcome === 'changed') await storeFulfilmentChange(dependencies, work, { before, record, change })
  })
}

export interface FulfilmentChangeToStore {
  readonly before: OrderRecords
  /** As it is stored. */
  readonly record: Fulfilment
  readonly change: FulfilmentChange
}

/** Stores what was decided about one fulfilment, and what follows from that for its order and for others of it. */
export async function storeFulfilmentChange(
  { fulfilment: policy }: OrderDependencies,
  work: OrderWork,
  { before, record, change }: FulfilmentChangeToStore
): Promise<void> {
  const open = await settledTask(work.transaction, before.journey, before.order, work.moment)
  const isLatest = before.journey.fulfilment?.some(({ id }) => id === record.id)
  const latest = open || !isLatest ? await latestFulfilments(work.transaction, before.journey) : [record]
  const unmoved = { outcome: 'unchanged', order: before.order, steps: [], history: [] } as const
  const provisioning = beginProvisioning(unmoved, latest, fulfilmentContext(policy, work))
  take(provisioning, change)
  agree(provisioning, open?.before.task)
  await storeProvisioning(work, { before, provisioning, open })
}
