import { type EventSubscription, eventSubscriptionDefinition } from '../../events/event-subscription.ts'
import { addMilestone } from '../../journey/add-milestone.ts'
import { annotateMilestone, reachMilestone, replanMilestone, skipMilestone } from '../../journey/decide-journey.ts'
import { type Journey, journeyDefinition } from '../../journey/journey.ts'
import type { JourneyChange } from '../../journey/journey-change.ts'
import type { Moment } from '../../kernel/moment.ts'
import type { Refusal } from '../../kernel/refusal.ts'
import { allowedItemStates } from '../../ordering/decide-items.ts'
import { isFinalOrder, productOrderStates } from '../../ordering/order-states.ts'
import { leavesOf } from '../../ordering/roll-up.ts'
import { type CancelProductOrder, cancelProductOrderDefinition } from '../../resources/cancel-product-order.ts'
import { type Product, productDefinition } from '../../resources/product.ts'
import { type ProductOrder, productOrderDefinition } from '../../resources/product-order.ts'
import { changeJourney } from '../../use-cases/change-journey.ts'
import { deleteProductOrder } from '../../use-cases/delete-product-order.ts'
import { moveOrderItems } from '../../use-cases/move-order-items.ts'
import { patchProductOrder } from '../../use-cases/patch-product-order.ts'
import { placeProductOrder } from '../../use-cases/place-product-order.ts'
import { requestCancellation } from '../../use-cases/request-cancellation.ts'
import { settleCancellation } from '../../use-cases/settle-cancellation.ts'
import type { Client } from './client.ts'
import { newOrder } from './new-order.ts'
import { decide } from './operators.ts'
import { TENANT } from './world.ts'

/** What clients do, each of them once; on orders that they choose among all that there are. */
export const clientActions = { place, patch, moveItems, cancel, settle, milestone, decide, release, remove } as const
export type ClientAction = keyof typeof clientActions

export async function place(client: Client): Promise<void> {
  const { random, ledger } = client.world
  const order = newOrder(random, ledger.all<Product>(productDefinition))
  await client.request('place', productOrderDefinition, ({ dependencies }, context) =>
    placeProductOrder(dependencies, order, context)
  )
}

export async function patch(client: Client): Promise<void> {
  const { random } = client.world
  const order = anyOrder(client)
  if (!order) return
  const changes = {
    ...(random.chance(0.4) && { description: `as ${client.name} wants it ${random.below(100)}` }),
    ...(random.chance(0.2) && { priority: `${random.below(5)}` }),
    ...(random.chance(0.2) && { category: random.pick(['business', 'residential']) }),
    ...(random.chance(0.4) && { state: random.pick(productOrderStates) })
  }
  const apply = (current: Readonly<Record<string, unknown>>) => ({ ...current, ...changes })
  await client.request('patch', productOrderDefinition, ({ dependencies }, context) =>
    patchProductOrder(dependencies, { id: order.id, apply }, context)
  )
}

export async function moveItems(client: Client): Promise<void> {
  const { random } = client.world
  const order = anyOrder(client)
  if (!order) return
  const moves = leavesOf(order.productOrderItem).flatMap(item => {
    const to = random.chance(0.6) ? random.pickIfAny(allowedItemStates(item)) : undefined
    return to ? [{ itemId: item.id, to }] : []
  })
  if (moves.length === 0) return
  await client.request('move items', productOrderDefinition, ({ dependencies }, context) =>
    moveOrderItems(dependencies, { orderId: order.id, moves }, context)
  )
}

export async function cancel(client: Client): Promise<void> {
  const order = anyOrder(client)
  if (!order) return
  const input = { productOrder: { id: order.id }, cancellationReason: 'changed my mind' }
  await client.request('cancel', cancelProductOrderDefinition, ({ dependencies }, context) =>
    requestCancellation(dependencies, input, context)
  )
}

export async function settle(client: Client): Promise<void> {
  const { random, ledger } = client.world
  const open = ledger.all<CancelProductOrder>(cancelProductOrderDefinition).filter(({ state }) => state === 'inProgress')
  const task = random.pickIfAny(open)
  if (!task) return
  const decision = random.pick(['confirm', 'refuse'] as const)
  await client.request(decision, cancelProductOrderDefinition, ({ dependencies }, context) =>
    settleCancellation(dependencies, { taskId: task.id, decision }, context)
  )
}

export async function milestone(client: Client): Promise<void> {
  const { random, ledger, timeline } = client.world
  const journey = random.pickIfAny(ledger.all<Journey>(journeyDefinition))
  const chosen = journey && random.pickIfAny(journey.milestone)
  if (!journey || !chosen) return
  const { key } = chosen
  const later = new Date(timeline.nowMs + random.between(0, 7) * 86_400_000 + 60_000).toISOString()
  const decisions: readonly ((journey: Journey, moment: Moment) => JourneyChange | Refusal)[] = [
    (of, moment) => reachMilestone(of, { key }, moment),
    (of, moment) => skipMilestone(of, { key }, moment),
    (of, moment) => replanMilestone(of, { key, date: later }, moment),
    (of, moment) => annotateMilestone(of, { key, text: 'seen' }, moment),
    (of, moment) => addMilestone(of, { name: `Visit ${later}`, after: key }, moment)
  ]
  const decide = random.pick(decisions)
  await client.request('milestone', journeyDefinition, ({ dependencies }, context) =>
    changeJourney(dependencies, journey.id, decide, context, { reason: 'somebody says so' })
  )
}

/** Somebody wants everything that is parked for a receiver again: late, and out of order. */
export async function release({ world }: Client): Promise<void> {
  const { random, ledger, deliveries, timeline } = world
  const subscription = random.pickIfAny(ledger.all<EventSubscription>(eventSubscriptionDefinition))
  if (!subscription) return
  const parked = await deliveries.parked(TENANT, subscription.id, { limit: Number.MAX_SAFE_INTEGER, offset: 0 })
  for (const { eventId } of parked) world.receiverOf(subscription).released.add(eventId)
  const released = await deliveries.release(TENANT, subscription.id, undefined, timeline.now)
  if (released > 0) world.note('release', `${released} for ${subscription.host}`)
}

export async function remove(client: Client): Promise<void> {
  const order = anyOrder(client)
  if (!order) return
  await client.request('delete', productOrderDefinition, ({ dependencies }, context) =>
    deleteProductOrder(dependencies, { orderId: order.id }, context)
  )
}

/** More often one on which something can still be done. */
function anyOrder({ world }: Client): ProductOrder | undefined {
  const all = world.ledger.all<ProductOrder>(productOrderDefinition)
  const open = all.filter(({ state }) => !isFinalOrder(state))
  return world.random.pickIfAny(open.length > 0 && world.random.chance(0.85) ? open : all)
}
