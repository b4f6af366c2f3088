import { changeEvents, creationEvents, type EventSource } from '../events/events-of-change.ts'
import type { StoredResource } from '../kernel/resource.ts'
import type { Transaction } from '../ports/unit-of-work.ts'
import { type CancelProductOrder, cancelProductOrderDefinition } from '../resources/cancel-product-order.ts'

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
