import { changeEvents, creationEvents, type EventSource } from '../events/events-of-change.ts'
import type { Journey } from '../journey/journey.ts'
import type { Moment } from '../kernel/moment.ts'
import type { StoredResource } from '../kernel/resource.ts'
import { settleTask } from '../ordering/decide-cancellation.ts'
import type { Transaction } from '../ports/unit-of-work.ts'
import { type CancelProductOrder, cancelProductOrderDefinition } from '../resources/cancel-product-order.ts'
import type { ProductOrder } from '../resources/product-order.ts'

export interface StoredTask {
  readonly stored: StoredResource
  readonly task: CancelProductOrder
}

/**
 * Takes a task through its next states, and tells of each.
 *
 * @param before absent for a task that is new: the first state is then the one that it is made in
 */
export function storeTask(
  transaction: Transaction,
  source: EventSource,
  before: StoredTask | undefined,
  states: readonly CancelProductOrder[]
): StoredTask | undefined {
  let last = before
  for (const task of states) {
    const stored = last
      ? transaction.update(cancelProductOrderDefinition, last.stored, task)
      : transaction.insert(cancelProductOrderDefinition, task)
    const events = last
      ? changeEvents(source, cancelProductOrderDefinition, { before: last.task, after: task, stored })
      : creationEvents(source, cancelProductOrderDefinition, stored)
    // When it was done is a part of its being done.
    for (const event of events.filter(({ kind }) => kind !== 'attributesChanged')) transaction.publish(event)
    last = { stored, task }
  }
  return last
}

/** A task that is open, and the states that it goes through next. */
export interface SettledTask {
  readonly before: StoredTask
  readonly states: readonly CancelProductOrder[]
}

/** What becomes of the open cancellation of an order, if there is one, when the order is moved otherwise. */
export async function settledTask(
  transaction: Pick<Transaction, 'get'>,
  { cancelProductOrder }: Journey,
  order: ProductOrder,
  moment: Moment
): Promise<SettledTask | undefined> {
  const stored = cancelProductOrder && (await transaction.get(cancelProductOrderDefinition, cancelProductOrder.id))
  if (!stored) return undefined
  const task = JSON.parse(stored.document) as CancelProductOrder
  return { before: { stored, task }, states: settleTask(task, order, moment) }
}
