import type { RequestContext } from '../kernel/request-context.ts'
import { decideItemMoves, type ItemMove } from '../ordering/decide-items.ts'
import type { Outcome } from '../ports/unit-of-work.ts'
import { changeOrder, type OrderDependencies, type OrderToChange } from './change-order.ts'

/**
 * Moves items of an order, all of them or none. The order follows.
 *
 * @throws {DomainError} `notFound` of the order and of an item, `staleRevision`, `illegalMove`, `idempotencyKeyReused`
 */
export function moveOrderItems(
  dependencies: OrderDependencies,
  { moves, ...of }: OrderToChange & { readonly moves: readonly ItemMove[] },
  context: RequestContext
): Promise<Outcome> {
  return changeOrder(dependencies, of, (order, moment) => decideItemMoves(order, moves, moment), context)
}
