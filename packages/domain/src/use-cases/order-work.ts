import type { EventSource } from '../events/events-of-change.ts'
import type { Moment } from '../kernel/moment.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { Transaction } from '../ports/unit-of-work.ts'
import { type ChangeDependencies, eventSource } from './change-dependencies.ts'

/** What a piece of work about an order is done with. */
export interface OrderWork {
  readonly transaction: Transaction
  readonly source: EventSource
  readonly moment: Moment
}

/** The time, for decisions and for events alike, and who is responsible. */
export function orderWork(
  dependencies: ChangeDependencies,
  transaction: Transaction,
  context: RequestContext,
  reason?: string
): OrderWork {
  const source = eventSource(dependencies, context)
  const moment = { now: new Date(source.at), actor: context.actor, ...(reason !== undefined && { reason }) }
  return { transaction, source, moment }
}
