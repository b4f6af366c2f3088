import { falloutKinds, falloutResolutions, falloutStatuses, falloutSteps } from '@crm-lite/domain'
import { dateTime, indexedText, integer, many, oneOf, ref, text } from '../../schema/attributes.ts'
import { resource, shape } from '../../schema/entity.ts'
import { ProductOrderRef } from '../tmf622-product-ordering/schemas.ts'
import { OrderItem } from './journey-schemas.ts'

export const ownerOfFallout = indexedText('Who takes care of it.', 'asha')

const FulfilmentRef = shape('FulfilmentRef', 'The attempt that it is about.', {
  mandatory: {
    id: text('Its id.', '0199c3a4-5f7e-7c31-9d52-3f1b8a6e4d20:1:1'),
    attempt: integer('Which attempt.', 1)
  },
  optional: {}
})

const ServiceOrderRef = shape('ServiceOrderRef', 'The service order at the FMS, where there is one.', {
  mandatory: { id: text('Its id there.', 'so-4711') },
  optional: {}
})

const FalloutEvidence = shape(
  'FalloutEvidence',
  'What passed between us and the FMS, at most 4,000 characters of each; what may be personal is masked.',
  {
    optional: {
      request: text('What was sent.', '{"externalId":"0199c3a4-5f7e-7c31-9d52-3f1b8a6e4d20:1:1","description":"***"}'),
      answer: text('What was answered.', '{"code":"stockEmpty","message":"***"}'),
      status: integer('Of HTTP.', 409),
      error: text('What the FMS said was wrong.', 'no router in stock')
    }
  }
)

const FalloutHistory = shape('FalloutHistory', 'Something that was done about it.', {
  mandatory: {
    date: dateTime('When.'),
    actor: text('Who.', 'asha'),
    action: oneOf(['raise', 'assign', ...falloutResolutions], 'What.')
  },
  optional: { reason: text('Why, in words.', 'The stock was filled'), owner: text('Whom it was given to.', 'asha') }
})

export const FalloutSchema = resource(
  'Fallout',
  'Something that does not heal by itself: the item is held until somebody decides.',
  {
    mandatory: {
      productOrder: ref(ProductOrderRef, 'The order.'),
      item: ref(OrderItem),
      fulfilment: ref(FulfilmentRef),
      kind: oneOf(
        falloutKinds,
        '`notDecomposable`: the rule cannot be applied. `rejectedByFms`: the FMS refused. `timeout`: it has not answered for too long. ' +
          '`unreadableAnswer`: what it answers makes no sense. `outcomeUnknown`: the answer was lost, and it cannot be looked up. ' +
          '`failedAtFms`, `partialAtFms`, `cancelledAtFms`: what became of it there. `deviceMissing`: a device that was asked for. ' +
          '`inconsistentState`: two service orders where one may be, or none. `cancellationFailed`: nobody knows whether it is cancelled. ' +
          '`notCompensable`: what was done cannot be undone without somebody who knows how.'
      ),
      step: oneOf(falloutSteps, 'What was about to be done.'),
      message: text('What went wrong, for operators.', 'the FMS rejected the service order'),
      status: oneOf(falloutStatuses, '`assigned`: somebody takes care of it.'),
      raisedAt: dateTime('Since when.'),
      history: many(FalloutHistory, 'What was done about it, the oldest first.')
    },
    optional: {
      serviceOrder: ref(ServiceOrderRef),
      evidence: ref(FalloutEvidence),
      owner: ownerOfFallout,
      resolvedAt: dateTime('When it was resolved.'),
      resolution: oneOf(
        falloutResolutions,
        'How: by one of the decisions; `healed`: the FMS told that it is all right; `cancelled`: the item is no longer wanted.'
      )
    }
  }
)

/** Everything that the schema above refers to, besides what orders and journeys have. */
export const falloutSubSchemas = [FalloutEvidence, FalloutHistory, FulfilmentRef, ServiceOrderRef]
