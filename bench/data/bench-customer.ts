import type { Customer } from '@crm-lite/domain'
import { fictionalCustomer } from '../../apps/server/src/seed/fictional-customer.ts'

const SEED = 1

/** How many customers of a data set have the values below, whatever its size: lists filtered by them find the same number. */
export const PLANTED = 100

const planted = {
  name: 'Planted For The Benchmark',
  status: 'planted',
  engagedPartyId: 'planted-party',
  emailAddress: 'planted@example.com',
  phoneNumber: '+1-555-0100'
}

/** A filter for each indexed attribute of customers, as it stands in a query string. Each finds the planted customers. */
export const plantedFilters: Readonly<Record<string, string>> = {
  name: `name=${encodeURIComponent(planted.name)}`,
  status: `status=${planted.status}`,
  'engagedParty.id': `engagedParty.id=${planted.engagedPartyId}`,
  'e-mail': `contactMedium.characteristic.emailAddress=${encodeURIComponent(planted.emailAddress)}`,
  phone: `contactMedium.characteristic.phoneNumber=${encodeURIComponent(planted.phoneNumber)}`
}

/** About a quarter of all customers have this status. */
export const COMMON_STATUS = 'prospective'

/** The customer of that index in a data set of `rows`: fictional, and every so often one of the planted ones. */
export function benchCustomer(index: number, rows: number): Customer {
  const customer = fictionalCustomer(SEED, index)
  if (index % (rows / PLANTED) !== 0) return customer
  const { name, status, engagedPartyId, emailAddress, phoneNumber } = planted
  return {
    ...customer,
    name,
    status,
    engagedParty: { ...customer.engagedParty, id: engagedPartyId },
    contactMedium: [
      { mediumType: 'email', preferred: true, characteristic: { emailAddress } },
      { mediumType: 'phone', preferred: false, characteristic: { phoneNumber } },
      ...(customer.contactMedium ?? []).slice(2)
    ]
  }
}

/** What a client sends to create the customer of that index. */
export function createBody(index: number): string {
  const { id: _id, ...body } = fictionalCustomer(SEED, index)
  return JSON.stringify(body)
}
