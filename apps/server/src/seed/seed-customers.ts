import {
  customerDefinition,
  individualDefinition,
  organizationDefinition,
  type Resource,
  type Transaction,
  type UnitOfWork
} from '@crm-lite/domain'
import { fictionalCustomer } from './fictional-customer.ts'
import { fictionalParty } from './fictional-party.ts'

export interface SeedRequest {
  readonly customers: number
  readonly seed: number
  /** How many pieces of work are under way at once. */
  readonly concurrency: number
  readonly tenant: string
}

export interface SeedCounts {
  /** Customers, each with its party. */
  readonly added: number
  /** Customers that were there already. */
  readonly present: number
}

/** How many customers, each with its party, are committed together: large enough to be fast, small enough to let others write between. */
const CUSTOMERS_PER_COMMIT = 25

/**
 * Stores fictional customers 0 to `customers` - 1 of that seed, each with the party that it engages. Whoever is there already is left as
 * it is, so that an interrupted run can be started again and a larger one adds what is missing.
 *
 * @param onProgress called after every commit
 */
export async function seedCustomers(
  { unitOfWork }: { unitOfWork: UnitOfWork },
  request: SeedRequest,
  onProgress: (counts: SeedCounts) => void = () => {}
): Promise<SeedCounts> {
  const { customers, seed, concurrency, tenant } = request
  let next = 0
  let counts: SeedCounts = { added: 0, present: 0 }
  const worker = async () => {
    while (next < customers) {
      const first = next
      next = Math.min(first + CUSTOMERS_PER_COMMIT, customers)
      const many = next - first
      const added = await unitOfWork.run(tenant, transaction => addMissing(transaction, seed, first, many))
      counts = { added: counts.added + added, present: counts.present + many - added }
      onProgress(counts)
    }
  }
  const workers = Array.from({ length: concurrency }, worker)
  try {
    await Promise.all(workers)
  } finally {
    next = customers
    await Promise.allSettled(workers)
  }
  return counts
}

async function addMissing(transaction: Transaction, seed: number, first: number, many: number): Promise<number> {
  const indexes = Array.from({ length: many }, (_, offset) => first + offset)
  const added = await Promise.all(indexes.map(index => addOne(transaction, seed, index)))
  return added.filter(Boolean).length
}

async function addOne(transaction: Transaction, seed: number, index: number): Promise<boolean> {
  const customer = fictionalCustomer(seed, index)
  const party = fictionalParty(seed, index)
  const partyDefinition = party['@type'] === 'Individual' ? individualDefinition : organizationDefinition
  const [knownCustomer, knownParty] = await Promise.all([
    transaction.get(customerDefinition, customer.id),
    transaction.get(partyDefinition, party.id)
  ])
  if (!knownParty) transaction.insert(partyDefinition, party satisfies Resource)
  if (!knownCustomer) transaction.insert(customerDefinition, customer satisfies Resource)
  return !knownCustomer
}
