import { isObject } from '../kernel/json.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { Outcome } from '../ports/unit-of-work.ts'
import { productDefinition, withProductLists } from '../resources/product.ts'
import type { ChangeDependencies } from './change-dependencies.ts'
import { type Change, changeResource } from './change-resource.ts'

/**
 * Changes a product. A list that every product has becomes empty where the change removes it.
 *
 * @throws {DomainError} `notFound`, `staleRevision`, `serverOwned`, `missingAttribute`, `invalidValue`, `idempotencyKeyReused`
 */
export function changeProduct(dependencies: ChangeDependencies, change: Change, context: RequestContext): Promise<Outcome> {
  const apply: Change['apply'] = current => {
    const changed = change.apply(current)
    return isObject(changed) ? withProductLists(changed) : changed
  }
  return changeResource(dependencies, productDefinition, { ...change, apply }, context)
}
