import { type Journey, journeyDefinition } from '../journey/journey.ts'
import { DomainError } from '../kernel/errors.ts'
import { resourceIn, type StoredResource } from '../kernel/resource.ts'
import { withStatesBefore } from '../ordering/states-before-cancellation.ts'
import type { Transaction } from '../ports/unit-of-work.ts'
import { type ProductOrder, productOrderDefinition } from '../resources/product-order.ts'

/** An order and its journey, which has the id of the order: as they are stored, and as decisions need them. */
export interface OrderRecords {
  /** With what only decisions look at. */
  readonly order: ProductOrder
  readonly storedOrder: StoredResource
  readonly journey: Journey
  readonly storedJourney: StoredResource
}

/** @throws {DomainError} `notFound` */
export async function orderRecords(transaction: Transaction, orderId: string): Promise<OrderRecords> {
  const [storedOrder, storedJourney] = await Promise.all([
    transaction.get(productOrderDefinition, orderId),
    transaction.get(journeyDefinition, orderId)
  ])
  // Both go together: where only one is there, the order was deleted between the two looks.
  if (!storedOrder || !storedJourney) throw new DomainError('notFound', 'there is no productOrder with this id')
  const journey = resourceIn<Journey>(storedJourney)
  const order = withStatesBefore(resourceIn<ProductOrder>(storedOrder), journey.stateBeforeCancellation)
  return { order, storedOrder, journey, storedJourney }
}
