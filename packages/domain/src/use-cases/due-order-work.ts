import { lookAtJourney } from '../journey/decide-journey.ts'
import type { Journey } from '../journey/journey.ts'
import { DomainError, type DomainErrorCode } from '../kernel/errors.ts'
import type { Outcome } from '../ports/unit-of-work.ts'
import type { DoWork } from '../ports/work-queue.ts'
import { acceptProductOrder } from './accept-product-order.ts'
import { changeJourney } from './change-journey.ts'
import type { OrderDependencies } from './change-order.ts'

/** Who is named in the history of what happened by itself. */
export const WORKER = 'crm'
/** While cancellations of items are decided about, an order is not accepted: it is looked at again. */
const UNDECIDED_MS = 60_000

/** What becomes due by itself in orders. An order that was deleted meanwhile needs nothing. */
export function dueOrderWork(dependencies: OrderDependencies): Readonly<Record<'acceptOrder' | 'lookAtJourney', DoWork>> {
  const context = (tenant: string) => ({ tenant, actor: WORKER, correlationId: dependencies.ids.next() })
  return {
    acceptOrder: async ({ tenant, id }) => {
      if (dependencies.orderAcceptance !== 'automatic') return undefined
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
