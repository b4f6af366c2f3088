import type { TString } from '@sinclair/typebox'
import { indexedText, text } from '../../schema/attributes.ts'
import { entity } from '../../schema/entity.ts'

/** What references say about what they refer to, besides its id. */
export const referenceAttributes = {
  href: text('Where it is found. Kept as it was sent.', 'https://example.com/tmf-api/party/v4/organization/500'),
  name: text('What it is called, for showing it without fetching it.', 'Harbour Sports Club')
}

export const referredType = text('The type of what is referred to.', 'Organization')

/** A reference with nothing but an id that must be there. It need not exist here. */
export function plainReference(id: string, description: string, idAttribute: TString) {
  return entity(id, description, {
    mandatory: { id: idAttribute },
    optional: { ...referenceAttributes, '@referredType': referredType }
  })
}

export const RelatedParty = entity('RelatedParty', 'A party, or somebody in a role, and the part played here.', {
  mandatory: {
    id: indexedText('The id of the party or of the role.', '500'),
    '@referredType': referredType
  },
  optional: { ...referenceAttributes, role: text('The part that is played.', 'owner') }
})

export const AgreementRef = plainReference(
  'AgreementRef',
  'An agreement that the customer has entered into.',
  text('The id of the agreement.', 'agreement-1')
)

export const BillingAccountRef = plainReference(
  'BillingAccountRef',
  'The account that is billed.',
  indexedText('The id of the account.', 'billing-account-1')
)
