import {
  acceptProductOrder,
  defaultFulfilmentSettings,
  everything,
  type NewProductOrder,
  type Product,
  placeProductOrder,
  productDefinition,
  stepFulfilment
} from '@crm-lite/domain'
import { MemoryFms, type MemoryStore } from '@crm-lite/domain/testing'
import type { Test } from 'tap'
import { uuidV7Ids } from '../ids.ts'
import { TENANT } from '../tenant.ts'

const context = { tenant: TENANT, actor: 'tester', correlationId: 'test' }
const DAY_MS = 86_400_000

/** Places orders with an FMS that does everything it is asked for. */
export async function provision(store: MemoryStore, inputs: readonly NewProductOrder[]): Promise<void> {
  let nowMs = Date.parse('2026-03-02T09:00:00Z')
  const clock = { now: () => new Date(nowMs) }
  const fms = new MemoryFms({ now: clock.now })
  const fulfilment = { settings: defaultFulfilmentSettings, random: () => 0.5, canLookUp: true }
  const dependencies = { store, unitOfWork: store, ids: uuidV7Ids, clock, fms, fulfilment }
  for (const input of inputs) {
    const { stored } = await placeProductOrder(dependencies, input, context)
    await acceptProductOrder(dependencies, stored.id, context)
  }
  for (;;) {
    const claim = { kinds: ['fulfil'], limit: 1, leaseMs: 60_000, now: clock.now() } as const
    const [due] = await store.work.claim(claim)
    if (due) await store.work.done(due, await stepFulfilment(dependencies, due.id, context))
    else {
      const open = fms.orders().filter(({ state }) => state !== 'completed')
      if (open.length === 0) return
      for (const { id } of open) fms.complete(id)
      nowMs += DAY_MS
    }
  }
}

export async function productsIn(store: MemoryStore): Promise<Product[]> {
  const query = { filter: everything, sort: [], offset: 0, limit: 1_000, count: false }
  const { items } = await store.list(TENANT, productDefinition, query)
  return items.map(({ document }) => JSON.parse(document) as Product)
}

/** What the published conformance kit looks for in every product that it comes across, but for `href`, which the API adds. */
export function hasWhatTheKitWants(t: Test, product: Product): void {
  t.ok(product.id && product.status)
  t.ok(product.billingAccount?.id, 'it is charged somewhere')
  t.ok(product.productOffering?.id, 'it was offered')
  for (const list of ['productCharacteristic', 'productPrice', 'relatedParty'] as const) t.ok(product[list].length > 0, list)
}
