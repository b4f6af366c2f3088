import type { NewProductOrder } from '@crm-lite/domain'
import type { ErrorCode } from '../representation/error-codes.ts'
import { refuseFaults } from '../representation/failure.ts'
import type { ServedResource } from './served-resource.ts'

/** What something that is only tried out can be refused with. */
export const dryRunFailures: readonly ErrorCode[] = [
  'invalidValue',
  'missingAttribute',
  'missingBody',
  'invalidJson',
  'limitExceeded',
  'malformedRequest',
  'notFound',
  'bodyTooLarge',
  'unsupportedMediaType',
  'unavailable'
]

/**
 * An order that nobody places, as the attribute `order` of a body.
 *
 * @throws {ApiError} 400 with pointers
 */
export function newOrderIn(order: unknown, { validators, binding }: ServedResource): NewProductOrder {
  const faults = validators.faultsOf('create', binding, order)
  refuseFaults(faults.map(each => ({ ...each, pointer: `/order${each.pointer ?? ''}` })))
  return order as NewProductOrder
}
