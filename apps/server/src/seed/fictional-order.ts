import type { NewProductOrder, NewProductOrderItem, Product, ProductOrderItemState } from '@crm-lite/domain'
import { fictionalCustomer } from './fictional-customer.ts'
import { billingAccountOf, fictionalProduct } from './fictional-product.ts'
import { monthly, type Offering, offerings } from './offerings.ts'
import { type Random, randomOf } from './random.ts'

/** An order, and what is done with it after it was placed. */
export interface FictionalOrder {
  readonly input: NewProductOrder
  /** How long ago it was placed. */
  readonly ageMs: number
  readonly fate: Fate
}

/** `accepted`: and some of its items went on, each to a state of its own. */
export type Fate =
  | { readonly kind: 'waiting' | 'rejected' | 'cancelled' }
  | { readonly kind: 'accepted'; readonly items: Readonly<Record<string, ProductOrderItemState>> }

const HOUR_MS = 3_600_000
const OLDEST_HOURS = 7 * 24
/** The share of orders that change something that the customer has, where there is something. */
const CHANGES = 0.5

/** How many fictional customers there are, and how many products they have. */
export interface FictionalMarket {
  readonly customers: number
  readonly products: number
}

/**
 * The fictional order of that index: always the same, with everything that the products that come of it need, so that the conformance kit
 * of the standard finds in them what it looks for.
 */
export function fictionalOrder(seed: number, index: number, { customers, products }: FictionalMarket): FictionalOrder {
  const random = randomOf(seed, 'order', index)
  const anybody = fictionalCustomer(seed, random.between(0, customers - 1))
  const changed = products > 0 && random.chance(CHANGES) ? productToChange(random, seed, customers, products) : undefined
  const { id, name = '' } = changed?.relatedParty[0] ?? anybody
  const added = Array.from({ length: random.between(1, 4) }, (_, at) => addition(random, String(at + 1)))
  const productOrderItem = changed ? [...added, change(random, String(added.length + 1), changed)] : added
  return {
    input: {
      externalId: `shop-${index}`,
      category: random.pick(['B2C', 'B2B']),
      priority: String(random.between(0, 4)),
      billingAccount: billingAccountOf(id, name),
      productOrderItem,
      relatedParty: [{ id, name, role: 'customer', '@referredType': 'Customer' }]
    },
    ageMs: random.between(1, OLDEST_HOURS) * HOUR_MS,
    fate: fateOf(random, productOrderItem)
  }
}

/** One that somebody still has. */
function productToChange(random: Random, seed: number, customers: number, products: number): Product | undefined {
  const product = fictionalProduct(seed, random.between(0, products - 1), customers)
  return product.status === 'active' ? product : undefined
}

function addition(random: Random, id: string): NewProductOrderItem {
  return { id, action: 'add', quantity: 1, ...ordered(random, random.pick(offerings)) }
}

function change(random: Random, id: string, { id: productId, productOffering }: Product): NewProductOrderItem {
  const offering = offerings.find(each => each.id === productOffering?.id) ?? offerings[0]
  const { product, ...more } = ordered(random, offering)
  return { id, action: 'modify', quantity: 1, ...more, product: { id: productId, ...product } }
}

function ordered(random: Random, offering: Offering) {
  return {
    productOffering: { id: offering.id, name: offering.name },
    product: { productCharacteristic: [offering.characteristic(random)] },
    itemPrice: [monthly(offering)]
  }
}

function fateOf(random: Random, items: readonly NewProductOrderItem[]): Fate {
  const kind = random.pick(['waiting', 'accepted', 'accepted', 'accepted', 'completed', 'completed', 'rejected', 'cancelled'])
  if (kind !== 'accepted' && kind !== 'completed') return { kind: kind as 'waiting' | 'rejected' | 'cancelled' }
  const states = items.flatMap(({ id }) => {
    if (kind === 'completed') return [[id, 'completed' as const]]
    return random.chance(0.4) ? [[id, random.pick<ProductOrderItemState>(['completed', 'completed', 'held', 'failed'])]] : []
  })
  return { kind: 'accepted', items: Object.fromEntries(states) as Record<string, ProductOrderItemState> }
}
