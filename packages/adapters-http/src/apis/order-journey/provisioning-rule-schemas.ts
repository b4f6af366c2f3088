import { fmsMeanings, lifecycleStatuses, orderItemActions } from '@crm-lite/domain'
import { Type } from '@sinclair/typebox'
import { dateTime, flag, freeValue, indexedText, integer, many, oneOf, ref, text } from '../../schema/attributes.ts'
import { resource, shape } from '../../schema/entity.ts'
import { ServiceSpecificationRef } from './service-order-schemas.ts'

const RuleCriterion = shape('RuleCriterion', 'A characteristic that the product must be ordered with.', {
  mandatory: {
    name: text('Of the characteristic.', 'speed'),
    value: freeValue('A text, a number, true or false.', '500')
  },
  optional: {}
})

export const RuleMatch = shape('RuleMatch', 'What an item must be like: all of it. Nothing: every item.', {
  optional: {
    productOfferingId: Type.Array(text('The id of a product offering.', 'fibre-500'), { description: 'One of these.' }),
    productSpecificationId: Type.Array(text('The id of a product specification.', 'fibre'), { description: 'One of these.' }),
    action: Type.Array(oneOf(orderItemActions, 'What is to be done with the product.'), { description: 'One of these.' }),
    category: text('Of the order.', 'B2C'),
    characteristic: many(RuleCriterion, 'What the product is ordered with: all of it.')
  }
})

const sources = {
  value: freeValue('A text, a number, true or false: always the same.', 'home'),
  fromCharacteristic: text('The name of a characteristic that the product is ordered with or, else, has.', 'speed'),
  fromItem: text('Dotted, into the item of the order; of many values the first.', 'product.name'),
  fromOrder: text('Dotted, into the order; of many values the first.', 'category')
}

const ValueSource = shape('ValueSource', 'Where a value comes from: exactly one of these.', { optional: sources })

const CharacteristicRule = shape(
  'CharacteristicRule',
  'A characteristic that is sent. Exactly one of the sources says its value.',
  {
    mandatory: { name: text('What the FMS calls it.', 'downstream') },
    optional: {
      ...sources,
      valueType: text('Sent as it is.', 'string'),
      isMandatory: flag('Without a value nothing is sent for the item; otherwise the characteristic is left out.')
    }
  }
)

const ResourceRule = shape('ResourceRule', 'A device that the FMS is to allocate. One that it does not tell of is missed.', {
  optional: {
    name: text('What it is called.', 'Router at home'),
    type: text('What it is.', 'Router'),
    model: ref(ValueSource, 'Which model.'),
    characteristic: many(CharacteristicRule, 'What it must be like.')
  }
})

const ServiceItemRule = shape('ServiceItemRule', 'One thing that the FMS is asked to do for an item.', {
  mandatory: { key: text('The id of the item of the service order. With more pieces `-1`, `-2` ... follow.', 'router') },
  optional: {
    action: oneOf(orderItemActions, 'Absent: that of the item.'),
    serviceSpecification: ref(ServiceSpecificationRef, 'Absent: that of the product or, where it has none, its offering.'),
    characteristic: many(CharacteristicRule, 'What is said about the service.'),
    doesCopyCharacteristics: flag('Sends everything that was ordered as well, under its own name; what the rule says wins.'),
    supportingResource: many(ResourceRule, 'The devices that it needs.'),
    requires: Type.Array(text('The key of another one.', 'line'), { description: 'What must be done before.' }),
    forEach: oneOf(['unit', 'item'], '`unit`: once for each piece that is ordered, which holds when absent; `item`: once.')
  }
})

const StateMap = Type.Object(
  {},
  {
    description: `What states of the FMS mean, where that differs from the usual: \`{"scheduled": "inProgress"}\`. One of ${fmsMeanings.join(', ')}.`
  }
)

export const ProvisioningRuleSchema = resource(
  'ProvisioningRule',
  'A version of what is sent to the fulfilment management system (FMS) for items of a kind.',
  {
    mandatory: {
      key: indexedText('The same in all versions. A letter and up to 63 letters, digits, `-` or `_`.', 'fibre'),
      name: text('What it is called.', 'Fibre at home'),
      version: integer('Counted from 1. Set by the server.', 1),
      lifecycleStatus: oneOf(
        lifecycleStatuses,
        'Drafts can be changed; what is active is used for orders that are accepted from then on. Moved by `activate` and `retire`.'
      ),
      serviceOrderItem: many(
        ServiceItemRule,
        'What the FMS is asked to do, at most 50 things. None: the item is completed without the FMS, and its product is in the inventory.'
      )
    },
    optional: {
      description: text('What it is for.', 'A line and a router'),
      match: ref(RuleMatch),
      priority: integer('Of several that match with equally many criteria the highest wins; absent: 0.', 10),
      stateMap: StateMap,
      activatedAt: dateTime('When it came into use. Set by the server.'),
      retiredAt: dateTime('When it went out of use. Set by the server.')
    }
  }
)

/** Everything that the schema above refers to, besides what service orders have. */
export const provisioningRuleSubSchemas = [
  CharacteristicRule,
  ResourceRule,
  RuleCriterion,
  RuleMatch,
  ServiceItemRule,
  ValueSource
]
