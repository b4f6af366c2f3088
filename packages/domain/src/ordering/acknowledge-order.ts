import type { Moment } from '../kernel/moment.ts'
import { type Objection, type Refusal, refusalOf } from '../kernel/refusal.ts'
import { type NewProductOrder, type ProductOrder, productOrderDefinition } from '../resources/product-order.ts'
import type { NewProductOrderItem, ProductOrderItem } from '../resources/product-order-item.ts'
import { serverOwnedAttributes } from './changeable.ts'
import { orderItemMachine } from './order-item-states.ts'
import { orderMachine } from './order-states.ts'

/**
 * Takes an order in: acknowledged, and so are its items. What only the server sets is ignored in the input, as `id` and `href` are.
 *
 * @returns a refusal for an order without items, and for items that cannot be told apart
 */
export function acknowledgeOrder(
  input: NewProductOrder,
  { id, now }: { readonly id: string } & Pick<Moment, 'now'>
): ProductOrder | Refusal {
  const objections = objectionsTo(input)
  const refused = refusalOf(objections)
  if (refused) return refused
  const { productOrderItem, relatedParty, '@type': type, ...rest } = withoutServerOwned(input)
  return {
    id,
    '@type': type ?? productOrderDefinition.type,
    ...rest,
    orderDate: now.toISOString(),
    state: orderMachine.initial,
    relatedParty: relatedParty ?? [],
    productOrderItem: productOrderItem.map(acknowledgedItem)
  }
}

function withoutServerOwned(input: NewProductOrder): NewProductOrder {
  const isGiven = ([name]: [string, unknown]) => !serverOwnedAttributes.has(name)
  return Object.fromEntries(Object.entries(input).filter(isGiven)) as unknown as NewProductOrder
}

function acknowledgedItem(item: NewProductOrderItem): ProductOrderItem {
  const { state: _state, stateBeforeCancellation: _before, productOrderItem, ...rest } = item as ProductOrderItem
  return {
    ...rest,
    state: orderItemMachine.initial,
    ...(productOrderItem && { productOrderItem: productOrderItem.map(acknowledgedItem) })
  }
}

function objectionsTo({ productOrderItem }: NewProductOrder): Objection[] {
  if (!Array.isArray(productOrderItem) || productOrderItem.length === 0) {
    return [{ code: 'missingAttribute', pointer: '/productOrderItem', message: 'an order needs at least one item' }]
  }
  const objections: Objection[] = []
  const seen = new Set<string>()
  visit(productOrderItem, '/productOrderItem', (item, pointer) => {
    if (seen.has(item.id)) {
      objections.push({ code: 'invalidValue', pointer: `${pointer}/id`, message: 'every item of an order has an id of its own' })
    }
    seen.add(item.id)
  })
  return objections
}

function visit(
  items: readonly NewProductOrderItem[],
  pointer: string,
  look: (item: NewProductOrderItem, at: string) => void
): void {
  for (const [index, item] of items.entries()) {
    look(item, `${pointer}/${index}`)
    visit(item.productOrderItem ?? [], `${pointer}/${index}/productOrderItem`, look)
  }
}
