import { type EventSubscription, eventSubscriptionDefinition } from '../../events/event-subscription.ts'
import { orderHistoryDefinition } from '../../ordering/history.ts'
import { isFinalOrder } from '../../ordering/order-states.ts'
import type { StoredEvent } from '../../ports/event-log.ts'
import { type CancelProductOrder, cancelProductOrderDefinition } from '../../resources/cancel-product-order.ts'
import { type ProductOrder, productOrderDefinition } from '../../resources/product-order.ts'
import { checkProvisioning } from './check-provisioning.ts'
import { insistThat } from './violation.ts'
import { TENANT, type World } from './world.ts'

/** Whether nothing goes on any more, and nothing has to. */
export async function isOver(world: World): Promise<boolean> {
  if (world.busy > 0 || world.servers.length < world.shape.servers) return false
  if (world.isProvisioning()) return false
  if (!world.ledger.all<ProductOrder>(productOrderDefinition).every(({ state }) => isFinalOrder(state))) return false
  const { unseenEvents, pending } = await world.deliveries.figures(world.timeline.now)
  return unseenEvents === 0 && pending === 0
}

/** What must hold in the end. */
export async function checkEnd(world: World): Promise<void> {
  await checkStore(world)
  checkTasks(world)
  checkProvisioning(world)
  await checkDeliveries(world)
  const { waiting } = await world.store.work.figures(world.timeline.now)
  insistThat(waiting === 0, () => `${waiting} pieces of work wait for orders that are all final`)
}

/** What was committed is what is stored. */
async function checkStore({ ledger, store }: World): Promise<void> {
  for (const { definition, stored } of ledger.everything()) {
    if (definition === orderHistoryDefinition) continue
    const found = await store.get(TENANT, definition, stored.id)
    const isSo = found?.revision === stored.revision && found.document === stored.document
    insistThat(isSo, () => `${definition.name} ${stored.id} is not stored as it was committed`)
  }
}

function checkTasks({ ledger }: World): void {
  for (const { id, state } of ledger.all<CancelProductOrder>(cancelProductOrderDefinition))
    insistThat(state === 'done' || state === 'terminatedWithError', () => `the cancellation ${id} is ${state} for ever`)
}

/** Every event that somebody wanted has arrived, or is parked where they can see it. */
async function checkDeliveries(world: World): Promise<void> {
  for (const subscription of world.ledger.all<EventSubscription>(eventSubscriptionDefinition)) {
    if (subscription.state !== 'active') continue
    const { id, host } = subscription
    const receiver = world.receiverOf(subscription)
    const parked = await world.deliveries.parked(TENANT, id, { limit: Number.MAX_SAFE_INTEGER, offset: 0 })
    const isParked = new Set(parked.map(({ eventId }) => eventId))
    const isMark = ({ resource, resourceId }: StoredEvent) => resource === eventSubscriptionDefinition.name && resourceId === id
    for (const event of world.store.events.slice(world.store.events.findIndex(isMark) + 1)) {
      if (event.resource === eventSubscriptionDefinition.name || !world.wants(subscription, event)) continue
      const isThere = receiver.received.has(event.id) || isParked.has(event.id)
      insistThat(
        isThere,
        () => `${host} never got event ${event.cursor} (${event.kind} of ${event.resource} ${event.resourceId})`
      )
    }
  }
}
