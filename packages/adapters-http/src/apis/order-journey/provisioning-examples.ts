import type { Fallout, Fulfilment, NewProvisioningRule } from '@crm-lite/domain'

const schema = (name: string) => ({ '@baseType': 'Entity', '@schemaLocation': `https://example.com/schemas/${name}.json` })
const orderId = '0199c3a4-5f7e-7c31-9d52-3f1b8a6e4d20'
const falloutId = '0199c3a4-5f7e-7c31-9d52-3f1b8a6e4d24'
const externalId = `${orderId}:1:1`

export const provisioningRuleExample = {
  '@type': 'ProvisioningRule',
  ...schema('provisioning-rule'),
  key: 'fibre',
  name: 'Fibre at home',
  description: 'A line and a router',
  match: {
    productOfferingId: ['fibre-500', 'fibre-1000'],
    productSpecificationId: ['fibre'],
    action: ['add'],
    category: 'B2C',
    characteristic: [{ name: 'medium', value: 'glass' }]
  },
  priority: 10,
  serviceOrderItem: [
    { key: 'line', serviceSpecification: { id: 'access-line', name: 'Access line', version: '1.0' }, forEach: 'item' },
    {
      key: 'router',
      action: 'add',
      serviceSpecification: { id: 'home-router' },
      requires: ['line'],
      doesCopyCharacteristics: true,
      characteristic: [
        { name: 'downstream', fromCharacteristic: 'speed', valueType: 'string', isMandatory: true },
        { name: 'ssid', value: 'home' },
        { name: 'label', fromItem: 'product.name' },
        { name: 'segment', fromOrder: 'category' }
      ],
      supportingResource: [
        {
          name: 'Router at home',
          type: 'Router',
          model: { fromCharacteristic: 'routerModel' },
          characteristic: [{ name: 'colour', value: 'white' }]
        }
      ]
    }
  ],
  stateMap: { scheduled: 'inProgress' }
} satisfies NewProvisioningRule & { '@type': string }

export const fulfilmentExample = {
  '@type': 'Fulfilment',
  ...schema('fulfilment'),
  productOrder: { id: orderId },
  item: { id: '1' },
  attempt: 1,
  purpose: 'provision',
  state: 'fallout',
  request: {
    externalId,
    description: 'Fibre at home',
    category: 'B2C',
    requestedStartDate: '2026-02-01T09:00:00Z',
    requestedCompletionDate: '2026-02-10T09:00:00Z',
    items: [
      {
        id: 'router',
        action: 'add',
        serviceSpecification: { id: 'home-router', name: 'Router at home', version: '1.0' },
        characteristics: [{ name: 'downstream', value: '500', valueType: 'string' }],
        supportingResources: [{ name: 'Router at home', type: 'Router', model: 'FB-7590' }],
        requires: []
      }
    ]
  },
  rule: { id: '0199c3a4-5f7e-7c31-9d52-3f1b8a6e4d23', key: 'fibre', version: 1 },
  stateMap: { scheduled: 'inProgress' },
  serviceOrder: { id: 'so-4711', state: 'inProgress' },
  isHeld: false,
  tries: 1,
  failures: 3,
  failingSince: '2026-02-02T09:00:00.000Z',
  puzzles: 0,
  sentAt: '2026-02-01T09:00:00.000Z',
  nextAt: '2026-02-02T09:05:00.000Z',
  newsAt: '2026-02-01T09:00:01.000Z',
  polledAt: '2026-02-02T09:00:00.000Z',
  told: '1k2j3h4g5f6',
  toldBy: 'event-17',
  isListenedTo: true,
  cancellation: {
    id: 'cancel-4',
    reason: 'No longer needed',
    requestedAt: '2026-02-02T09:00:00.000Z',
    state: 'asked',
    tries: 1,
    isUnknown: false,
    isGivenUp: false
  },
  fallout: { id: falloutId, kind: 'timeout' },
  result: [{ item: 'router', service: 'service-9', resource: [{ id: 'device-7', serialNumber: 'SN-0042' }] }],
  done: [
    {
      position: 0,
      request: { id: 'line', action: 'add', characteristics: [], supportingResources: [], requires: [] },
      result: {
        item: 'line',
        state: 'completed',
        service: 'service-8',
        name: 'Fibre line',
        characteristic: [{ name: 'vlan', value: '7', valueType: 'string' }]
      }
    }
  ],
  product: { id: '0199c3a4-5f7e-7c31-9d52-3f1b8a6e4d25' },
  createdAt: '2026-02-01T09:00:00.000Z',
  lastUpdate: '2026-02-02T09:00:00.000Z'
} satisfies Omit<Fulfilment, 'id'>

export const falloutExample = {
  '@type': 'Fallout',
  ...schema('fallout'),
  productOrder: { id: orderId },
  item: { id: '1' },
  fulfilment: { id: externalId, attempt: 1 },
  serviceOrder: { id: 'so-4711' },
  kind: 'rejectedByFms',
  step: 'follow',
  message: 'the FMS rejected the service order',
  evidence: {
    request: `{"externalId":"${externalId}","description":"***"}`,
    answer: '{"state":"rejected","note":["***"]}',
    status: 200,
    error: 'no router in stock'
  },
  status: 'resolved',
  owner: 'asha',
  raisedAt: '2026-02-02T09:00:00.000Z',
  resolvedAt: '2026-02-02T11:00:00.000Z',
  resolution: 'retry',
  history: [
    { date: '2026-02-02T09:00:00.000Z', actor: 'crm', action: 'raise' },
    { date: '2026-02-02T10:00:00.000Z', actor: 'asha', action: 'assign', owner: 'asha' },
    { date: '2026-02-02T11:00:00.000Z', actor: 'asha', action: 'retry', reason: 'The stock was filled' }
  ]
} satisfies Omit<Fallout, 'id'>
