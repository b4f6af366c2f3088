import type { JourneySpecification } from './journey-specification.ts'

/** What an order goes through for which nobody has defined anything else: it needs no hand. */
export const defaultJourneySpecification: JourneySpecification = {
  id: 'default-1',
  '@type': 'JourneySpecification',
  key: 'default',
  version: 1,
  lifecycleStatus: 'active',
  activatedAt: '2026-01-01T00:00:00.000Z',
  name: 'Any order',
  description: 'From the order to its completion, item by item',
  translation: { de: { name: 'Jede Bestellung' } },
  milestone: [
    {
      key: 'received',
      name: 'Order received',
      translation: { de: { name: 'Bestellung eingegangen' } },
      reachedBy: { by: 'orderState', states: ['acknowledged'] }
    },
    {
      key: 'accepted',
      name: 'Order accepted',
      translation: { de: { name: 'Bestellung angenommen' } },
      requires: ['received'],
      reachedBy: { by: 'orderState', states: ['inProgress'] },
      plan: { duration: 'P1D' },
      warning: { hazard: 'PT4H' }
    },
    {
      key: 'delivered',
      name: 'Delivered',
      translation: { de: { name: 'Geliefert' } },
      scope: 'item',
      requires: ['accepted'],
      reachedBy: { by: 'itemState', states: ['completed'] },
      plan: { duration: 'P5D' },
      warning: { normal: 'P2D', hazard: 'P1D', critical: 'PT4H' }
    },
    {
      key: 'completed',
      name: 'Order completed',
      translation: { de: { name: 'Bestellung abgeschlossen' } },
      requires: ['delivered'],
      reachedBy: { by: 'orderState', states: ['completed'] }
    }
  ]
}
