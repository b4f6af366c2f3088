import { checkResource } from '../kernel/check-resource.ts'
import { DomainError } from '../kernel/errors.ts'
import { isObject } from '../kernel/json.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { Resource } from '../kernel/resource.ts'
import { decidePatch } from '../ordering/decide-patch.ts'
import { withoutStatesBefore, withStatesBefore } from '../ordering/states-before-cancellation.ts'
import type { Outcome } from '../ports/unit-of-work.ts'
import { type ProductOrder, productOrderDefinition } from '../resources/product-order.ts'
import { changeOrder, type OrderDependencies } from './change-order.ts'
import type { Change } from './change-resource.ts'

/**
 * Changes an order as a client wants it: attributes as far as they may change, and states, which are moves.
 *
 * @param change `apply` gets the order as it is shown
 * @throws {DomainError} `notFound`, `staleRevision`, `serverOwned`, `missingAttribute`, `invalidValue`, `notChangeable`, `illegalMove`,
 *   `itemsDisagree`, `idempotencyKeyReused`
 */
export function patchProductOrder(
  dependencies: OrderDependencies,
  { id: orderId, expects, apply, check }: Change,
  context: RequestContext
): Promise<Outcome> {
  return changeOrder(
    dependencies,
    { orderId, ...(expects && { expects }) },
    (order, moment, { journey }) => {
      const wanted = withParties(apply(withoutStatesBefore(order) as unknown as Record<string, unknown>))
      checkWanted(wanted, check)
      const whole = withStatesBefore(wanted as ProductOrder, journey.stateBeforeCancellation)
      return decidePatch(order, whole, moment)
    },
    context
  )
}

/** They are always shown: to remove them is to have none. */
function withParties(wanted: unknown): unknown {
  return isObject(wanted) && wanted['relatedParty'] === undefined ? { ...wanted, relatedParty: [] } : wanted
}

/** Decisions look at orders whose structure is right. */
function checkWanted(wanted: unknown, check: Change['check']): asserts wanted is ProductOrder {
  if (!isObject(wanted)) throw new DomainError('invalidValue', 'an order is an object')
  const faults = [...checkResource(productOrderDefinition, wanted as unknown as Resource), ...(check?.(wanted) ?? [])]
  const [fault, ...more] = faults
  if (fault) throw DomainError.ofFaults([fault, ...more])
}
