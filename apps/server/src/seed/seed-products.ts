import { productDefinition, type UnitOfWork } from '@crm-lite/domain'
import { fictionalProduct } from './fictional-product.ts'
import type { SeedCounts } from './seed-customers.ts'

export interface ProductSeedRequest {
  readonly products: number
  /** How many customers there are that may have them. */
  readonly customers: number
  readonly seed: number
  readonly concurrency: number
  readonly tenant: string
}

const PRODUCTS_PER_COMMIT = 50

/** Stores fictional products 0 to `products` - 1 of that seed. Those that are there already are left as they are. */
export async function seedProducts(
  { unitOfWork }: { readonly unitOfWork: UnitOfWork },
  { products, customers, seed, concurrency, tenant }: ProductSeedRequest
): Promise<SeedCounts> {
  const counts = { added: 0, present: 0 }
  let next = 0
  const worker = async () => {
    while (next < products) {
      const first = next
      next = Math.min(first + PRODUCTS_PER_COMMIT, products)
      const indexes = Array.from({ length: next - first }, (_, offset) => first + offset)
      const added = await unitOfWork.run(tenant, async transaction => {
        const wanted = indexes.map(index => fictionalProduct(seed, index, customers))
        const known = await Promise.all(wanted.map(({ id }) => transaction.get(productDefinition, id)))
        const missing = wanted.filter((_, at) => !known[at])
        for (const product of missing) transaction.insert(productDefinition, product)
        return missing.length
      })
      counts.added += added
      counts.present += indexes.length - added
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  return counts
}
