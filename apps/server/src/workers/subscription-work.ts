import { type FmsCallback, keepSubscribed, type SubscribeDependencies } from '@crm-lite/domain'
import type { DoWork } from './due-worker.ts'

/** Sees to it that the FMS tells us what happens. What it does not take now is tried again later and later. */
export function subscriptionWork(dependencies: SubscribeDependencies, wanted: FmsCallback): { readonly subscribe: DoWork } {
  return {
    subscribe: async ({ tenant }) => {
      const failure = await keepSubscribed(dependencies, wanted, tenant)
      if (failure) throw new Error(`the FMS does not register where to send callbacks: ${failure.code}`)
      return undefined
    }
  }
}
