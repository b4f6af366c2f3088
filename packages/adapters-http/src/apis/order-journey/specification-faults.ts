import { journeySpecificationDefinition } from '@crm-lite/domain'
import type { ApiFault } from '../../representation/api-error.ts'
import { createValidators } from '../../schema/validation.ts'
import { orderJourneySubSchemas, orderJourneyV1 } from './v1.ts'

/** What keeps a value from being sent as a new journey specification; what it says is another matter. */
export function journeySpecificationFaults(value: unknown): ApiFault[] {
  const binding = orderJourneyV1.resources.find(each => each.definition === journeySpecificationDefinition)!
  return createValidators([orderJourneyV1], orderJourneySubSchemas).faultsOf('create', binding, value)
}
