import type { ProductOrder } from '../resources/product-order.ts'
import type { ProductOrderItem } from '../resources/product-order-item.ts'
import type { ProductOrderItemState } from './order-item-states.ts'
import type { ProductOrderState } from './order-states.ts'
import { itemsOf } from './roll-up.ts'

/** Where an order and its items were before cancellations of them came to be assessed. */
export interface StatesBeforeCancellation {
  order?: ProductOrderState
  item?: { id: string; state: ProductOrderItemState }[]
}

/** What an order knows and doesn't show; undefined when there is nothing. */
export function statesBeforeCancellation(order: ProductOrder): StatesBeforeCancellation | undefined {
  const { stateBeforeCancellation: ofOrder } = order
  const item = itemsOf(order.productOrderItem).flatMap(({ id, stateBeforeCancellation: state }) => (state ? [{ id, state }] : []))
  if (!ofOrder && item.length === 0) return undefined
  return { ...(ofOrder && { order: ofOrder }), ...(item.length > 0 && { item }) }
}

/** An order as it is kept and shown: what the standard doesn't know is left to the journey. The same object when there is nothing. */
export function withoutStatesBefore(order: ProductOrder): ProductOrder {
  if (!statesBeforeCancellation(order)) return order
  const { stateBeforeCancellation: _before, ...rest } = order
  return { ...rest, productOrderItem: order.productOrderItem.map(itemWithoutState) }
}

/** An order as decisions need it: the opposite of {@link withoutStatesBefore}. An attribute that is there already stays. */
export function withStatesBefore<Order extends Pick<ProductOrder, 'productOrderItem'>>(
  order: Order,
  states: StatesBeforeCancellation | undefined
): Order {
  if (!states) return order
  const ofItems = new Map((states.item ?? []).map(({ id, state }) => [id, state]))
  const productOrderItem =
    ofItems.size === 0 ? order.productOrderItem : order.productOrderItem.map(item => itemWithState(item, ofItems))
  return { ...(states.order && { stateBeforeCancellation: states.order }), ...order, productOrderItem }
}

function itemWithoutState(item: ProductOrderItem): ProductOrderItem {
  const { stateBeforeCancellation: _before, productOrderItem, ...rest } = item
  return { ...rest, ...(productOrderItem && { productOrderItem: productOrderItem.map(itemWithoutState) }) }
}

function itemWithState(item: ProductOrderItem, states: ReadonlyMap<string, ProductOrderItemState>): ProductOrderItem {
  const stateBeforeCancellation = states.get(item.id)
  return {
    ...(stateBeforeCancellation && { stateBeforeCancellation }),
    ...item,
    ...(item.productOrderItem && { productOrderItem: item.productOrderItem.map(each => itemWithState(each, states)) })
  }
}
