import { DomainError, type StepDependencies, stepFulfilment } from '@crm-lite/domain'
import type { DoWork } from './due-worker.ts'
import { ACTOR } from './order-work.ts'

/** What is done with the FMS. Of an order that was deleted meanwhile nothing is to be done any more. */
export function fulfilmentWork(dependencies: StepDependencies): { readonly fulfil: DoWork } {
  return {
    fulfil: ({ tenant, id }) =>
      stepFulfilment(dependencies, id, { tenant, actor: ACTOR, correlationId: dependencies.ids.next() }).catch(error => {
        if (error instanceof DomainError && error.code === 'notFound') return undefined
        throw error
      })
  }
}
