import type { Database } from '@crm-lite/adapters-db'
import {
  type Fallout,
  type Fulfilment,
  falloutDefinition,
  fulfilmentDefinition,
  type OrderHistory,
  orderHistoryDefinition,
  type Product,
  type ProductOrder,
  productDefinition,
  productOrderDefinition,
  type StoredEvent
} from '@crm-lite/domain'
import { allEvents, allOf } from './read-all.ts'

/** Everything that is stored about orders and what was done for them. */
export interface FulfilmentBooks {
  readonly orders: readonly ProductOrder[]
  readonly fulfilments: readonly Fulfilment[]
  readonly fallouts: readonly Fallout[]
  readonly products: readonly Product[]
  readonly history: readonly OrderHistory[]
  readonly events: readonly StoredEvent[]
}

export async function readBooks(database: Database): Promise<FulfilmentBooks> {
  return {
    orders: await allOf<ProductOrder>(database, productOrderDefinition),
    fulfilments: await allOf<Fulfilment>(database, fulfilmentDefinition),
    fallouts: await allOf<Fallout>(database, falloutDefinition),
    products: await allOf<Product>(database, productDefinition),
    history: await allOf<OrderHistory>(database, orderHistoryDefinition),
    events: await allEvents(database, { resources: ['productOrder', 'fallout', 'product'] })
  }
}

/** Lists of what has the same key. */
export function groupedBy<T>(all: readonly T[], keyOf: (each: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>()
  for (const each of all) {
    const group = groups.get(keyOf(each))
    if (group) group.push(each)
    else groups.set(keyOf(each), [each])
  }
  return groups
}
