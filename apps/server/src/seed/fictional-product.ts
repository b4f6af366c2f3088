import type { Product, ProductPrice, ProductStatus } from '@crm-lite/domain'
import { fictionalCustomer } from './fictional-customer.ts'
import { dateTime } from './fictional-party.ts'
import { type Random, randomOf, seededId } from './random.ts'

interface Offering {
  readonly id: string
  readonly name: string
  /** A month, with taxes. */
  readonly fee: number
  /** The device that it comes with; absent: none. */
  readonly device?: string
  readonly characteristic: (random: Random) => { name: string; valueType: string; value: string | number }
}

const offerings: readonly [Offering, ...Offering[]] = [
  {
    id: 'offering-fibre-500',
    name: 'Fibre 500',
    fee: 39.9,
    device: 'Optical terminal',
    characteristic: () => ({ name: 'speed', valueType: 'number', value: 500 })
  },
  {
    id: 'offering-mobile-20',
    name: 'Mobile 20 GB',
    fee: 19.9,
    device: 'SIM card',
    characteristic: random => ({ name: 'dataVolume', valueType: 'number', value: random.pick([20, 40]) })
  },
  {
    id: 'offering-television',
    name: 'Television',
    fee: 12.5,
    device: 'Receiver',
    characteristic: random => ({ name: 'package', valueType: 'string', value: random.pick(['basic', 'sports', 'films']) })
  },
  {
    id: 'offering-telephone',
    name: 'Telephone',
    fee: 4.9,
    characteristic: random => ({ name: 'lines', valueType: 'number', value: random.between(1, 4) })
  },
  {
    id: 'offering-router',
    name: 'Router',
    fee: 3.5,
    device: 'Router',
    characteristic: random => ({ name: 'colour', valueType: 'string', value: random.pick(['white', 'black']) })
  }
]

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
    billingAccount: { id: `billing-account-${customerId}`, name: customerName, '@referredType': 'BillingAccount' },
    productOffering: { id: offering.id, name: offering.name, '@referredType': 'ProductOffering' },
    productCharacteristic: [offering.characteristic(random)],
    productPrice: [monthly(offering.fee)],
    relatedParty: [{ id: customerId, name: customerName, role: 'customer', '@referredType': 'Customer' }],
    realizingService: [{ id: `service-${index}`, name: offering.name, '@referredType': 'Service' }],
    ...(offering.device !== undefined && deviceOf(offering.device, index))
  }
}

function monthly(fee: number): ProductPrice {
  return {
    name: 'Monthly fee',
    priceType: 'recurring',
    recurringChargePeriod: 'month',
    price: { taxRate: 19, taxIncludedAmount: { unit: 'EUR', value: fee } }
  }
}

function deviceOf(name: string, index: number): Pick<Product, 'productSerialNumber' | 'realizingResource'> {
  const serialNumber = `SN-${String(index).padStart(9, '0')}`
  return {
    productSerialNumber: serialNumber,
    realizingResource: [{ id: `device-${index}`, name, value: serialNumber, '@referredType': 'PhysicalResource' }]
  }
}
