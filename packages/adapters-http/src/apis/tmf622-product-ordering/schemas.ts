import { productOrderStates, taskStates } from '@crm-lite/domain'
import type { NamedSchema } from '../../binding.ts'
import { dateTime, indexedText, many, oneOf, ref, text } from '../../schema/attributes.ts'
import { entity, resource } from '../../schema/entity.ts'
import { OrderPrice } from '../common/prices.ts'
import { productSchemas } from '../common/product.ts'
import {
  AgreementRef,
  BillingAccountRef,
  plainReference,
  RelatedParty,
  referenceAttributes,
  referredType
} from '../common/references.ts'
import { itemSchemas, PaymentRef, ProductOfferingQualificationRef, ProductOrderItem } from './item-schemas.ts'
import {
  ProductOrderErrorMessage,
  ProductOrderJeopardyAlert,
  ProductOrderMilestone,
  progressSchemas
} from './progress-schemas.ts'

export const RelatedChannel = entity('RelatedChannel', 'The way that an order came in.', {
  mandatory: { id: text('The id of the channel.', 'shop') },
  optional: { ...referenceAttributes, role: text('What came in by it.', 'order capture'), '@referredType': referredType }
})

export const Note = entity('Note', 'Something that somebody wrote down.', {
  mandatory: { text: text('What.', 'Please ring twice') },
  optional: {
    id: text('Identifies the note.', '1'),
    author: text('Who.', 'Asha Rao'),
    date: dateTime('When.')
  }
})

export const QuoteRef = plainReference('QuoteRef', 'What was quoted before.', text('The id of the quote.', 'quote-4'))

export const ProductOrderRef = plainReference(
  'ProductOrderRef',
  'An order.',
  indexedText('The id of the order.', '0199c3a4-5f7e-7c31-9d52-3f1b8a6e4d20')
)

export const ProductOrderSchema = resource('ProductOrder', 'What a customer orders, and what has become of it.', {
  mandatory: {
    orderDate: dateTime('When it came in. Set by the server.'),
    state: oneOf(
      productOrderStates,
      'Where it is. A change in a PATCH is a move; `fields=allowedState` tells which ones are possible now.'
    ),
    productOrderItem: many(ProductOrderItem, 'What is ordered: at least one item. A PATCH merges items by their ids.'),
    relatedParty: many(RelatedParty, 'Who has to do with it, the customer above all.')
  },
  optional: {
    cancellationDate: dateTime('When it was cancelled, or shall be.'),
    cancellationReason: text('Why it was cancelled.', 'No longer needed'),
    category: indexedText('Which kind of order it is, for those who work on it.', 'B2C'),
    completionDate: dateTime('When it was completed. Set by the server.'),
    description: text('What it is about.', 'Fibre and television for the club house'),
    expectedCompletionDate: dateTime('When it will be completed, as far as is known. Set by the server.'),
    externalId: indexedText('The id that the client gave it.', 'shop-4711'),
    notificationContact: text('Who is told about it.', 'office@harbour-sports.example.com'),
    priority: text('From 0, the highest, to 4.', '3'),
    requestedCompletionDate: dateTime('When it shall be completed.'),
    requestedStartDate: dateTime('When work shall begin.'),
    agreement: many(AgreementRef, 'The agreements that it is made under.'),
    billingAccount: ref(BillingAccountRef, 'The account that is billed.'),
    channel: many(RelatedChannel, 'How it came in.'),
    note: many(Note, 'What was written down about it.'),
    orderTotalPrice: many(OrderPrice, 'What all of it costs.'),
    payment: many(PaymentRef, 'Payments for it.'),
    productOfferingQualification: many(ProductOfferingQualificationRef, 'What was found out before.'),
    quote: many(QuoteRef, 'What was quoted before.'),
    productOrderMilestone: many(ProductOrderMilestone, 'The steps on its way. An extension, as in v5. Set by the server.'),
    productOrderJeopardyAlert: many(ProductOrderJeopardyAlert, 'Warnings. An extension, as in v5. Set by the server.'),
    productOrderErrorMessage: many(ProductOrderErrorMessage, 'What went wrong. An extension, as in v5. Set by the server.')
  }
})

export const CancelProductOrderSchema = resource('CancelProductOrder', 'A request to cancel an order, and what became of it.', {
  mandatory: {
    productOrder: ref(ProductOrderRef, 'The order.'),
    state: oneOf(taskStates, '`inProgress` while it is assessed; `terminatedWithError` when it was refused. Set by the server.')
  },
  optional: {
    cancellationReason: text('Why.', 'No longer needed'),
    effectiveCancellationDate: dateTime('When the order was cancelled. Set by the server.'),
    requestedCancellationDate: dateTime('When it should be: a wish.')
  }
})

/** Everything that the schemas above refer to. */
export const productOrderSubSchemas: readonly NamedSchema[] = [
  ...productSchemas,
  ...itemSchemas,
  ...progressSchemas,
  AgreementRef,
  Note,
  ProductOrderRef,
  QuoteRef,
  RelatedChannel
]
