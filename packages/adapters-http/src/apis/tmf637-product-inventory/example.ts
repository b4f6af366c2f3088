import type { NewProduct } from '@crm-lite/domain'

const price = { taxIncludedAmount: { unit: 'EUR', value: 29.9 }, dutyFreeAmount: { unit: 'EUR', value: 25.13 }, taxRate: 19 }
const validFor = { startDateTime: '2026-02-14T11:30:00Z', endDateTime: '2028-02-14T11:30:00Z' }

export const productExample = {
  '@type': 'Product',
  '@baseType': 'Entity',
  '@schemaLocation': 'https://example.com/schemas/product.json',
  name: 'Fibre 500',
  description: 'Fibre to the club house',
  status: 'active',
  isBundle: true,
  isCustomerVisible: true,
  productSerialNumber: 'SN-0042',
  orderDate: '2026-01-31T09:00:00Z',
  startDate: '2026-02-14T11:30:00Z',
  terminationDate: '2028-02-14T11:30:00Z',
  agreement: [{ id: 'agreement-1', name: 'Frame agreement 2026', agreementItemId: '2', '@referredType': 'Agreement' }],
  billingAccount: { id: 'billing-account-1', name: 'Club house', '@referredType': 'BillingAccount' },
  place: [{ id: 'place-1', name: 'Club house', role: 'installation address', '@referredType': 'GeographicAddress' }],
  product: [
    {
      id: 'product-4',
      href: 'https://example.com/tmf-api/productInventory/v4/product/product-4',
      name: 'Router',
      '@referredType': 'Product'
    },
    { name: 'Static address', status: 'active', productCharacteristic: [{ name: 'address', value: '192.0.2.17' }] }
  ],
  productCharacteristic: [
    { name: 'speed', valueType: 'number', value: 500 },
    { name: 'macAddress', valueType: 'string', value: '00:00:5e:00:53:2a' }
  ],
  productOffering: { id: 'offering-fibre-500', name: 'Fibre 500', '@referredType': 'ProductOffering' },
  productOrderItem: [
    {
      orderItemId: '1',
      orderItemAction: 'add',
      productOrderId: '0199c3a4-5f7e-7c31-9d52-3f1b8a6e4d20',
      productOrderHref:
        'https://example.com/tmf-api/productOrderingManagement/v4/productOrder/0199c3a4-5f7e-7c31-9d52-3f1b8a6e4d20',
      role: 'origin',
      '@referredType': 'ProductOrderItem'
    }
  ],
  productPrice: [
    {
      name: 'Monthly fee',
      description: 'Monthly fee',
      priceType: 'recurring',
      recurringChargePeriod: 'month',
      price,
      billingAccount: { id: 'billing-account-1', name: 'Club house', '@referredType': 'BillingAccount' },
      productOfferingPrice: { id: 'offering-price-1', name: 'Fibre 500, monthly' },
      productPriceAlteration: [
        {
          name: 'Club discount',
          priceType: 'recurring',
          recurringChargePeriod: 'month',
          applicationDuration: 12,
          priority: 1,
          price: { percentage: 10 }
        }
      ]
    }
  ],
  productRelationship: [{ relationshipType: 'reliesOn', product: { id: 'product-3', '@referredType': 'Product' } }],
  productSpecification: {
    id: 'specification-fibre',
    name: 'Fibre access',
    version: '2.1',
    targetProductSchema: { '@type': 'FibreAccess', '@schemaLocation': 'https://example.com/schemas/fibre-access.json' }
  },
  productTerm: [{ name: 'Minimum term', duration: { amount: 24, units: 'month' }, validFor }],
  realizingResource: [{ id: 'router-42', name: 'Router', value: 'SN-0042', '@referredType': 'PhysicalResource' }],
  realizingService: [{ id: 'service-9', name: 'Fibre access', '@referredType': 'Service' }],
  relatedParty: [{ id: '500', name: 'Harbour Sports Club', role: 'customer', '@referredType': 'Customer' }]
} satisfies NewProduct
