/** Another service with orders of its own: one goes the way that was defined for it, and its customer can see where it stands. */
import {
  acceptProductOrder,
  activateJourneySpecification,
  addMilestone,
  changeJourney,
  createJourneySpecification,
  DomainError,
  type Journey,
  journeyDefinition,
  lookAtJourney,
  moveOrderItems,
  type NewJourneySpecification,
  type NewProductOrder,
  type ProductOrder,
  placeProductOrder,
  productOrderDefinition,
  type RequestContext,
  reachMilestone,
  trackingView
} from '@crm-lite/domain'
import { OwnStore } from './own-store.ts'

const store = new OwnStore()
let count = 0
let now = new Date('2026-03-02T09:00:00Z')
const ports = {
  unitOfWork: store,
  ids: { next: () => `id-${++count}` },
  clock: { now: () => now },
  orderAcceptance: 'automatic' as const
}
const context: RequestContext = { tenant: 'default', actor: 'night shift', correlationId: 'example' }

const fibre: NewJourneySpecification = {
  key: 'fibre',
  name: 'Fibre at home',
  match: { category: 'residential' },
  milestone: [
    {
      key: 'scheduled',
      name: 'Visit scheduled',
      reachedBy: { by: 'hand' },
      plan: { duration: 'P2D' },
      warning: { hazard: 'P1D' }
    },
    {
      key: 'installed',
      name: 'Installed',
      requires: ['scheduled'],
      reachedBy: { by: 'itemState', states: ['completed'] },
      plan: { duration: 'P3D' }
    }
  ]
}
const drafted = await createJourneySpecification(ports, fibre, context)
await activateJourneySpecification(ports, { id: drafted.stored.id }, context)

const order: NewProductOrder = {
  category: 'residential',
  productOrderItem: [{ id: '1', action: 'add', product: { name: 'Fibre 500' } }]
}
const { stored } = await placeProductOrder(ports, order, context)
const orderId = stored.id
await show('placed')

await passDays(0)
await show('accepted by itself')

const dug = { name: 'Street dug up', after: 'scheduled', before: 'installed', plan: { duration: 'P4D' } }
await change((journey, moment) => addMilestone(journey, dug, moment))
await show('a milestone of its own')

try {
  await change((journey, moment) => reachMilestone(journey, { key: 'street-dug-up' }, moment))
} catch (error) {
  if (!(error instanceof DomainError)) throw error
  console.log(`refused: ${error.code} (${error.message})\n`)
}

await passDays(3)
await show('three days later, and nobody has called')

for (const key of ['scheduled', 'street-dug-up']) await change((journey, moment) => reachMilestone(journey, { key }, moment))
await passDays(2)
await moveOrderItems(ports, { orderId, moves: [{ itemId: '1', to: 'completed' }] }, context)
await show('installed')
const told = store.events.filter(({ resourceId }) => resourceId === orderId).map(({ kind }) => kind)
console.log(
  `${told.length} events, among them ${told.filter(kind => kind === 'jeopardyAlert').length} alerts; ${store.due.size} left to do`
)

function change(decide: Parameters<typeof changeJourney>[2]) {
  return changeJourney(ports, orderId, decide, context)
}

/** Lets time go by, and does what becomes due meanwhile: a service of yours would have a worker for that. */
async function passDays(days: number): Promise<void> {
  const end = new Date(now.getTime() + days * 86_400_000)
  for (;;) {
    const [next] = [...store.due.values()].sort((a, b) => (a.dueAt < b.dueAt ? -1 : 1))
    if (!next || new Date(next.dueAt) > end) break
    if (new Date(next.dueAt) > now) now = new Date(next.dueAt)
    if (next.kind === 'acceptOrder') await acceptProductOrder(ports, next.id, context)
    else await changeJourney(ports, next.id, lookAtJourney, context)
  }
  now = end
}

/** What the customer sees. */
async function show(title: string): Promise<void> {
  const [current, journey] = await store.run('default', async ({ get }) =>
    Promise.all([get(productOrderDefinition, orderId), get(journeyDefinition, orderId)])
  )
  if (!current || !journey) throw new Error('the order is gone')
  const view = trackingView(JSON.parse(current.document) as ProductOrder, JSON.parse(journey.document) as Journey)
  const late = view.isLate ? ', late' : ''
  console.log(`${now.toISOString().slice(0, 10)} ${title}: ${view.state}, ${view.percentDone} %${late}`)
  for (const { name, status, date, isLate } of view.milestone)
    console.log(`  ${status.padEnd(8)} ${date.slice(0, 10)} ${name}${isLate ? ' (late)' : ''}`)
  console.log()
}
