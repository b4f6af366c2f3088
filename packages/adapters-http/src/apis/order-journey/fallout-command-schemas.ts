import { Type } from '@sinclair/typebox'
import { freeValue, integer, many, oneOf, ref, text } from '../../schema/attributes.ts'
import { shape } from '../../schema/entity.ts'
import { Characteristic } from '../common/values.ts'
import { ownerOfFallout } from './fallout-schemas.ts'
import { ServiceSpecificationRef, SupportingResource } from './service-order-schemas.ts'

const reason = text('Why, for the history.', 'The stock was filled')

export const AssignFallout = shape('AssignFallout', 'Who takes care of it.', {
  optional: { owner: Type.String({ ...ownerOfFallout, description: 'Absent: nobody any more.', pattern: '\\S' }), reason }
})

export const DecideFallout = shape('DecideFallout', 'A decision about a fallout record.', { optional: { reason } })

const ChangedCharacteristic = shape('ChangedCharacteristic', 'A characteristic that is sent instead, or as well.', {
  mandatory: {
    name: text('As the FMS knows it.', 'downstream'),
    value: freeValue('Any JSON value; null takes the characteristic away.', '1000')
  },
  optional: { valueType: text('Of which type the value is.', 'string') }
})

const ChangedServiceItem = shape('ChangedServiceItem', 'What is sent instead for an item of the service order.', {
  mandatory: { id: text('The id of the item of the service order.', 'router') },
  optional: {
    serviceSpecification: ref(ServiceSpecificationRef),
    characteristics: many(ChangedCharacteristic, 'By name; those that are not named stay.'),
    supportingResources: many(SupportingResource, 'All devices that it needs, in place of those before.')
  }
})

const RequestChanges = shape('RequestChanges', 'What is to be sent instead; what is not named stays.', {
  mandatory: { items: many(ChangedServiceItem, 'Item by item.') },
  optional: {}
})

export const RetryFalloutWithChanges = shape('RetryFalloutWithChanges', 'Another attempt, with changes.', {
  mandatory: { changes: ref(RequestChanges) },
  optional: { reason }
})

const HandmadeService = shape('HandmadeService', 'A service that was made by hand.', {
  optional: { id: text('At the FMS.', 'service-9'), name: text('What it is called.', 'Router at home') }
})

const HandmadeResult = shape('HandmadeResult', 'What has come of it.', {
  optional: {
    services: many(HandmadeService, 'The services that there are now.'),
    resources: many(SupportingResource, 'The devices that the customer has now.'),
    characteristics: many(Characteristic, 'What becomes characteristics of the product.')
  }
})

export const CompleteFalloutByHand = shape('CompleteFalloutByHand', 'That somebody has done it.', {
  optional: { result: ref(HandmadeResult), reason }
})

const FalloutFailure = shape('FalloutFailure', 'A record about which this could not be decided.', {
  mandatory: {
    id: text('Its id.', '0199c3a4-5f7e-7c31-9d52-3f1b8a6e4d24'),
    code: text('A word from the published table of error codes.', 'illegalMove'),
    message: text('Why, for people.', 'the fallout record is resolved already')
  },
  optional: {
    allowed: Type.Array(text('A decision.', 'skip'), { description: 'What can be decided instead.' })
  }
})

export const FalloutDecisions = shape('FalloutDecisions', 'What came of a decision about many records.', {
  mandatory: {
    action: oneOf(['assign', 'retry', 'retryWithChanges', 'skip', 'completeByHand', 'compensate'], 'What was decided.'),
    done: integer('How many records it was decided about.', 12),
    failed: many(FalloutFailure, 'Those about which it could not be decided.'),
    left: integer('How many records match that were not looked at: ask again for the next.', 0)
  },
  optional: {}
})

export const falloutCommandSchemas = [
  AssignFallout,
  ChangedCharacteristic,
  ChangedServiceItem,
  CompleteFalloutByHand,
  DecideFallout,
  FalloutDecisions,
  FalloutFailure,
  HandmadeResult,
  HandmadeService,
  RequestChanges,
  RetryFalloutWithChanges
]
