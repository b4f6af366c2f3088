import type { DefinitionOf, Entity, Resource } from '../kernel/resource.ts'
import type { Characteristic, ContactMedium, EntityReference, RelatedParty, TimePeriod } from './common.ts'

/** @source TMF629 v4.0.0, AccountRef: the id is optional, the name is not */
export interface AccountReference extends Entity {
  id?: string
  href?: string
  name: string
  description?: string
  '@referredType'?: string
}

export interface CreditProfile extends Entity {
  creditProfileDate: string
  creditRiskRating?: number
  creditScore?: number
  validFor: TimePeriod
}

/** A person or organization that buys products. @source TMF629 v4.0.0, Customer */
export interface Customer extends Resource {
  name: string
  /** Free text; the standard names no states. */
  status?: string
  statusReason?: string
  engagedParty: RelatedParty
  account?: AccountReference[]
  agreement?: EntityReference[]
  characteristic?: Characteristic[]
  contactMedium?: (ContactMedium & Required<Pick<ContactMedium, 'mediumType' | 'characteristic'>>)[]
  creditProfile?: CreditProfile[]
  paymentMethod?: EntityReference[]
  relatedParty?: RelatedParty[]
  validFor?: TimePeriod
}

export const customerDefinition = {
  name: 'customer',
  type: 'Customer',
  stateAttribute: 'status',
  mandatory: ['name', 'engagedParty'],
  indexed: [
    { name: 'name', path: 'name', type: 'string', many: false },
    { name: 'status', path: 'status', type: 'string', many: false },
    { name: 'engaged_party_id', path: 'engagedParty.id', type: 'string', many: false },
    { name: 'email', path: 'contactMedium.characteristic.emailAddress', type: 'string', many: true },
    { name: 'phone', path: 'contactMedium.characteristic.phoneNumber', type: 'string', many: true },
    { name: 'related_party_id', path: 'relatedParty.id', type: 'string', many: true },
    { name: 'account_id', path: 'account.id', type: 'string', many: true }
  ]
} as const satisfies DefinitionOf<Customer>
