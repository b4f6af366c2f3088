import type { RequestContext } from '../kernel/request-context.ts'
import { acceptOrder } from '../ordering/decide-order.ts'
import type { Outcome } from '../ports/unit-of-work.ts'
import { changeOrder, type OrderDependencies } from './change-order.ts'

/**
 * Accepts an order that nobody has accepted, rejected or stopped yet: otherwise nothing happens, so that it may be asked for again.
 *
 * @throws {DomainError} `notFound`
 */
export function acceptProductOrder(dependencies: OrderDependencies, orderId: string, context: RequestContext): Promise<Outcome> {
  return changeOrder(dependencies, { orderId }, acceptOrder, context)
}
