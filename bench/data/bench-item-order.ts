import type { NewProductOrder } from '@crm-lite/domain'

/** What a client sends who orders so many things of which each is one service with one device. */
export function itemOrderBody(index: number, items: number): string {
  const order: NewProductOrder = {
    externalId: `shop-${index}`,
    relatedParty: [{ id: `customer-${index}`, role: 'customer', '@referredType': 'Customer' }],
    billingAccount: { id: `account-${index}`, '@referredType': 'BillingAccount' },
    productOrderItem: Array.from({ length: items }, (_, item) => ({
      id: String(item + 1),
      action: 'add',
      quantity: 1,
      productOffering: { id: 'fibre-500', name: 'Fibre 500' },
      product: { productCharacteristic: [{ name: 'speed', valueType: 'string', value: '500' }] }
    }))
  }
  return JSON.stringify(order)
}
