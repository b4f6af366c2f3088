import type { JourneySpecification, NewProductOrder } from '@crm-lite/domain'
import { randomOf } from '../../apps/server/src/seed/random.ts'

const ITEMS = 5
const OFFERINGS = ['fibre-500', 'router', 'television', 'landline', 'installation'] as const

/** What a client sends to place the order of that index: five items, as a shop would send them. */
export function orderOf(index: number): NewProductOrder {
  const random = randomOf(1, 'party', index)
  return {
    externalId: `shop-${index}`,
    category: 'residential',
    description: 'Fibre at home',
    priority: '4',
    requestedCompletionDate: '2030-05-01T12:00:00Z',
    relatedParty: [{ id: `customer-${index}`, role: 'customer', '@referredType': 'Customer' }],
    billingAccount: { id: `account-${index}`, '@referredType': 'BillingAccount' },
    productOrderItem: Array.from({ length: ITEMS }, (_, item) => ({
      id: String(item + 1),
      action: 'add' as const,
      quantity: 1,
      productOffering: { id: OFFERINGS[item]!, name: `Offering ${item}` },
      product: {
        productCharacteristic: [{ name: 'serialNumber', valueType: 'string', value: String(random.between(100_000, 999_999)) }]
      }
    }))
  }
}

export const orderBody = (index: number): string => JSON.stringify(orderOf(index))

/** A journey of eight milestones: some by hand, some by state, in working time and with warnings as an operator would plan them. */
export const benchSpecification: JourneySpecification = {
  id: 'benchmark-1',
  '@type': 'JourneySpecification',
  key: 'benchmark',
  version: 1,
  lifecycleStatus: 'active',
  activatedAt: '2026-01-01T00:00:00.000Z',
  name: 'Fibre at home',
  match: { category: 'residential' },
  milestone: [
    { key: 'received', name: 'Order received', reachedBy: { by: 'orderState', states: ['acknowledged'] } },
    {
      key: 'accepted',
      name: 'Order accepted',
      requires: ['received'],
      reachedBy: { by: 'orderState', states: ['inProgress'] },
      plan: { duration: 'P1D' },
      warning: { hazard: 'PT4H' }
    },
    {
      key: 'scheduled',
      name: 'Visit scheduled',
      requires: ['accepted'],
      reachedBy: { by: 'hand' },
      plan: { duration: 'P2D' },
      warning: { normal: 'P1D', critical: 'PT4H' }
    },
    {
      key: 'shipped',
      name: 'Router shipped',
      requires: ['accepted'],
      reachedBy: { by: 'hand' },
      plan: { duration: 'P3D' },
      isPointOfNoReturn: true
    },
    {
      key: 'installed',
      name: 'Installed',
      requires: ['scheduled', 'shipped'],
      reachedBy: { by: 'hand' },
      plan: { duration: 'P2D' },
      warning: { normal: 'P2D', hazard: 'P1D', critical: 'PT2H' }
    },
    {
      key: 'measured',
      name: 'Line measured',
      visibility: 'internal',
      isOptional: true,
      requires: ['installed'],
      reachedBy: { by: 'hand' }
    },
    { key: 'delivered', name: 'Delivered', requires: ['installed'], reachedBy: { by: 'itemState', states: ['completed'] } },
    {
      key: 'completed',
      name: 'Order completed',
      requires: ['delivered'],
      reachedBy: { by: 'orderState', states: ['completed'] },
      plan: { duration: 'P1D' }
    }
  ]
}
