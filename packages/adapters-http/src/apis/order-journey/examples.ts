import type { Calendar, Journey, NewJourneySpecification, OrderHistory } from '@crm-lite/domain'

const schema = (name: string) => ({ '@baseType': 'Entity', '@schemaLocation': `https://example.com/schemas/${name}.json` })
const orderId = '0199c3a4-5f7e-7c31-9d52-3f1b8a6e4d20'

export const journeySpecificationExample = {
  '@type': 'JourneySpecification',
  ...schema('journey-specification'),
  key: 'fibre',
  name: 'Fibre at home',
  description: 'New lines, from the order to the first call',
  translation: { de: { name: 'Glasfaser zu Hause' } },
  match: {
    category: 'B2C',
    productOfferingId: ['offering-fibre-500', 'offering-fibre-1000'],
    action: 'add',
    customerCharacteristic: [{ name: 'tier', value: 'gold' }]
  },
  priority: 10,
  milestone: [
    {
      key: 'scheduled',
      name: 'Visit scheduled',
      translation: { de: { name: 'Termin vereinbart' } },
      reachedBy: { by: 'hand' },
      plan: { duration: 'P2D' }
    },
    {
      key: 'shipped',
      name: 'Router shipped',
      scope: 'item',
      forItems: { productOfferingId: ['offering-router'] },
      reachedBy: {
        by: 'event',
        resource: 'cancelProductOrder',
        kind: 'stateChanged',
        where: [{ path: 'state', in: ['terminatedWithError'] }]
      },
      plan: { duration: 'P3D', from: 'start' },
      isPointOfNoReturn: true
    },
    {
      key: 'installed',
      name: 'Installed',
      description: 'The technician has installed the line',
      requires: ['scheduled', 'shipped'],
      reachedBy: { by: 'hand' },
      plan: { duration: 'P4D' },
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
    { key: 'ready', name: 'Ready to use', requires: ['installed'], reachedBy: { by: 'requirements' } }
  ]
} satisfies NewJourneySpecification & { '@type': string }

const officeHours = {
  name: 'Office hours',
  timeZone: 'Europe/Paris',
  workingHours: [
    { days: ['monday', 'tuesday', 'wednesday', 'thursday'], from: '08:00', to: '17:00' },
    { days: ['friday'], from: '08:00', to: '14:30' }
  ],
  holiday: [{ date: '2026-12-25', name: 'Christmas Day' }],
  status: 'agreed for 2026'
} satisfies Omit<Calendar, 'id'>

export const calendarExample = { '@type': 'Calendar', ...schema('calendar'), ...officeHours }

export const journeyExample = {
  '@type': 'Journey',
  ...schema('journey'),
  productOrder: { id: orderId },
  specification: { id: 'fibre-2', key: 'fibre', version: 2 },
  state: 'active',
  startDate: '2026-01-31T09:00:00.000Z',
  milestone: [
    {
      key: 'scheduled',
      name: 'Visit scheduled',
      reachedBy: { by: 'hand' },
      plan: { duration: 'P2D' },
      requires: [],
      state: 'reached',
      plannedDate: '2026-02-02T09:00:00.000Z',
      forecastDate: '2026-02-01T10:00:00.000Z',
      date: '2026-02-01T10:00:00.000Z',
      note: [{ author: 'asha', date: '2026-02-01T10:00:00.000Z', text: 'Wednesday morning suits' }]
    },
    {
      key: 'installed',
      name: 'Installed',
      requires: ['scheduled'],
      reachedBy: { by: 'hand' },
      plan: { duration: 'PT16H', calendar: 'office' },
      warning: { hazard: 'P1D' },
      state: 'open',
      plannedDate: '2026-02-04T11:00:00.000Z',
      forecastDate: '2026-02-03T12:00:00.000Z',
      level: 'hazard',
      alert: [{ id: 'installed-1', level: 'hazard', date: '2026-02-03T11:00:00.000Z', plannedDate: '2026-02-04T11:00:00.000Z' }]
    }
  ],
  calendar: [{ id: 'office', ...officeHours }],
  plannedCompletionDate: '2026-02-04T11:00:00.000Z',
  expectedCompletionDate: '2026-02-03T12:00:00.000Z',
  nextDueDate: '2026-02-04T11:00:00.000Z',
  lastUpdate: '2026-02-03T11:00:00.000Z',
  cancelProductOrder: { id: '0199c3a4-5f7e-7c31-9d52-3f1b8a6e4d21' },
  fulfilment: [{ id: '01977f6e-8d0c-7c3a-9c11-2f6d1f0a7b10:1:1', item: { id: '1' } }],
  stateBeforeCancellation: { order: 'inProgress', item: [{ id: '1', state: 'inProgress' }] }
} satisfies Omit<Journey, 'id'>

export const orderHistoryExample = {
  '@type': 'OrderHistory',
  ...schema('order-history'),
  order: { id: orderId },
  subject: 'milestone',
  item: { id: '1' },
  milestone: { key: 'installed' },
  task: { id: '0199c3a4-5f7e-7c31-9d52-3f1b8a6e4d21' },
  attribute: 'state',
  from: 'open',
  to: 'reached',
  date: '2026-02-03T12:00:00.000Z',
  actor: 'asha',
  reason: 'The technician was there'
} satisfies Omit<OrderHistory, 'id'>
