import { changedPaths } from '../kernel/changes.ts'
import type { CancelProductOrder } from '../resources/cancel-product-order.ts'
import { cancelProductOrderDefinition } from '../resources/cancel-product-order.ts'
import type { ProductOrder } from '../resources/product-order.ts'
import { productOrderDefinition } from '../resources/product-order.ts'
import type { Happening } from './apply-order.ts'
import { isOpenMilestone, type Journey } from './journey.ts'

/** Whether anything in a journey waits for events: most wait for none, and nobody need think of any then. */
export function awaitsEvents({ milestone }: Journey): boolean {
  return milestone.some(each => each.reachedBy.by === 'event' && isOpenMilestone(each))
}

/** What happens to an order as it is taken through these steps, as events tell it. */
export function happeningsOfOrder(before: ProductOrder, steps: readonly ProductOrder[]): Happening[] {
  return steps.flatMap((document, index) => {
    const paths = changedPaths(steps[index - 1] ?? before, document)
    const kinds = [
      ...(paths.some(path => path !== 'state') ? ['attributesChanged'] : []),
      ...(paths.includes('state') ? ['stateChanged'] : [])
    ]
    return kinds.map(kind => ({ resource: productOrderDefinition.name, kind, document }))
  })
}

export function happeningOfNewOrder(document: ProductOrder): Happening {
  return { resource: productOrderDefinition.name, kind: 'created', document }
}

/** What happens to the task of a cancellation as it goes through these states; a new one begins as acknowledged. */
export function happeningsOfTask(tasks: readonly CancelProductOrder[]): Happening[] {
  return tasks.map(document => {
    const kind = document.state === 'acknowledged' ? 'created' : 'stateChanged'
    return { resource: cancelProductOrderDefinition.name, kind, document }
  })
}
