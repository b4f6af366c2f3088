import type { RequestContext } from '../kernel/request-context.ts'
import type { Outcome } from '../ports/unit-of-work.ts'
import { type NewProduct, type Product, productDefinition, withProductLists } from '../resources/product.ts'
import type { ChangeDependencies } from './change-dependencies.ts'
import { createResource } from './create-resource.ts'

/**
 * Stores a new product under an id of its own.
 *
 * @throws {DomainError} `missingAttribute`, `invalidValue`, `idempotencyKeyReused`
 */
export function createProduct(dependencies: ChangeDependencies, input: NewProduct, context: RequestContext): Promise<Outcome> {
  return createResource<Product>(dependencies, productDefinition, withProductLists(input), context)
}
