import { type ProductOrderItem as Item, orderItemActions, productOrderItemStates } from '@crm-lite/domain'
import { Type } from '@sinclair/typebox'
import { integer, many, oneOf, ref, text } from '../../schema/attributes.ts'
import { entity } from '../../schema/entity.ts'
import { OrderPrice } from '../common/prices.ts'
import { ProductOfferingRef, ProductRefOrValue } from '../common/product.ts'
import { BillingAccountRef, plainReference, referenceAttributes, referredType } from '../common/references.ts'
import { Quantity } from '../common/values.ts'

export const AppointmentRef = entity('AppointmentRef', 'When somebody comes.', {
  mandatory: { id: text('The id of the appointment.', 'appointment-8') },
  optional: {
    href: referenceAttributes.href,
    description: text('What for.', 'The technician comes'),
    '@referredType': referredType
  }
})

export const OrderTerm = entity('OrderTerm', 'For how long something is ordered.', {
  optional: {
    description: text('What is agreed.', 'Minimum term'),
    name: text('What the term is called.', 'Minimum term'),
    duration: ref(Quantity, 'For how long.')
  }
})

export const PaymentRef = plainReference('PaymentRef', 'A payment that was made.', text('The id of the payment.', 'payment-5'))

export const ProductOfferingQualificationRef = plainReference(
  'ProductOfferingQualificationRef',
  'What was found out about what can be delivered.',
  text('The id of the qualification.', 'qualification-2')
)

export const ProductOfferingQualificationItemRef = entity(
  'ProductOfferingQualificationItemRef',
  'What was found out about one thing that can be delivered.',
  {
    mandatory: {
      id: text('The id of the part.', '1'),
      productOfferingQualificationId: text('The id of the qualification.', 'qualification-2')
    },
    optional: {
      ...referenceAttributes,
      productOfferingQualificationHref: text('Where the qualification is found.'),
      productOfferingQualificationName: text('What it is called.', 'Club house'),
      '@referredType': referredType
    }
  }
)

export const OrderItemRelationship = entity('OrderItemRelationship', 'How another item has to do with this one.', {
  optional: { id: text('The id of the other item.', '2'), relationshipType: text('How.', 'reliesOn') }
})

export const QuoteItemRef = entity('QuoteItemRef', 'A part of a quote.', {
  mandatory: { id: text('The id of the part.', '1'), quoteId: text('The id of the quote.', 'quote-4') },
  optional: {
    ...referenceAttributes,
    quoteHref: text('Where the quote is found.'),
    quoteName: text('What it is called.', 'Club house'),
    '@referredType': referredType
  }
})

/** As items are shown: the domain knows more of them. */
type ShownItem = Omit<Item, 'state' | 'stateBeforeCancellation' | 'productOrderItem'> & {
  state?: Item['state']
  productOrderItem?: ShownItem[]
}

export const ProductOrderItem = entity('ProductOrderItem', 'One thing ordered. What holds items shows what becomes of those.', {
  mandatory: {
    id: text('Identifies the item in its order. Set by the client.', '1'),
    action: oneOf(orderItemActions, 'What is to be done.')
  },
  optional: {
    quantity: integer('How many.', 1),
    appointment: ref(AppointmentRef, 'When somebody comes.'),
    billingAccount: ref(BillingAccountRef, 'The account that is billed.'),
    itemPrice: many(OrderPrice, 'What one costs.'),
    itemTerm: many(OrderTerm, 'For how long.'),
    itemTotalPrice: many(OrderPrice, 'What all of it costs.'),
    payment: many(PaymentRef, 'Payments for it.'),
    product: ref(ProductRefOrValue, 'The product.'),
    productOffering: ref(ProductOfferingRef, 'What was offered.'),
    productOfferingQualificationItem: ref(ProductOfferingQualificationItemRef, 'What was found out about it.'),
    productOrderItem: Type.Array(Type.Unsafe<ShownItem>({ $ref: 'ProductOrderItem#' }), {
      description: 'The items that it is made of.'
    }),
    productOrderItemRelationship: many(OrderItemRelationship, 'Other items that have to do with it.'),
    qualification: many(ProductOfferingQualificationRef, 'What was found out about it.'),
    quoteItem: ref(QuoteItemRef, 'The part of a quote that it comes from.'),
    state: oneOf(
      productOrderItemStates,
      'Where it is. Set by the server when the order is placed; a change in a PATCH is a move. The states of items with items follow from those.'
    )
  }
})

export const itemSchemas = [
  AppointmentRef,
  OrderItemRelationship,
  OrderTerm,
  PaymentRef,
  ProductOfferingQualificationItemRef,
  ProductOfferingQualificationRef,
  ProductOrderItem,
  QuoteItemRef
]
