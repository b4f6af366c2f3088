import type { NewProductOrder, NewProductOrderItem, ProductOrderItemState } from '@crm-lite/domain'
import { fictionalCustomer } from './fictional-customer.ts'
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

const offerings = [
  ['offering-fibre-500', 'Fibre 500'],
  ['offering-mobile-20', 'Mobile 20 GB'],
  ['offering-television', 'Television'],
  ['offering-telephone', 'Telephone'],
  ['offering-router', 'Router']
] as const satisfies [Offering, ...Offering[]]
type Offering = readonly [id: string, name: string]

/**
 * The fictional order of that index: always the same.
 *
 * @param customers how many there are that may have ordered
 */
export function fictionalOrder(seed: number, index: number, customers: number): FictionalOrder {
  const random = randomOf(seed, 'order', index)
  const { id, name } = fictionalCustomer(seed, random.between(0, customers - 1))
  const productOrderItem = Array.from({ length: random.between(1, 5) }, (_, at) => item(random, String(at + 1)))
  return {
    input: {
      externalId: `shop-${index}`,
      category: random.pick(['B2C', 'B2B']),
      priority: String(random.between(0, 4)),
      productOrderItem,
      relatedParty: [{ id, name, role: 'customer', '@referredType': 'Customer' }]
    },
    ageMs: random.between(1, OLDEST_HOURS) * HOUR_MS,
    fate: fateOf(random, productOrderItem)
  }
}

function item(random: Random, id: string): NewProductOrderItem {
  const [offering, name] = random.pick<Offering>(offerings)
  return { id, action: random.pick(['add', 'add', 'modify']), quantity: 1, productOffering: { id: offering, name } }
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
