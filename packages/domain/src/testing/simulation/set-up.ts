import { eventSubscriptionDefinition } from '../../events/event-subscription.ts'
import { initialProvisioningCatalog, provisioningCatalogDefinition } from '../../fulfilment/provisioning-catalog.ts'
import { type ProvisioningRule, provisioningRuleDefinition } from '../../fulfilment/provisioning-rule.ts'
import { journeySpecificationDefinition, type NewJourneySpecification } from '../../journey/journey-specification.ts'
import type { StoredEvent } from '../../ports/event-log.ts'
import { productOrderDefinition } from '../../resources/product-order.ts'
import { activateJourneySpecification } from '../../use-cases/activate-journey-specification.ts'
import { createJourneySpecification } from '../../use-cases/create-journey-specification.ts'
import { createSubscription } from '../../use-cases/create-subscription.ts'
import type { Client } from './client.ts'
import { Receiver } from './receiver.ts'
import { TENANT } from './world.ts'

/** Everything that is there before the first order. */
export async function setUp(client: Client): Promise<void> {
  await subscribe(client)
  await useRules(client)
  if (client.world.random.chance(0.8)) await useJourney(client)
}

/** The first wants everything, the others the states of orders. */
async function subscribe(client: Client): Promise<void> {
  const { world } = client
  for (let count = 1; count <= world.shape.subscribers; count++) {
    const host = `receiver-${count}.example.com:443`
    const isOfStates = (event: StoredEvent) => event.resource === productOrderDefinition.name && event.kind === 'stateChanged'
    world.listens(new Receiver(host, world.timeline, world.random.fork()), count === 1 ? () => true : isOfStates)
    const input = { api: 'TMF622_V4', callback: `https://${host}/listener`, host, sealedSecret: 'sealed' }
    await client.request('subscribe', eventSubscriptionDefinition, ({ dependencies }, context) =>
      createSubscription(dependencies, { ...input, id: dependencies.ids.next() }, context)
    )
  }
}

/** Devices, several services, nothing at all, and what cannot always be made something of; a line follows the built-in rule. */
const rules: readonly ProvisioningRule[] = [
  rule('router', [
    { key: 'access' },
    {
      key: 'router',
      requires: ['access'],
      supportingResource: [{ type: 'Router' }],
      characteristic: [{ name: 'ssid', value: 'home' }]
    }
  ]),
  rule('television', [{ key: 'channels', characteristic: [{ name: 'segment', fromOrder: 'category', isMandatory: true }] }]),
  rule('advice', [])
]

function rule(id: string, serviceOrderItem: ProvisioningRule['serviceOrderItem']): ProvisioningRule {
  const match = { productOfferingId: [id] }
  const type = provisioningRuleDefinition.type
  return { id, '@type': type, key: id, name: id, version: 1, lifecycleStatus: 'active', match, serviceOrderItem }
}

async function useRules({ world }: Client): Promise<void> {
  const catalog = { ...initialProvisioningCatalog, rule: [...rules] }
  const [server] = world.servers
  await server?.dependencies.unitOfWork.run(TENANT, async transaction => {
    transaction.insert(provisioningCatalogDefinition, catalog)
  })
}

/** Milestones of every kind: by states, by the service order, by events, by time, by what they require, by hand. */
const journey: NewJourneySpecification = {
  key: 'simulated',
  name: 'Simulated',
  priority: 1,
  match: { productOfferingId: ['router', 'line'] },
  milestone: [
    { key: 'received', name: 'Received', reachedBy: { by: 'orderState', states: ['acknowledged'] } },
    {
      key: 'accepted',
      name: 'Accepted',
      requires: ['received'],
      reachedBy: { by: 'orderState', states: ['inProgress'] },
      plan: { duration: 'PT1H' },
      warning: { hazard: 'PT30M' }
    },
    {
      key: 'begun',
      name: 'Begun',
      scope: 'item',
      requires: ['accepted'],
      isOptional: true,
      reachedBy: { by: 'serviceOrder', states: ['inProgress'] }
    },
    {
      key: 'shipped',
      name: 'Shipped',
      scope: 'item',
      forItems: { productOfferingId: ['router'] },
      requires: ['accepted'],
      isOptional: true,
      reachedBy: { by: 'serviceOrder', milestone: 'deviceShipped' },
      plan: { duration: 'PT2H', from: 'start' },
      warning: { normal: 'PT1H', critical: 'PT5M' }
    },
    {
      key: 'inInventory',
      name: 'In the inventory',
      isOptional: true,
      reachedBy: { by: 'event', resource: 'product', kind: 'created', orderPath: 'productOrderItem.productOrderId' }
    },
    {
      key: 'delivered',
      name: 'Delivered',
      scope: 'item',
      requires: ['accepted'],
      reachedBy: { by: 'itemState', states: ['completed'] },
      plan: { duration: 'P1D' },
      warning: { normal: 'PT12H', hazard: 'PT4H', critical: 'PT1H' }
    },
    { key: 'allDelivered', name: 'All delivered', requires: ['delivered'], reachedBy: { by: 'requirements' } },
    { key: 'called', name: 'Customer called', requires: ['received'], isOptional: true, reachedBy: { by: 'hand' } },
    { key: 'completed', name: 'Completed', requires: ['allDelivered'], reachedBy: { by: 'orderState', states: ['completed'] } }
  ]
}

async function useJourney(client: Client): Promise<void> {
  const drafted = await client.request('draft a journey', journeySpecificationDefinition, ({ dependencies }, context) =>
    createJourneySpecification(dependencies, journey, context)
  )
  if (!drafted) return
  await client.request('use a journey', journeySpecificationDefinition, ({ dependencies }, context) =>
    activateJourneySpecification(dependencies, { id: drafted.stored.id }, context)
  )
}
