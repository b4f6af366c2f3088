import type { Entity, Resource } from '../kernel/resource.ts'
import type { AttachmentRefOrValue, Characteristic, ContactMedium, RelatedParty, TimePeriod } from './common.ts'

export interface PartyCreditProfile extends Entity {
  creditAgencyName?: string
  creditAgencyType?: string
  ratingReference?: string
  ratingScore?: number
  validFor?: TimePeriod
}

export interface ExternalReference extends Entity {
  externalReferenceType?: string
  name?: string
}

export interface TaxDefinition extends Entity {
  id?: string
  name?: string
  taxType?: string
  '@referredType'?: string
}

export interface TaxExemptionCertificate extends Entity {
  id?: string
  attachment?: AttachmentRefOrValue
  taxDefinition?: TaxDefinition[]
  validFor?: TimePeriod
}

/** A document that proves who somebody is: a passport, a certificate of registration. */
export interface PartyIdentification extends Entity {
  identificationId?: string
  identificationType?: string
  issuingAuthority?: string
  issuingDate?: string
  attachment?: AttachmentRefOrValue
  validFor?: TimePeriod
}

/** What individuals and organizations have in common. @source TMF632 v4.0.0, Party */
export interface Party extends Resource {
  contactMedium?: ContactMedium[]
  creditRating?: PartyCreditProfile[]
  externalReference?: ExternalReference[]
  partyCharacteristic?: Characteristic[]
  relatedParty?: RelatedParty[]
  taxExemptionCertificate?: TaxExemptionCertificate[]
}
