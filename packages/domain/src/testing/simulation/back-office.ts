import { type Journey, journeyDefinition } from '../../journey/journey.ts'
import { allowedItemStates, type ItemMove } from '../../ordering/decide-items.ts'
import { isFinalOrder } from '../../ordering/order-states.ts'
import { leavesOf } from '../../ordering/roll-up.ts'
import { type CancelProductOrder, cancelProductOrderDefinition } from '../../resources/cancel-product-order.ts'
import { type ProductOrder, productOrderDefinition } from '../../resources/product-order.ts'
import { acceptProductOrder } from '../../use-cases/accept-product-order.ts'
import { moveOrderItems } from '../../use-cases/move-order-items.ts'
import { patchProductOrder } from '../../use-cases/patch-product-order.ts'
import { settleCancellation } from '../../use-cases/settle-cancellation.ts'
import type { Client } from './client.ts'
import { decide, openFallouts } from './operators.ts'

/** Brings one order, on which people work, a step nearer to its end. */
export async function workOn(client: Client, order: ProductOrder): Promise<void> {
  const { random } = client.world
  const { id: orderId } = order
  if (await settleTask(client, orderId)) return
  if (order.state === 'acknowledged') {
    await client.request('accept', productOrderDefinition, ({ dependencies }, context) =>
      acceptProductOrder(dependencies, orderId, context)
    )
  }
  if (order.state === 'pending') {
    const apply = (current: Readonly<Record<string, unknown>>) => ({ ...current, state: 'acknowledged' })
    await client.request('take up', productOrderDefinition, ({ dependencies }, context) =>
      patchProductOrder(dependencies, { id: orderId, apply }, context)
    )
  }
  // What the FMS has is not done by hand.
  const journey = client.world.ledger.get(journeyDefinition, orderId)?.resource as Journey | undefined
  if (journey?.fulfilment) return
  const moves = leavesOf(order.productOrderItem).flatMap((item): ItemMove[] => {
    const to = item.state === 'inProgress' ? random.pick(['completed', 'completed', 'failed'] as const) : onwards[item.state]
    return to && allowedItemStates(item).includes(to) ? [{ itemId: item.id, to }] : []
  })
  if (moves.length === 0) return
  await client.request('move items', productOrderDefinition, ({ dependencies }, context) =>
    moveOrderItems(dependencies, { orderId, moves }, context)
  )
}

export function openOrders({ world }: Client): ProductOrder[] {
  return world.ledger.all<ProductOrder>(productOrderDefinition).filter(({ state }) => !isFinalOrder(state))
}

const onwards: Readonly<Record<string, ItemMove['to']>> = {
  held: 'inProgress',
  pending: 'acknowledged',
  assessingCancellation: 'pendingCancellation',
  pendingCancellation: 'cancelled'
}

async function settleTask(client: Client, orderId: string): Promise<boolean> {
  const tasks = client.world.ledger.all<CancelProductOrder>(cancelProductOrderDefinition)
  const task = tasks.find(({ productOrder, state }) => productOrder.id === orderId && state === 'inProgress')
  if (!task) return false
  const decision = client.world.random.pick(['confirm', 'refuse'] as const)
  await client.request(decision, cancelProductOrderDefinition, ({ dependencies }, context) =>
    settleCancellation(dependencies, { taskId: task.id, decision }, context)
  )
  return true
}

const ROUND_MS = 60_000

/** Brings every order to its end, decides about all that falls out, and waits for what others still do. */
export async function backOffice(client: Client): Promise<void> {
  const { world } = client
  while (world.busy > 1 || openOrders(client).length > 0 || world.isProvisioning()) {
    for (const order of openOrders(client)) await workOn(client, order)
    for (let left = openFallouts(client).length; left > 0; left--) await decide(client)
    await world.pause(ROUND_MS)
  }
}
