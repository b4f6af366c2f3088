import { milestoneStatuses } from '@crm-lite/domain'
import { dateTime, indexedText, many, oneOf, text } from '../../schema/attributes.ts'
import { entity } from '../../schema/entity.ts'
import { referredType } from '../common/references.ts'

/** @source TMF622 v5.0.0: what v4 has no words for */
export const ProductOrderItemRef = entity('ProductOrderItemRef', 'An item of an order.', {
  mandatory: {
    productOrderId: text('The id of the order.', '0199c3a4-5f7e-7c31-9d52-3f1b8a6e4d20'),
    productOrderItemId: text('The id of the item.', '1')
  },
  optional: { ProductOrderHref: text('Where the order is found.'), '@referredType': referredType }
})

const productOrderItem = many(ProductOrderItemRef, 'The items that it is about.')

export const ProductOrderMilestone = entity('ProductOrderMilestone', 'A step on the way of an order.', {
  optional: {
    id: text('Its key in the journey.', 'installed'),
    name: indexedText('What it is called.', 'Installed'),
    description: text('What it means.', 'The technician has installed the line'),
    status: oneOf(milestoneStatuses, 'Whether it was reached, is still to be, or was to be by now.'),
    milestoneDate: dateTime('When it was reached; until then, when that is expected.'),
    message: text('What is to be said about it.', 'Planned for 2026-01-31T09:00:00.000Z'),
    productOrderItem
  }
})

export const ProductOrderJeopardyAlert = entity('ProductOrderJeopardyAlert', 'A warning that a step is late or may be.', {
  optional: {
    id: text('Identifies the warning in its order.', 'installed-1'),
    name: text('Of the milestone.', 'Installed'),
    alertDate: dateTime('When it was raised.'),
    jeopardyType: text('How urgent: `Normal`, `Hazard`, `Critical`.', 'Hazard'),
    exception: text('`milestoneViolated` when the date has passed.', 'milestoneViolated'),
    message: text('What is to be said about it.', 'It is planned for 2026-01-31T09:00:00.000Z'),
    productOrderItem
  }
})

export const ProductOrderErrorMessage = entity('ProductOrderErrorMessage', 'Something that went wrong.', {
  optional: {
    code: text('What: `itemFailed`.', 'itemFailed'),
    reason: text('What the code means.', 'An item of the order failed'),
    message: text('Why, in words.', 'No line to the house'),
    status: text('Whatever the sender of the error says about it.'),
    referenceError: text('Where more is found about it.'),
    timestamp: dateTime('When.'),
    productOrderItem
  }
})

export const progressSchemas = [ProductOrderErrorMessage, ProductOrderItemRef, ProductOrderJeopardyAlert, ProductOrderMilestone]
