import { type Fulfilment, fulfilmentDefinition, latestAttempts } from '../../fulfilment/fulfilment.ts'
import { leavesOf } from '../../ordering/roll-up.ts'
import { type Product, productDefinition } from '../../resources/product.ts'
import { type ProductOrder, productOrderDefinition } from '../../resources/product-order.ts'
import type { ProductOrderItem } from '../../resources/product-order-item.ts'
import { insistThat } from './violation.ts'
import type { World } from './world.ts'

/** What we believe of the FMS is so, and the inventory holds what the customers have. */
export function checkProvisioning({ fms, ledger }: World): void {
  if (!fms) return
  const records = new Map(ledger.all<Fulfilment>(fulfilmentDefinition).map(record => [record.id, record]))
  for (const { id, externalId, state } of fms.fms.orders()) {
    const record = records.get(externalId!)
    insistThat(record !== undefined, () => `the FMS has ${externalId}, and nobody knows of it`)
    const told = record.serviceOrder
    insistThat(told === undefined || told.id === id, () => `${externalId} is ${id} at the FMS, and we follow ${told?.id}`)
    const isBelievedCancelled =
      record.state === 'cancelled' && record.serviceOrder !== undefined && !record.cancellation?.isGivenUp
    insistThat(
      !isBelievedCancelled || state !== 'completed',
      () => `${externalId} is completed at the FMS, and we think it cancelled`
    )
    const isBelievedDone = record.state === 'completed' && told?.state === 'completed'
    insistThat(!isBelievedDone || state === 'completed', () => `${externalId} is ${state} at the FMS, and we think it completed`)
  }
  const active = ledger.all<Product>(productDefinition).filter(({ status }) => status === 'active')
  const latest = latestAttempts([...records.values()])
  for (const order of ledger.all<ProductOrder>(productOrderDefinition)) {
    for (const item of leavesOf(order.productOrderItem)) {
      const record = latest.find(({ productOrder, item: { id } }) => productOrder.id === order.id && id === item.id)
      checkItem(order, item, record, active)
    }
  }
}

function checkItem(
  order: ProductOrder,
  item: ProductOrderItem,
  record: Fulfilment | undefined,
  active: readonly Product[]
): void {
  const products = active.filter(({ productOrderItem = [] }) =>
    productOrderItem.some(
      ({ productOrderId, orderItemId, orderItemAction }) =>
        productOrderId === order.id && orderItemId === item.id && orderItemAction === 'add'
    )
  )
  insistThat(products.length <= 1, () => `item ${item.id} of ${order.id} has ${products.length} products`)
  // What people have decided, they have decided.
  const isWithoutFms = record?.state === 'completed' && record.request.items.length === 0 && !record.serviceOrder
  if (record?.serviceOrder?.state !== 'completed' && !isWithoutFms) return
  const isDelivered = item.state === 'completed' && order.state !== 'cancelled'
  insistThat(isDelivered || products.length === 0, () => `item ${item.id} of ${order.id} is ${item.state}, and has a product`)
}
