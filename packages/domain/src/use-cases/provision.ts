import {
  agree,
  beginProvisioning,
  defaultFulfilmentSettings,
  type Fulfilment,
  type FulfilmentContext,
  type FulfilmentSettings,
  fulfilmentDefinition,
  type Ingredients,
  intend,
  type Provisioning
} from '../fulfilment/index.ts'
import type { Journey } from '../journey/journey.ts'
import type { OrderChange } from '../ordering/order-change.ts'
import { leavesOf } from '../ordering/roll-up.ts'
import type { Transaction } from '../ports/unit-of-work.ts'
import type { CancelProductOrder } from '../resources/cancel-product-order.ts'
import { type Product, productDefinition } from '../resources/product.ts'
import type { ProductOrder } from '../resources/product-order.ts'
import type { OrderWork } from './change-order.ts'
import type { OrderRecords } from './order-records.ts'
import { rulesInUse } from './rules-in-use.ts'

/** How orders are handed to the FMS. */
export interface FulfilmentPolicy {
  readonly settings: FulfilmentSettings
  /** Uniform in [0, 1). */
  readonly random: () => number
  /** Whether the FMS can be asked what it has by `externalId`. */
  readonly canLookUp: boolean
}

/** Where there is no FMS any more, but something was handed to one. */
const withoutFms: FulfilmentPolicy = { settings: defaultFulfilmentSettings, random: () => 0, canLookUp: false }

export function fulfilmentContext(
  policy: FulfilmentPolicy = withoutFms,
  { source, moment }: Pick<OrderWork, 'source' | 'moment'>
): FulfilmentContext {
  return { ...policy, moment, nextId: source.nextId }
}

/**
 * What becomes of what is provisioned when its order was changed: an order that was accepted is handed to the FMS; what is being cancelled
 * is cancelled there too.
 *
 * @returns undefined when the change doesn't concern it
 */
export async function provisioningAfter(
  { transaction, ...work }: OrderWork,
  before: Pick<OrderRecords, 'order' | 'journey'>,
  change: OrderChange,
  { policy, task }: { readonly policy?: FulfilmentPolicy | undefined; readonly task?: CancelProductOrder | undefined }
): Promise<Provisioning | undefined> {
  const isAccepted = policy !== undefined && before.order.state === 'acknowledged' && change.order.state !== 'acknowledged'
  if (!isAccepted && !isCancellationConcerned(before, change.order)) return undefined
  const latest = await latestFulfilments(transaction, before.journey)
  const provisioning = beginProvisioning(change, latest, fulfilmentContext(policy, work))
  if (isAccepted) intend(provisioning, await ingredientsFor(transaction, change.order))
  agree(provisioning, task)
  return provisioning
}

function isCancellationConcerned({ order, journey }: Pick<OrderRecords, 'order' | 'journey'>, after: ProductOrder): boolean {
  if (!journey.fulfilment || order === after) return false
  const states = new Map(leavesOf(order.productOrderItem).map(({ id, state }) => [id, state]))
  return leavesOf(after.productOrderItem).some(({ id, state }) => states.get(id) !== state)
}

/** The latest attempts on the items of an order. */
export async function latestFulfilments(
  transaction: Pick<Transaction, 'get'>,
  { fulfilment = [] }: Pick<Journey, 'fulfilment'>
): Promise<Fulfilment[]> {
  const found: Fulfilment[] = []
  for (const { id } of fulfilment) {
    const stored = await transaction.get(fulfilmentDefinition, id)
    if (stored) found.push(JSON.parse(stored.document) as Fulfilment)
  }
  return found
}

/** The rules, and the products that the items of an order are about. */
export async function ingredientsFor(
  transaction: Pick<Transaction, 'get'>,
  { productOrderItem }: Pick<ProductOrder, 'productOrderItem'>
): Promise<Ingredients> {
  const { rule: rules } = await rulesInUse(transaction)
  const products = new Map<string, Product>()
  for (const { product } of leavesOf(productOrderItem)) {
    if (product?.id === undefined || products.has(product.id)) continue
    const stored = await transaction.get(productDefinition, product.id)
    if (stored) products.set(product.id, JSON.parse(stored.document) as Product)
  }
  return { rules, productOf: id => products.get(id) }
}
