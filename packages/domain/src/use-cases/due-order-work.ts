import type { Fulfilment } from '../fulfilment/index.ts'
import { lookAtJourney } from '../journey/decide-journey.ts'
import type { Journey } from '../journey/journey.ts'
import { DomainError, type DomainErrorCode } from '../kernel/errors.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { Outcome } from '../ports/unit-of-work.ts'
import type { DoWork } from '../ports/work-queue.ts'
import { acceptProductOrder } from './accept-product-order.ts'
import { changeJourney } from './change-journey.ts'
import type { OrderDependencies } from './change-order.ts'

/** Who is named in the history of what happened by itself. */
export const WORKER = 'crm'
/** While cancellations of items are decided about, an order is not accepted: it is looked at again. */
const UNDECIDED_MS = 60_000

/** Sends to the FMS what an acceptance asks for as soon as it is stored: then it need not be stored once more that it is sent. */
export interface PromptSending {
  /** Takes a place for what one order asks for; undefined when there is none, and others are to send it. */
  place(): Promise<SendingPlace | undefined>
}

export interface SendingPlace {
  /** To be called once: sends what is stored as sent by now, which may be nothing, and gives the place back in the end. */
  send(sent: readonly Fulfilment[], context: RequestContext): void
}

/**
 * What becomes due by itself in orders. An order that was deleted meanwhile needs nothing.
 *
 * @param sending absent: what acceptances ask for is sent by whoever finds it due
 */
export function dueOrderWork(
  dependencies: OrderDependencies,
  sending?: PromptSending
): Readonly<Record<'acceptOrder' | 'lookAtJourney', DoWork>> {
  const context = (tenant: string) => ({ tenant, actor: WORKER, correlationId: dependencies.ids.next() })
  return {
    acceptOrder: async ({ tenant, id }) => {
      if (dependencies.orderAcceptance !== 'automatic') return undefined
      const again = new Date(dependencies.clock.now().getTime() + UNDECIDED_MS)
      return acceptAndSend(dependencies, id, context(tenant), sending).then(
        nothingMore,
        unless({ notFound: undefined, itemsDisagree: again })
      )
    },
    lookAtJourney: async ({ tenant, id }) => {
      return changeJourney(dependencies, id, lookAtJourney, context(tenant)).then(nextDueOf, unless({ notFound: undefined }))
    }
  }
}

/** When it is not known whether the acceptance is stored, nothing is sent: what is stored as sent is looked up then. */
async function acceptAndSend(
  dependencies: OrderDependencies,
  orderId: string,
  context: RequestContext,
  sending: PromptSending | undefined
): Promise<void> {
  const place = await sending?.place()
  let taken: readonly Fulfilment[] = []
  let stored: readonly Fulfilment[] = []
  const takeAsSent = (sent: readonly Fulfilment[]) => {
    taken = sent
  }
  try {
    await acceptProductOrder({ ...dependencies, ...(place && { takeAsSent }) }, orderId, context)
    stored = taken
  } finally {
    place?.send(stored, context)
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
