import type { Entity } from '../kernel/resource.ts'

/** Half open, as everywhere: from `startDateTime` until just before `endDateTime`. RFC 3339. */
export interface TimePeriod {
  startDateTime?: string
  endDateTime?: string
}

export interface Quantity {
  amount?: number
  units?: string
}

/** A reference to something that may live elsewhere; it need not exist here. */
export interface EntityReference extends Entity {
  id: string
  href?: string
  name?: string
  '@referredType'?: string
}

/** A party (or role of one) and the part it plays. */
export interface RelatedParty extends EntityReference {
  role?: string
  '@referredType': string
}

export interface Characteristic extends Entity {
  name: string
  valueType?: string
  /** Of free type. */
  value: unknown
}

export interface MediumCharacteristic extends Entity {
  city?: string
  contactType?: string
  country?: string
  emailAddress?: string
  faxNumber?: string
  phoneNumber?: string
  postCode?: string
  socialNetworkId?: string
  stateOrProvince?: string
  street1?: string
  street2?: string
}

export interface ContactMedium extends Entity {
  mediumType?: string
  preferred?: boolean
  characteristic?: MediumCharacteristic
  validFor?: TimePeriod
}

export interface AttachmentRefOrValue extends Entity {
  id?: string
  href?: string
  attachmentType?: string
  content?: string
  description?: string
  mimeType?: string
  name?: string
  url?: string
  size?: Quantity
  validFor?: TimePeriod
  '@referredType'?: string
}
