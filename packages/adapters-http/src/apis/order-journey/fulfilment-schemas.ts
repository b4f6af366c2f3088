import { falloutKinds, fmsMeanings, fulfilmentStates } from '@crm-lite/domain'
import { Type } from '@sinclair/typebox'
import { dateTime, flag, indexedText, integer, many, oneOf, ref, text } from '../../schema/attributes.ts'
import { resource, shape } from '../../schema/entity.ts'
import { ProductOrderRef } from '../tmf622-product-ordering/schemas.ts'
import { OrderItem } from './journey-schemas.ts'
import {
  ServiceCharacteristic,
  ServiceOrderItemRequest,
  ServiceOrderRequest,
  SupportingResource
} from './service-order-schemas.ts'

export const ProvisioningRuleRef = shape('ProvisioningRuleRef', 'The version of a rule that was used.', {
  mandatory: {
    id: text('Its id.', '0199c3a4-5f7e-7c31-9d52-3f1b8a6e4d23'),
    key: text('The same in all versions.', 'fibre'),
    version: integer('Which version.', 1)
  },
  optional: {}
})

const ServiceOrderStateRef = shape('ServiceOrderStateRef', 'The service order at the FMS.', {
  mandatory: { id: indexedText('Its id there.', 'so-4711'), state: text('The last that was told.', 'inProgress') },
  optional: {}
})

const FulfilmentCancellation = shape(
  'FulfilmentCancellation',
  'What was asked, and is known, about the cancellation of the service order.',
  {
    mandatory: {
      reason: text('Why.', 'No longer needed'),
      requestedAt: dateTime('Since when it is wanted.'),
      state: oneOf(['wanted', 'asked', 'refused'], '`wanted` until the FMS has taken note of it.'),
      tries: integer('How often the FMS was asked.', 1)
    },
    optional: {
      id: text('Of the cancellation at the FMS.', 'cancel-4'),
      isUnknown: flag('The answer was lost: the service order is looked at before it is asked again.'),
      isGivenUp: flag('An operator has given the item up: it has failed once the service order is cancelled.')
    }
  }
)

const FulfilmentFalloutRef = shape('FulfilmentFalloutRef', 'The fallout record that somebody has to decide about.', {
  mandatory: {
    id: text('Its id.', '0199c3a4-5f7e-7c31-9d52-3f1b8a6e4d24'),
    kind: oneOf(falloutKinds, 'What went wrong.')
  },
  optional: {}
})

const FulfilledService = shape('FulfilledService', 'What an item of the service order has become.', {
  mandatory: { item: text('The id of the item.', 'router') },
  optional: {
    service: text('The id of the service at the FMS.', 'service-9'),
    resource: many(SupportingResource, 'The devices that it has.'),
    state: text('Of the item at the FMS, where not all of them are completed.', 'completed'),
    name: text('Of the service, as long as no product has it.', 'Fibre line'),
    characteristic: many(ServiceCharacteristic, 'Of the service, as long as no product has them.')
  }
})

const FulfilmentDoneBefore = shape(
  'FulfilmentDoneBefore',
  'What an earlier attempt has done, so that this one need not do it again.',
  {
    mandatory: {
      position: integer('Among all items that are to be provisioned, from 0.', 0),
      request: ref(ServiceOrderItemRequest, 'As it was asked for.'),
      result: ref(FulfilledService)
    },
    optional: {}
  }
)

const InventoryProductRef = shape('InventoryProductRef', 'The product in the inventory that has come of it.', {
  mandatory: { id: text('Its id.', '0199c3a4-5f7e-7c31-9d52-3f1b8a6e4d25') },
  optional: { terminationDate: dateTime('Since when it is terminated, where it was by this.') }
})

export const FulfilmentSchema = resource(
  'Fulfilment',
  'One attempt to have one item provisioned, or to undo that: one service order at the FMS at most.',
  {
    mandatory: {
      productOrder: ref(ProductOrderRef, 'The order.'),
      item: ref(OrderItem),
      attempt: integer('From 1. Only a decision of an operator, or undoing something, makes another one.', 1),
      purpose: oneOf(['provision', 'compensate'], '`compensate`: undoes what an attempt before has done.'),
      state: oneOf(
        fulfilmentStates,
        '`intended`: to be sent. `sent`: handed to the network. `unknown`: the FMS may have it or not, and is asked. `placed`: the FMS ' +
          'has it. `cancelling`: it is asked to cancel it. `fallout`: somebody has to decide. `superseded`: another attempt took its place.'
      ),
      request: ref(ServiceOrderRequest, 'What the FMS is asked to do.'),
      tries: integer('How often it was sent.', 1),
      failures: integer('Calls that failed since one succeeded.', 0),
      puzzles: integer('How often in a row the FMS said what makes no sense.', 0),
      newsAt: dateTime('When the FMS last told something new.'),
      createdAt: dateTime('Since when there is this attempt.'),
      lastUpdate: dateTime('When something last happened.')
    },
    optional: {
      rule: ref(ProvisioningRuleRef, 'Absent: the default was used.'),
      stateMap: Type.Object(
        {},
        { description: `What states of the FMS mean besides the usual: one of ${fmsMeanings.join(', ')}.` }
      ),
      serviceOrder: ref(ServiceOrderStateRef),
      isHeld: flag('The FMS has stopped working on it for now.'),
      failingSince: dateTime('Since when calls fail.'),
      sentAt: dateTime('When it was sent last.'),
      nextAt: dateTime('When the next step is due by itself.'),
      polledAt: dateTime('When the FMS was asked last.'),
      isListenedTo: flag('A milestone of the journey waits for what the FMS tells.'),
      told: text('A digest of what the FMS told last.', '1k2j3h4g5f6'),
      toldBy: text('The event of the callback that told it. Absent: the FMS was asked.', 'event-17'),
      cancellation: ref(FulfilmentCancellation),
      fallout: ref(FulfilmentFalloutRef),
      result: many(FulfilledService, 'What has become of it, as is needed to undo it.'),
      done: many(FulfilmentDoneBefore, 'What earlier attempts have done.'),
      product: ref(InventoryProductRef)
    }
  }
)

/** Everything that the schema above refers to, besides what orders, journeys and service orders have. */
export const fulfilmentSubSchemas = [
  FulfilledService,
  FulfilmentCancellation,
  FulfilmentDoneBefore,
  FulfilmentFalloutRef,
  InventoryProductRef,
  ProvisioningRuleRef,
  ServiceOrderStateRef
]
