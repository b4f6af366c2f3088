import {
  acceptProductOrder,
  addMilestone,
  changeJourney,
  moveOrderItems,
  type NewProductOrder,
  type ProductOrderItemState,
  patchProductOrder,
  placeProductOrder,
  reachMilestone
} from '@crm-lite/domain'
import { MemoryStore } from '@crm-lite/domain/testing'
import type { ApiOptions } from '../build-api.ts'
import { servicesOver, startTestApp } from './start-test-app.ts'

export const JOURNEYS = '/tmf-api/orderJourney/v1'
const context = { tenant: 'default', actor: 'asha', correlationId: 'request-1' }

export const anOrder: NewProductOrder = {
  externalId: 'MOON-20817',
  description: 'the red door',
  relatedParty: [{ id: 'party-42', name: 'Asha Verma', '@referredType': 'Individual' }],
  note: [{ text: 'beware of the dog' }],
  productOrderItem: [
    { id: '1', action: 'add', product: { name: 'Fibre 500' } },
    { id: '2', action: 'add', productOffering: { id: 'tv', name: 'TV box' } }
  ]
}

/** An app with one order that goes the way of all orders, and what happens to it on that way. The clock goes on as it is told. */
export async function startTracked(
  t: Parameters<typeof startTestApp>[0],
  options: Partial<ApiOptions> = {},
  input: NewProductOrder = anOrder
) {
  let now = new Date('2026-03-02T09:00:00.000Z')
  const services = { ...servicesOver(new MemoryStore()), clock: { now: () => now } }
  const { app } = await startTestApp(t, { services, options })
  const { stored } = await placeProductOrder(services, input, context)
  const orderId = stored.id
  const journey = (decide: Parameters<typeof changeJourney>[2]) => changeJourney(services, orderId, decide, context)
  return {
    app,
    services,
    orderId,
    passHours: (hours: number) => {
      now = new Date(now.getTime() + hours * 3_600_000)
    },
    accept: () => acceptProductOrder(services, orderId, context),
    move: (itemId: string, to: ProductOrderItemState) => moveOrderItems(services, { orderId, moves: [{ itemId, to }] }, context),
    reject: () => patchProductOrder(services, { id: orderId, apply: current => ({ ...current, state: 'rejected' }) }, context),
    add: (name: string, more: Partial<Parameters<typeof addMilestone>[1]> = {}) =>
      journey((current, moment) => addMilestone(current, { name, ...more }, moment)),
    reach: (key: string) => journey((current, moment) => reachMilestone(current, { key }, moment)),
    /** Makes a token as an operator does. */
    newToken: async (more: object = {}, headers: Record<string, string> = {}) => {
      const answer = await app.inject({
        method: 'POST',
        url: `${JOURNEYS}/trackingToken`,
        payload: { productOrder: { id: orderId }, ...more },
        headers
      })
      return { answer, ...answer.json<{ id: string; href: string; token: string; trackingUrl: string; expiresAt: string }>() }
    },
    revoke: (id: string) => app.inject({ method: 'DELETE', url: `${JOURNEYS}/trackingToken/${id}` }),
    look: (token: string, headers: Record<string, string> = {}) => app.inject({ url: `${JOURNEYS}/tracking/${token}`, headers })
  }
}
