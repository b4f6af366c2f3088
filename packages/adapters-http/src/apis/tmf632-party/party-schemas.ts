import { dateTime, indexedText, integer, many, ref, text } from '../../schema/attributes.ts'
import { entity } from '../../schema/entity.ts'
import { AttachmentRefOrValue } from '../common/attachment.ts'
import { ContactMedium, MediumCharacteristic } from '../common/contact-medium.ts'
import { RelatedParty, referredType } from '../common/references.ts'
import { Characteristic, Quantity, TimePeriod } from '../common/values.ts'

export const PartyCreditProfile = entity('PartyCreditProfile', 'What a rating agency says about a party.', {
  optional: {
    creditAgencyName: text('Who rates.', 'Example Ratings'),
    creditAgencyType: text('Which kind of agency it is.', 'bureau'),
    ratingReference: text('Under which reference the agency keeps it.', 'ER-2026-17'),
    ratingScore: integer('The rating, on the scale of the agency.', 720),
    validFor: ref(TimePeriod, 'While the rating counts.')
  }
})

export const ExternalReference = entity('ExternalReference', 'What a party is called in another system.', {
  optional: {
    externalReferenceType: text('Which system or kind of name it is.', 'billingSystem'),
    name: indexedText('The name or number there.', 'B-004711')
  }
})

export const TaxDefinition = entity('TaxDefinition', 'A tax.', {
  optional: {
    id: text('Identifies the tax.', 'tax-1'),
    name: text('What the tax is called.', 'Goods and services tax'),
    taxType: text('Which kind of tax it is.', 'federal'),
    '@referredType': referredType
  }
})

export const TaxExemptionCertificate = entity('TaxExemptionCertificate', 'A proof that a party does not pay certain taxes.', {
  optional: {
    id: text('Identifies the certificate.', 'certificate-1'),
    attachment: ref(AttachmentRefOrValue, 'The certificate as a document.'),
    taxDefinition: many(TaxDefinition, 'The taxes that are not paid.'),
    validFor: ref(TimePeriod, 'While the certificate counts.')
  }
})

/** What identifies a party, individual or organization alike. */
export const identificationAttributes = {
  identificationId: indexedText('The number of the document.', 'X-0000017'),
  identificationType: text('Which kind of document it is.', 'passport'),
  issuingAuthority: text('Who issued it.', 'City of Pune'),
  issuingDate: dateTime('When it was issued.'),
  attachment: ref(AttachmentRefOrValue, 'The document itself.'),
  validFor: ref(TimePeriod, 'While the document counts.')
}

/** What individuals and organizations have in common. @source TMF632 v4.0.0, Party */
export const partyAttributes = {
  contactMedium: many(ContactMedium, 'The ways to reach the party.'),
  creditRating: many(PartyCreditProfile, 'What rating agencies say about the party.'),
  externalReference: many(ExternalReference, 'What the party is called in other systems.'),
  partyCharacteristic: many(Characteristic, 'Properties for which there is no attribute.'),
  relatedParty: many(RelatedParty, 'Others who have to do with the party, each with a role.'),
  taxExemptionCertificate: many(TaxExemptionCertificate, 'Proofs that the party does not pay certain taxes.')
}

/** Everything that the attributes above refer to. */
export const partySubSchemas = [
  AttachmentRefOrValue,
  Characteristic,
  ContactMedium,
  ExternalReference,
  MediumCharacteristic,
  PartyCreditProfile,
  Quantity,
  RelatedParty,
  TaxDefinition,
  TaxExemptionCertificate,
  TimePeriod
]
