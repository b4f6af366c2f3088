import { DomainError } from '../kernel/errors.ts'
import type { DoWork } from '../ports/work-queue.ts'
import { WORKER } from './due-order-work.ts'
import type { SendDependencies } from './send-service-order.ts'
import { stepFulfilment } from './step-fulfilment.ts'

/** What is done with the FMS. Of an order that was deleted meanwhile nothing is to be done any more. */
export function dueFulfilmentWork(dependencies: SendDependencies): { readonly fulfil: DoWork } {
  return {
    fulfil: ({ tenant, id }) =>
      stepFulfilment(dependencies, id, { tenant, actor: WORKER, correlationId: dependencies.ids.next() }).catch(error => {
        if (error instanceof DomainError && error.code === 'notFound') return undefined
        throw error
      })
  }
}
