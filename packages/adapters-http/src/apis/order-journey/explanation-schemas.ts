import { orderItemActions } from '@crm-lite/domain'
import { Type } from '@sinclair/typebox'
import { many, oneOf, ref, text } from '../../schema/attributes.ts'
import { shape } from '../../schema/entity.ts'
import { ProductRefOrValue } from '../common/product.ts'
import { ProvisioningRuleRef } from './fulfilment-schemas.ts'
import { RuleMatch } from './provisioning-rule-schemas.ts'
import { ServiceOrderRequest } from './service-order-schemas.ts'

const ExplainedItem = shape('ExplainedItem', 'An item of the order that holds no others.', {
  mandatory: {
    id: text('Its id in the order.', '1'),
    action: oneOf(orderItemActions, 'What is to be done with the product.')
  },
  optional: {}
})

const DecompositionProblem = shape('DecompositionProblem', 'What stands in the way.', {
  mandatory: {
    pointer: Type.String({
      description: 'A JSON Pointer into the rule; empty where it is about the item.',
      examples: ['/serviceOrderItem/0/characteristic/1']
    }),
    message: text('What is wrong.', 'is mandatory, and the order says nothing of it')
  },
  optional: {}
})

const ExplainedProduct = shape('ExplainedProduct', 'What would become of the inventory, before the FMS adds to it.', {
  mandatory: { change: oneOf(['create', 'modify', 'terminate'], 'What is done to the product.') },
  optional: {
    id: text('Of the product that is changed.', 'product-3'),
    product: ref(ProductRefOrValue, 'The product after that; absent when the inventory does not know it.')
  }
})

const ItemExplanation = shape('ItemExplanation', 'What would be done for an item, and why.', {
  mandatory: {
    item: ref(ExplainedItem),
    outcome: oneOf(
      ['request', 'nothing', 'impossible'],
      '`request`: a service order is sent. `nothing`: the item is completed without one. `impossible`: it would become a fallout record.'
    ),
    otherRule: many(ProvisioningRuleRef, 'Rules that match as well, and are not used.'),
    problem: many(DecompositionProblem, 'What makes it impossible.')
  },
  optional: {
    rule: ref(ProvisioningRuleRef, 'The rule that is used; absent: the default, or none is needed.'),
    match: ref(RuleMatch, 'The criteria of the rule: all of them hold.'),
    serviceOrder: ref(
      ServiceOrderRequest,
      'What would be sent. Of an order that is not stored the `externalId` begins with `explanation`.'
    ),
    product: ref(ExplainedProduct)
  }
})

export const ProvisioningExplanation = shape('ProvisioningExplanation', 'What would be done for an order.', {
  mandatory: { explanation: many(ItemExplanation, 'Item by item.') },
  optional: {}
})

export const explanationSchemas = [
  DecompositionProblem,
  ExplainedItem,
  ExplainedProduct,
  ItemExplanation,
  ProvisioningExplanation
]
