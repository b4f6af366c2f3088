import {
  customerDefinition,
  everything,
  individualDefinition,
  type ListQuery,
  organizationDefinition,
  type Resource,
  type ResourceDefinition,
  type ResourceStore,
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
  { store, unitOfWork }: { store: ResourceStore; unitOfWork: UnitOfWork },
  request: SeedRequest,
  onProgress: (counts: SeedCounts) => void = () => {}
): Promise<SeedCounts> {
  const { customers, seed, concurrency, tenant } = request
  const add = (await isEmpty(store, tenant)) ? addAll : addMissing
  let next = 0
  let counts: SeedCounts = { added: 0, present: 0 }
  const worker = async () => {
    while (next < customers) {
      const first = next
      next = Math.min(first + CUSTOMERS_PER_COMMIT, customers)
      const many = next - first
      const added = await unitOfWork.run(tenant, transaction => add(transaction, seed, indexesFrom(first, many)))
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

const definitions: readonly ResourceDefinition[] = [customerDefinition, individualDefinition, organizationDefinition]

async function isEmpty(store: ResourceStore, tenant: string): Promise<boolean> {
  const anything: ListQuery = { filter: everything, sort: [], offset: 0, limit: 1, count: false }
  const pages = await Promise.all(definitions.map(definition => store.list(tenant, definition, anything)))
  return pages.every(page => page.items.length === 0)
}

function indexesFrom(first: number, many: number): readonly number[] {
  return Array.from({ length: many }, (_, offset) => first + offset)
}

/** Adds customers with their parties and returns how many customers it has added. */
type Add = (transaction: Transaction, seed: number, indexes: readonly number[]) => Promise<number>

/** Where nothing is, nobody needs to be looked up: on PostgreSQL that takes longer than the rest. */
const addAll: Add = async (transaction, seed, indexes) => {
  for (const index of indexes) {
    const party = fictionalParty(seed, index)
    transaction.insert(definitionOf(party), party)
    transaction.insert(customerDefinition, fictionalCustomer(seed, index))
  }
  return indexes.length
}

const addMissing: Add = async (transaction, seed, indexes) => {
  const added = await Promise.all(
    indexes.map(async index => {
      const party = fictionalParty(seed, index)
      const customer = fictionalCustomer(seed, index)
      const [knownParty, knownCustomer] = await Promise.all([
        transaction.get(definitionOf(party), party.id),
        transaction.get(customerDefinition, customer.id)
      ])
      if (!knownParty) transaction.insert(definitionOf(party), party)
      if (!knownCustomer) transaction.insert(customerDefinition, customer)
      return !knownCustomer
    })
  )
  return added.filter(Boolean).length
}

function definitionOf(party: Resource): ResourceDefinition {
  return party['@type'] === 'Individual' ? individualDefinition : organizationDefinition
}
