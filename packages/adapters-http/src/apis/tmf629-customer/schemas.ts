import type { NamedSchema } from '../../binding.ts'
import { dateTime, indexedText, integer, many, ref, text } from '../../schema/attributes.ts'
import { entity, resource } from '../../schema/entity.ts'
import { CustomerContactMedium, MediumCharacteristic } from '../common/contact-medium.ts'
import { AgreementRef, plainReference, RelatedParty, referenceAttributes, referredType } from '../common/references.ts'
import { Characteristic, TimePeriod } from '../common/values.ts'

export const AccountRef = entity('AccountRef', 'An account of the customer. Here the name is mandatory, not the id.', {
  mandatory: { name: text('What the account is called.', 'Main account') },
  optional: {
    id: indexedText('The id of the account.', 'account-1'),
    href: referenceAttributes.href,
    description: text('What the account is for.', 'Everything for the club house'),
    '@referredType': referredType
  }
})

export const PaymentMethodRef = plainReference(
  'PaymentMethodRef',
  'A means by which the customer pays.',
  text('The id of the payment method.', 'payment-method-1')
)

export const CreditProfile = entity('CreditProfile', 'What was found out about the credit worthiness of the customer.', {
  mandatory: {
    creditProfileDate: dateTime('When it was found out.'),
    validFor: ref(TimePeriod, 'While it counts.')
  },
  optional: {
    creditRiskRating: integer('The risk as a grade, on the scale of whoever rates.', 2),
    creditScore: integer('The score, on the scale of whoever scores.', 640)
  }
})

export const CustomerSchema = resource('Customer', 'A person or organization that buys, or may buy, products.', {
  mandatory: {
    name: indexedText('What the customer is called.', 'Harbour Sports Club'),
    engagedParty: ref(RelatedParty, 'The individual or organization that is the customer. It need not exist here.')
  },
  optional: {
    status: indexedText('Where the customer is in its life. Free text.', 'Created'),
    statusReason: text('Why the customer has this status.', 'Registered at the counter'),
    account: many(AccountRef, 'The accounts of the customer.'),
    agreement: many(AgreementRef, 'The agreements with the customer.'),
    characteristic: many(Characteristic, 'Properties for which there is no attribute.'),
    contactMedium: many(CustomerContactMedium, 'The ways to reach the customer.'),
    creditProfile: many(CreditProfile, 'What is known about the credit worthiness of the customer.'),
    paymentMethod: many(PaymentMethodRef, 'The means by which the customer pays.'),
    relatedParty: many(RelatedParty, 'Others who have to do with the customer, each with a role.'),
    validFor: ref(TimePeriod, 'While the customer is a customer.')
  }
})

/** Everything that the schema above refers to. */
export const customerSubSchemas: readonly NamedSchema[] = [
  AccountRef,
  AgreementRef,
  Characteristic,
  CreditProfile,
  CustomerContactMedium,
  MediumCharacteristic,
  PaymentMethodRef,
  RelatedParty,
  TimePeriod
]
