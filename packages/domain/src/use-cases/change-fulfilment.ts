import {
  agree,
  beginProvisioning,
  dueAt,
  type Fulfilment,
  type FulfilmentChange,
  type FulfilmentContext,
  fulfilmentDefinition,
  take
} from '../fulfilment/index.ts'
import { journeyDefinition } from '../journey/journey.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import { resourceIn } from '../kernel/resource.ts'
import type { ProductOrder } from '../resources/product-order.ts'
import type { OrderDependencies } from './change-order.ts'
import { type OrderRecords, orderRecords } from './order-records.ts'
import { type OrderWork, orderWork } from './order-work.ts'
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
 * @returns when its next step is due by now, if any is
 */
export function changeFulfilment(
  dependencies: FulfilmentDependencies,
  id: string,
  decide: (record: Fulfilment, order: ProductOrder, context: FulfilmentContext) => FulfilmentChange,
  context: RequestContext
): Promise<Date | undefined> {
  return dependencies.unitOfWork.run(context.tenant, async transaction => {
    const stored = await transaction.get(fulfilmentDefinition, id)
    if (!stored) return undefined
    const record = resourceIn<Fulfilment>(stored)
    const before = await orderRecords(transaction, record.productOrder.id)
    const work = orderWork(dependencies, transaction, context)
    const decision = fulfilmentContext(dependencies.fulfilment, work)
    const change = decide(record, before.order, decision)
    if (change.outcome === 'changed') await storeFulfilmentChange(dependencies, work, { before, record, change })
    return dueAt(change.record, decision.settings)
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
  const isOnItsWayOut = before.order.state === 'assessingCancellation' || before.order.state === 'pendingCancellation'
  const isAlone = !open && !isOnItsWayOut && isLatest
  const others = isAlone ? [] : await latestFulfilments(work.transaction, before.journey)
  const latest = isAlone ? [record] : others.map(each => (each.id === record.id ? record : each))
  const unmoved = { outcome: 'unchanged', order: before.order, steps: [], history: [] } as const
  const provisioning = beginProvisioning(unmoved, latest, fulfilmentContext(policy, work))
  take(provisioning, change)
  agree(provisioning, open?.before.task)
  const { order, journey } = await storeProvisioning(work, { before, provisioning, open })
  // What was decided by the others as well must not be decided beside them: two that see each other under way would both leave it at that.
  const isGuarded = isAlone || order !== before.storedOrder || journey !== before.storedJourney
  if (!isGuarded) work.transaction.update(journeyDefinition, before.storedJourney, before.journey)
}
