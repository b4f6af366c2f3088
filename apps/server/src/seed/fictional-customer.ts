import type { Customer } from '@crm-lite/domain'
import { dateTime, partyCard } from './fictional-party.ts'
import { type Random, randomOf, seededId } from './random.ts'

/** Status and how many customers out of a hundred have it; the rest are active. */
const statuses: readonly (readonly [status: string, share: number, reason?: string])[] = [
  ['prospective', 25],
  ['inactive', 15, 'No product in use'],
  ['suspended', 7, 'Payment overdue'],
  ['closed', 3, 'Contract ended']
]

/** The fictional customer of that index. It engages the party of the same index. */
export function fictionalCustomer(seed: number, index: number): Customer {
  const random = randomOf(seed, 'customer', index)
  const party = partyCard(seed, index)
  const isOrganization = party.type === 'Organization'
  const related = relatedParty(seed, index, isOrganization, random)
  return {
    id: seededId(seed, 'customerId', index),
    '@type': 'Customer',
    name: party.name,
    ...statusOf(random),
    engagedParty: { id: party.id, name: party.name, role: 'customer', '@referredType': party.type },
    contactMedium: party.contactMedium,
    characteristic: [
      { name: 'segment', valueType: 'string', value: isOrganization ? random.pick(['enterprise', 'smallBusiness']) : 'consumer' },
      { name: 'loyaltyPoints', valueType: 'number', value: random.between(0, 20_000) },
      { name: 'paperlessBilling', valueType: 'boolean', value: random.chance(0.7) }
    ],
    ...(random.chance(0.3) && { creditProfile: [creditProfile(random)] }),
    ...(related && { relatedParty: [related] }),
    validFor: { startDateTime: dateTime(random, 2015, 2023) }
  }
}

function statusOf(random: Random): Pick<Customer, 'status' | 'statusReason'> {
  let left = random.next() * 100
  for (const [status, share, statusReason] of statuses) {
    left -= share
    if (left < 0) return { status, ...(statusReason !== undefined && { statusReason }) }
  }
  return { status: 'active' }
}

function creditProfile(random: Random) {
  return {
    creditProfileDate: dateTime(random, 2022, 2023),
    creditScore: random.between(300, 850),
    creditRiskRating: random.between(1, 10),
    validFor: { startDateTime: '2023-01-01T00:00:00Z', endDateTime: '2026-01-01T00:00:00Z' }
  }
}

/** Somebody of a smaller index, so that whoever is related exists when the data is made in order. */
function relatedParty(seed: number, index: number, isOrganization: boolean, random: Random) {
  if (index === 0 || !random.chance(0.25)) return undefined
  const other = partyCard(seed, random.between(0, index - 1))
  const role = isOrganization ? random.pick(['accountManager', 'owner']) : random.pick(['payer', 'authorizedUser'])
  return { id: other.id, name: other.name, role, '@referredType': other.type }
}
