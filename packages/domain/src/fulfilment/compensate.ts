import type { ServiceOrderItemRequest } from '../ports/fms-gateway.ts'
import type { Fulfilment } from './fulfilment.ts'
import { arrive, at, type FulfilmentInMotion, fallOut, itemOf, setOut } from './fulfilment-change.ts'
import { newRecord } from './intend.ts'
import { donePartsOf, type Part } from './parts.ts'
import { productUndone } from './product-change.ts'

/**
 * Adds what undoes a fulfilment: another attempt, by which services that were added are deleted, in the opposite order. What was changed or
 * deleted, and what nobody knows the name of, cannot be undone without somebody who knows how: such an attempt falls out at once.
 *
 * @returns false when there is nothing at the FMS to undo; a product that had come of it is terminated all the same
 */
export function compensate(motion: FulfilmentInMotion): boolean {
  const { record, context, order } = motion
  const parts = donePartsOf(record)
  if (parts.length === 0) {
    const undone = productUndone(record, itemOf(order.order, record)?.action, [], at(motion))
    if (undone) motion.product = undone
    return false
  }
  const { rule, stateMap } = record
  const request = { ...record.request, items: undoing(parts) }
  const decomposition = { request, ...(rule && { rule }), ...(stateMap && { stateMap }) }
  const attempt = { attempt: record.attempt + 1, purpose: 'compensate' as const, decomposition }
  const fresh = newRecord(order.order, record.item, attempt, context)
  const next: Fulfilment = { ...fresh, ...(record.product && { product: record.product }) }
  if (parts.every(({ wanted, result }) => wanted.action === 'add' && result?.service !== undefined)) {
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

function undoing(parts: readonly Part[]): ServiceOrderItemRequest[] {
  return parts.map(({ wanted, result }) => {
    const { serviceId: _id, ...rest } = wanted
    const service = result?.service
    return {
      ...rest,
      action: wanted.action === 'add' ? 'delete' : wanted.action,
      ...(service !== undefined && { serviceId: service }),
      supportingResources: result?.resource ?? [],
      requires: parts.filter(part => part.wanted.requires.includes(wanted.id)).map(part => part.wanted.id)
    }
  })
}
