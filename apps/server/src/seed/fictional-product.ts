import type { EntityReference, Product, ProductStatus } from '@crm-lite/domain'
import { fictionalCustomer } from './fictional-customer.ts'
import { dateTime } from './fictional-party.ts'
import { monthly, offerings } from './offerings.ts'
import { randomOf, seededId } from './random.ts'

const statuses: readonly [ProductStatus, ...ProductStatus[]] = ['active', 'active', 'active', 'active', 'suspended', 'terminated']

/**
 * The fictional product of that index: always the same, with everything that the conformance kit of the standard looks for.
 *
 * @param customers how many there are that may have it
 */
export function fictionalProduct(seed: number, index: number, customers: number): Product {
  const random = randomOf(seed, 'product', index)
  const { id: customerId, name: customerName } = fictionalCustomer(seed, random.between(0, customers - 1))
  const offering = random.pick(offerings)
  const status = random.pick(statuses)
  const startDate = dateTime(random, 2021, 2023)
  return {
    id: seededId(seed, 'productId', index),
    '@type': 'Product',
    name: offering.name,
    status,
    isBundle: false,
    isCustomerVisible: true,
    startDate,
    ...(status === 'terminated' && { terminationDate: dateTime(random, 2024, 2025) }),
    billingAccount: billingAccountOf(customerId, customerName),
    productOffering: { id: offering.id, name: offering.name, '@referredType': 'ProductOffering' },
    productCharacteristic: [offering.characteristic(random)],
    productPrice: [monthly(offering)],
    relatedParty: [{ id: customerId, name: customerName, role: 'customer', '@referredType': 'Customer' }],
    realizingService: [{ id: `service-${index}`, name: offering.name, '@referredType': 'Service' }],
    ...(offering.device !== undefined && deviceOf(offering.device, index))
  }
}

/** Where everything that a fictional customer has is charged. */
export function billingAccountOf(customerId: string, name: string): EntityReference {
  return { id: `billing-account-${customerId}`, name, '@referredType': 'BillingAccount' }
}

function deviceOf(name: string, index: number): Pick<Product, 'productSerialNumber' | 'realizingResource'> {
  const serialNumber = `SN-${String(index).padStart(9, '0')}`
  return {
    productSerialNumber: serialNumber,
    realizingResource: [{ id: `device-${index}`, name, value: serialNumber, '@referredType': 'PhysicalResource' }]
  }
}
