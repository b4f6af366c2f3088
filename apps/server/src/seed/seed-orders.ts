import {
  acceptProductOrder,
  type Clock,
  type Ids,
  mergePatch,
  moveOrderItems,
  patchProductOrder,
  placeProductOrder,
  productOrderDefinition,
  type RequestContext,
  type ResourceStore,
  requestCancellation,
  type UnitOfWork
} from '@crm-lite/domain'
import { type FictionalOrder, fictionalOrder } from './fictional-order.ts'
import { seededId } from './random.ts'
import type { SeedCounts } from './seed-customers.ts'

export interface OrderSeedRequest {
  readonly orders: number
  /** How many customers there are that may have ordered. */
  readonly customers: number
  /** How many products they have: some orders change one. */
  readonly products: number
  readonly seed: number
  readonly concurrency: number
  readonly tenant: string
}

interface SeedDependencies {
  readonly store: ResourceStore
  readonly unitOfWork: UnitOfWork
  readonly ids: Ids
  readonly clock: Clock
}

/**
 * Places fictional orders 0 to `orders` - 1 of that seed, with everything that placing an order does, and takes each as far as it has
 * come. Those that are there already are left as they are.
 */
export async function seedOrders(
  dependencies: SeedDependencies,
  { orders, seed, concurrency, tenant, ...market }: OrderSeedRequest
): Promise<SeedCounts> {
  const counts = { added: 0, present: 0 }
  let next = 0
  const worker = async () => {
    while (next < orders) {
      const index = next++
      const id = seededId(seed, 'orderId', index)
      if (await dependencies.store.get(tenant, productOrderDefinition, id)) counts.present++
      else {
        await place(dependencies, id, fictionalOrder(seed, index, market), tenant)
        counts.added++
      }
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  return counts
}

async function place(
  { unitOfWork, ids, clock }: SeedDependencies,
  orderId: string,
  { input, ageMs, fate }: FictionalOrder,
  tenant: string
): Promise<void> {
  const context: RequestContext = { tenant, actor: 'seed', correlationId: ids.next() }
  const placedAt = new Date(clock.now().getTime() - ageMs)
  const then = { unitOfWork, ids: idsBeginningWith(orderId, ids), clock: { now: () => placedAt } }
  await placeProductOrder(then, input, context)
  const now = { unitOfWork, ids, clock: { now: () => new Date(placedAt.getTime() + ageMs / 2) } }
  if (fate.kind === 'rejected') {
    await patchProductOrder(now, { id: orderId, apply: order => mergePatch(order, { state: 'rejected' }) }, context)
  } else if (fate.kind === 'cancelled') {
    await requestCancellation(now, { productOrder: { id: orderId }, cancellationReason: 'No longer needed' }, context)
  } else if (fate.kind === 'accepted') {
    await acceptProductOrder(now, orderId, context)
    const moves = Object.entries(fate.items).map(([itemId, to]) => ({ itemId, to }))
    if (moves.length > 0) await moveOrderItems(now, { orderId, moves }, context)
  }
}

/** The order gets the first one, what belongs to it the others. */
function idsBeginningWith(first: string, others: Ids): Ids {
  let isFirst = true
  return {
    next: () => {
      const id = isFirst ? first : others.next()
      isFirst = false
      return id
    }
  }
}
