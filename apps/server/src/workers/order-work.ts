import {
  acceptProductOrder,
  type ChangeDependencies,
  changeJourney,
  DomainError,
  type DomainErrorCode,
  type Journey,
  lookAtJourney,
  type OrderAcceptance,
  type Outcome
} from '@crm-lite/domain'
import type { DoWork } from './due-worker.ts'

export interface OrderWorkDependencies extends ChangeDependencies {
  readonly orderAcceptance: OrderAcceptance
}

/** Who is named in the history of what happened by itself. */
export const ACTOR = 'crm'
/** While cancellations of items are decided about, an order is not accepted: it is looked at again. */
const UNDECIDED_MS = 60_000

/** What becomes due by itself in orders. An order that was deleted meanwhile needs nothing. */
export function orderWork(dependencies: OrderWorkDependencies): Readonly<Record<'acceptOrder' | 'lookAtJourney', DoWork>> {
  const context = (tenant: string) => ({ tenant, actor: ACTOR, correlationId: dependencies.ids.next() })
  return {
    acceptOrder: async ({ tenant, id }) => {
      if (dependencies.orderAcceptance === 'manual') return undefined
      const again = new Date(dependencies.clock.now().getTime() + UNDECIDED_MS)
      return acceptProductOrder(dependencies, id, context(tenant)).then(
        nothingMore,
        unless({ notFound: undefined, itemsDisagree: again })
      )
    },
    lookAtJourney: async ({ tenant, id }) => {
      return changeJourney(dependencies, id, lookAtJourney, context(tenant)).then(nextDueOf, unless({ notFound: undefined }))
    }
  }
}

const nothingMore = () => undefined

function nextDueOf({ stored }: Outcome): Date | undefined {
  const { nextDueDate } = JSON.parse(stored.document) as Journey
  return nextDueDate === undefined ? undefined : new Date(nextDueDate)
}

/** What takes a refusal as an answer: when the work is due again. */
function unless(answers: Partial<Record<DomainErrorCode, Date | undefined>>): (error: unknown) => Date | undefined {
  return error => {
    if (error instanceof DomainError && Object.hasOwn(answers, error.code)) return answers[error.code]
    throw error
  }
}
