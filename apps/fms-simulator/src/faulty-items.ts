import type { OrderFault } from './faults/fault-plan.ts'
import type { OrderRecord } from './kept.ts'
import { allItems } from './service-order.ts'

/** Ids of the items that a fault of their order happens to: those that it names, else the first, the last or all, as it is. */
export function faultyItemsOf({ order, fault }: OrderRecord, kind: OrderFault): ReadonlySet<string> {
  if (fault?.fault !== kind) return new Set()
  const ids = allItems(order.serviceOrderItem).map(({ id }) => id)
  if (fault.items) return new Set(ids.filter(id => fault.items?.includes(id)))
  if (kind === 'outOfStock') return new Set(ids.slice(0, 1))
  return new Set(kind === 'partial' ? ids.slice(-1) : ids)
}
