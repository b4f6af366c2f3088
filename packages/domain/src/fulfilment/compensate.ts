import type { ServiceOrderItemRequest } from '../ports/fms-gateway.ts'
import type { Fulfilment } from './fulfilment.ts'
import { arrive, at, type FulfilmentInMotion, fallOut, setOut } from './fulfilment-change.ts'
import { newRecord } from './intend.ts'
import { productUndone } from './product-change.ts'
import { meaningOf } from './state-map.ts'

/**
 * Adds what undoes a fulfilment: another attempt, by which services that were added are deleted, in the opposite order. What was changed or
 * deleted, and what nobody knows the name of, cannot be undone without somebody who knows how: such an attempt falls out at once.
 *
 * @returns false when there is nothing at the FMS to undo; a product that had come of it is terminated all the same
 */
export function compensate(motion: FulfilmentInMotion): boolean {
  const { record, context, order } = motion
  const done = doneItems(record)
  if (done.length === 0) {
    const undone = productUndone(record, at(motion))
    if (undone) motion.product = undone
    return false
  }
  const { rule, stateMap } = record
  const request = { ...record.request, items: undoing(record, done) }
  const decomposition = { request, ...(rule && { rule }), ...(stateMap && { stateMap }) }
  const attempt = { attempt: record.attempt + 1, purpose: 'compensate' as const, decomposition }
  const fresh = newRecord(order.order, record.item, attempt, context)
  const next: Fulfilment = { ...fresh, ...(record.product && { product: record.product }) }
  if (done.every(item => item.action === 'add' && serviceOf(record, item) !== undefined)) {
    motion.more.push(next)
    return true
  }
  const fallen = { ...setOut(next, order.order, context), order }
  const message = 'What was changed, removed or never named cannot be undone by itself: it has to be restored by hand'
  fallOut(fallen, { kind: 'notCompensable', step: 'compensate', message })
  motion.more.push(arrive(fallen).record)
  if (fallen.fallout) motion.fallout = fallen.fallout
  return true
}

/** The items that something was done for at the FMS: all of them when it says so, otherwise those that anything is known to be left of. */
function doneItems({ request, result = [], serviceOrder, stateMap }: Fulfilment): ServiceOrderItemRequest[] {
  const isCompleted = serviceOrder !== undefined && meaningOf(serviceOrder.state, stateMap) === 'completed'
  const done = new Map(result.map(each => [each.item, each]))
  return request.items.filter(({ id, action }) => {
    if (action === 'noChange') return false
    const { service, resource = [] } = done.get(id) ?? { item: id }
    return isCompleted || service !== undefined || resource.length > 0
  })
}

function serviceOf({ result = [] }: Fulfilment, { id }: ServiceOrderItemRequest): string | undefined {
  return result.find(({ item }) => item === id)?.service
}

function undoing({ result = [] }: Fulfilment, items: readonly ServiceOrderItemRequest[]): ServiceOrderItemRequest[] {
  const done = new Map(result.map(each => [each.item, each]))
  return items.map(item => {
    const { service, resource } = done.get(item.id) ?? { item: item.id }
    const { serviceId: _id, ...rest } = item
    return {
      ...rest,
      action: item.action === 'add' ? 'delete' : item.action,
      ...(service !== undefined && { serviceId: service }),
      supportingResources: resource ?? [],
      requires: items.filter(({ requires }) => requires.includes(item.id)).map(({ id }) => id)
    }
  })
}
