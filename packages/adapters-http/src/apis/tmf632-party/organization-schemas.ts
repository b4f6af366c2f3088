import { organizationStates } from '@crm-lite/domain'
import type { NamedSchema } from '../../binding.ts'
import { flag, indexedText, many, oneOf, ref, text } from '../../schema/attributes.ts'
import { entity, resource } from '../../schema/entity.ts'
import { plainReference } from '../common/references.ts'
import { TimePeriod } from '../common/values.ts'
import { identificationAttributes, partyAttributes, partySubSchemas } from './party-schemas.ts'

const name = indexedText('The name of the organization, a department for example.', 'Harbour Sports Club')
const nameType = text('What is added to the name to make it complete.', 'Inc.')
const tradingName = indexedText('The name under which the organization does business.', 'Harbour Sports')

export const OrganizationRef = plainReference(
  'OrganizationRef',
  'Another organization.',
  indexedText('The id of the organization.', '501')
)

const relationshipAttributes = {
  relationshipType: text('How the two belong together.', 'juridical'),
  organization: ref(OrganizationRef, 'The other organization.')
}

export const OrganizationChildRelationship = entity('OrganizationChildRelationship', 'An organization below this one.', {
  optional: relationshipAttributes
})

export const OrganizationParentRelationship = entity('OrganizationParentRelationship', 'The organization above this one.', {
  optional: relationshipAttributes
})

export const OrganizationIdentification = entity(
  'OrganizationIdentification',
  'A document that proves what an organization is: a certificate of registration, for example.',
  { optional: identificationAttributes }
)

export const OtherNameOrganization = entity('OtherNameOrganization', 'Another name that an organization has, or had.', {
  optional: { name, nameType, tradingName, validFor: ref(TimePeriod, 'While the name is or was used.') }
})

export const OrganizationSchema = resource('Organization', 'A group of people with a name: a company, a department, a club.', {
  mandatory: { tradingName },
  optional: {
    isHeadOffice: flag('Whether it is the head office.'),
    isLegalEntity: flag('Whether it is known as an entity to the law.'),
    name,
    nameType,
    organizationType: text('Which kind of organization it is.', 'company'),
    existsDuring: ref(TimePeriod, 'While the organization exists.'),
    organizationChildRelationship: many(OrganizationChildRelationship, 'The organizations below this one.'),
    organizationParentRelationship: ref(OrganizationParentRelationship, 'The organization above this one: at most one.'),
    organizationIdentification: many(OrganizationIdentification, 'Documents that prove what the organization is.'),
    otherName: many(OtherNameOrganization, 'Other names of the organization.'),
    status: oneOf(organizationStates, 'Where the organization is in its life here.'),
    ...partyAttributes
  }
})

/** Everything that the schema of an organization refers to. */
export const organizationSubSchemas: readonly NamedSchema[] = [
  ...partySubSchemas,
  OrganizationChildRelationship,
  OrganizationIdentification,
  OrganizationParentRelationship,
  OrganizationRef,
  OtherNameOrganization
]
