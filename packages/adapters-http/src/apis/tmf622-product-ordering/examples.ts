import type { NewCancelProductOrder, NewProductOrder } from '@crm-lite/domain'

const price = { taxIncludedAmount: { unit: 'EUR', value: 29.9 }, dutyFreeAmount: { unit: 'EUR', value: 25.13 }, taxRate: 19 }
const monthly = { name: 'Monthly fee', priceType: 'recurring', recurringChargePeriod: 'month', price }
const billingAccount = { id: 'billing-account-1', name: 'Club house', '@referredType': 'BillingAccount' }

export const productOrderExample = {
  '@type': 'ProductOrder',
  '@baseType': 'Entity',
  '@schemaLocation': 'https://example.com/schemas/product-order.json',
  description: 'Fibre and television for the club house',
  externalId: 'shop-4711',
  category: 'B2C',
  priority: '3',
  notificationContact: 'office@harbour-sports.example.com',
  cancellationReason: 'None yet',
  cancellationDate: '2027-01-01T00:00:00Z',
  requestedStartDate: '2026-02-02T08:00:00Z',
  requestedCompletionDate: '2026-02-27T17:00:00Z',
  agreement: [{ id: 'agreement-1', name: 'Frame agreement 2026', '@referredType': 'Agreement' }],
  billingAccount,
  channel: [{ id: 'shop', name: 'Shop', role: 'order capture' }],
  note: [{ id: '1', author: 'Asha Rao', date: '2026-01-31T09:00:00Z', text: 'Please ring twice' }],
  orderTotalPrice: [{ ...monthly, name: 'All of it', billingAccount }],
  payment: [{ id: 'payment-5', '@referredType': 'CashPayment' }],
  productOfferingQualification: [{ id: 'qualification-2', name: 'Club house' }],
  quote: [{ id: 'quote-4', name: 'Club house' }],
  relatedParty: [{ id: '500', name: 'Harbour Sports Club', role: 'customer', '@referredType': 'Customer' }],
  productOrderItem: [
    {
      id: '1',
      action: 'add',
      quantity: 1,
      productOffering: { id: 'offering-fibre-500', name: 'Fibre 500' },
      product: {
        name: 'Fibre 500',
        isBundle: false,
        place: [{ id: 'place-1', role: 'installation address', '@referredType': 'GeographicAddress' }],
        productCharacteristic: [{ name: 'speed', valueType: 'number', value: 500 }]
      },
      appointment: { id: 'appointment-8', description: 'The technician comes' },
      itemPrice: [monthly],
      itemTerm: [{ name: 'Minimum term', duration: { amount: 24, units: 'month' } }]
    },
    {
      id: '2',
      action: 'add',
      productOffering: { id: 'offering-television', name: 'Television' },
      productOrderItemRelationship: [{ id: '1', relationshipType: 'reliesOn' }],
      productOrderItem: [
        { id: '2.1', action: 'add', product: { name: 'Receiver' } },
        { id: '2.2', action: 'add', product: { name: 'Sports channels' } }
      ]
    }
  ]
} satisfies NewProductOrder

export const cancelProductOrderExample = {
  '@type': 'CancelProductOrder',
  '@baseType': 'Entity',
  '@schemaLocation': 'https://example.com/schemas/cancel-product-order.json',
  cancellationReason: 'No longer needed',
  requestedCancellationDate: '2026-02-02T08:00:00Z',
  productOrder: { id: '0199c3a4-5f7e-7c31-9d52-3f1b8a6e4d20', '@referredType': 'ProductOrder' }
} satisfies NewCancelProductOrder
