import { creationEvents } from '../events/events-of-change.ts'
import { journeyDefinition } from '../journey/journey.ts'
import type { JourneyCatalog } from '../journey/journey-catalog.ts'
import { type NewOrder, takeOrder } from '../journey/progress.ts'
import { noticesOf } from '../journey/standard-view.ts'
import { checkResource } from '../kernel/check-resource.ts'
import { DomainError } from '../kernel/errors.ts'
import { insist } from '../kernel/refusal.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { Outcome, Transaction } from '../ports/unit-of-work.ts'
import type { Characteristic } from '../resources/common.ts'
import { type Customer, customerDefinition } from '../resources/customer.ts'
import { type NewProductOrder, type ProductOrder, productOrderDefinition } from '../resources/product-order.ts'
import { type OrderDependencies, scheduleAcceptance } from './change-order.ts'
import { insertTrackingToken, type NewTrackingToken } from './create-tracking-token.ts'
import { doOnce } from './do-once.ts'
import { journeysInUse } from './journeys-in-use.ts'
import { type OrderWork, orderWork } from './order-work.ts'
import { publishNotices, scheduleJourney, storeHistory } from './store-progress.ts'

/**
 * Takes an order in: acknowledged, and at the start of the journey that fits it.
 *
 * @param input its structure has been checked; what only the server sets is ignored in it
 * @param trackingToken is stored with the order, if there is to be one: not when the order was placed by the same request before
 * @throws {DomainError} `missingAttribute`, `invalidValue`, `idempotencyKeyReused`
 */
export function placeProductOrder(
  dependencies: OrderDependencies,
  input: NewProductOrder,
  context: RequestContext,
  trackingToken?: Omit<NewTrackingToken, 'orderId'>
): Promise<Outcome> {
  return dependencies.unitOfWork.run(context.tenant, transaction =>
    doOnce(transaction, context, async () => {
      const journeys = await journeysInUse(transaction)
      const customerCharacteristic = await customerCharacteristics(transaction, input, journeys)
      const work = orderWork(dependencies, transaction, context)
      const id = dependencies.ids.next()
      const { specification: specifications, calendar: calendars } = journeys
      const taken = { orderId: id, journeyId: id, specifications, calendars, customerCharacteristic }
      const stored = store(work, insist(takeOrder(input, taken, work.moment)))
      scheduleAcceptance(dependencies, work, id)
      if (trackingToken) insertTrackingToken(transaction, { ...trackingToken, orderId: id }, work.moment.now)
      return { kind: 'created', stored }
    })
  )
}

function store({ transaction, source }: OrderWork, { order, journey, history }: NewOrder) {
  const [fault, ...more] = checkResource(productOrderDefinition, order)
  if (fault) throw DomainError.ofFaults([fault, ...more])
  const stored = transaction.insert(productOrderDefinition, order)
  transaction.insert(journeyDefinition, journey)
  storeHistory(transaction, source, history)
  for (const event of creationEvents(source, productOrderDefinition, stored)) transaction.publish(event)
  publishNotices(transaction, source, stored, noticesOf(withOpenMilestones(order), order))
  scheduleJourney(transaction, journey)
  return stored
}

/** What is still to be reached is no news: who follows milestones is told of those that are reached as the order comes in. */
function withOpenMilestones(order: ProductOrder): ProductOrder {
  const open = (order.productOrderMilestone ?? []).filter(({ status }) => status !== 'Completed')
  return { ...order, productOrderMilestone: open }
}

/** Those of the customers whom the order names; read only where a journey asks for any. */
async function customerCharacteristics(
  transaction: Transaction,
  { relatedParty = [] }: NewProductOrder,
  { specification }: JourneyCatalog
): Promise<Characteristic[]> {
  if (!specification.some(({ match }) => (match?.customerCharacteristic ?? []).length > 0)) return []
  const ids = relatedParty.flatMap(({ id, '@referredType': type }) => (type === customerDefinition.type ? [id] : []))
  const found: Characteristic[] = []
  for (const id of new Set(ids)) {
    const stored = await transaction.get(customerDefinition, id)
    if (stored) found.push(...((JSON.parse(stored.document) as Customer).characteristic ?? []))
  }
  return found
}
