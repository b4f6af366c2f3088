import type { Product } from '../../resources/product.ts'
import type { NewProductOrder } from '../../resources/product-order.ts'
import type { NewProductOrderItem } from '../../resources/product-order-item.ts'
import type { Random } from './random.ts'

/** What can be ordered, and what the rules and journeys of the simulation know. */
export const offerings = ['line', 'router', 'television', 'advice'] as const

/**
 * One to five items, some of them in others, some about nothing that has to be provisioned.
 *
 * @param products what is in the inventory: some items change it, or give it back
 */
export function newOrder(random: Random, products: readonly Product[]): NewProductOrder {
  const count = random.between(1, 5)
  const items: NewProductOrderItem[] = []
  for (let index = 1; index <= count; index++) {
    const product = random.chance(0.2) ? random.pickIfAny(products) : undefined
    const item = product ? itemAbout(product, random, `${index}`) : newItem(random, `${index}`)
    const parent = random.chance(0.2) ? random.pickIfAny(items) : undefined
    if (parent) parent.productOrderItem = [...(parent.productOrderItem ?? []), item]
    else items.push(item)
  }
  return {
    ...(random.chance(0.5) && { category: random.pick(['business', 'residential']) }),
    ...(random.chance(0.5) && { billingAccount: { id: 'account-1' } }),
    productOrderItem: items
  }
}

function newItem(random: Random, id: string): NewProductOrderItem {
  const kind = random.weighted({ offering: 7, product: 1, nothing: 1, noChange: 1 })
  if (kind === 'noChange') return { id, action: 'noChange' }
  if (kind === 'nothing') return { id, action: 'add' }
  if (kind === 'product') {
    const productCharacteristic = [{ name: 'speed', value: random.pick([100, 500]) }]
    return { id, action: 'add', product: { name: 'Line', productSpecification: { id: 'line' }, productCharacteristic } }
  }
  const quantity = random.chance(0.15) ? random.between(2, 3) : undefined
  return {
    id,
    action: 'add',
    ...(quantity !== undefined && { quantity }),
    productOffering: { id: random.pick(offerings) }
  }
}

function itemAbout({ id: productId }: Product, random: Random, id: string): NewProductOrderItem {
  if (random.chance(0.5)) return { id, action: 'delete', product: { id: productId } }
  const productCharacteristic = [{ name: 'speed', value: random.pick([100, 500]) }]
  return { id, action: 'modify', product: { id: productId, productCharacteristic } }
}
