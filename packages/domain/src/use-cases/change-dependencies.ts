import type { EventSource } from '../events/events-of-change.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { Clock } from '../ports/clock.ts'
import type { Ids } from '../ports/ids.ts'
import type { UnitOfWork } from '../ports/unit-of-work.ts'

/** What every change needs: a store, and ids and times for what it makes and for its events. */
export interface ChangeDependencies {
  readonly unitOfWork: UnitOfWork
  readonly ids: Ids
  readonly clock: Clock
}

/** Where the events of one change come from. */
export function eventSource({ ids, clock }: ChangeDependencies, context: RequestContext): EventSource {
  return { nextId: () => ids.next(), at: clock.now().toISOString(), context }
}
