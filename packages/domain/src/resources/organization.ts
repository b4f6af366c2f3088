import type { DefinitionOf, Entity } from '../kernel/resource.ts'
import type { EntityReference, TimePeriod } from './common.ts'
import type { Party, PartyIdentification } from './party.ts'

/** @source TMF632 v4.0.0, OrganizationStateType */
export const organizationStates = ['initialized', 'validated', 'closed'] as const
export type OrganizationState = (typeof organizationStates)[number]

export interface OtherNameOrganization extends Entity {
  name?: string
  nameType?: string
  tradingName?: string
  validFor?: TimePeriod
}

export interface OrganizationRelationship extends Entity {
  relationshipType?: string
  organization?: EntityReference
}

/** A group of people with a name: a company, a department, an authority. @source TMF632 v4.0.0, Organization */
export interface Organization extends Party {
  tradingName: string
  isHeadOffice?: boolean
  isLegalEntity?: boolean
  name?: string
  nameType?: string
  organizationType?: string
  existsDuring?: TimePeriod
  organizationChildRelationship?: OrganizationRelationship[]
  /** One object, while the children are an array: the standard's own asymmetry. */
  organizationParentRelationship?: OrganizationRelationship
  organizationIdentification?: PartyIdentification[]
  otherName?: OtherNameOrganization[]
  status?: OrganizationState
}

export const organizationDefinition = {
  name: 'organization',
  type: 'Organization',
  stateAttribute: 'status',
  mandatory: ['tradingName'],
  indexed: [
    { name: 'trading_name', path: 'tradingName', type: 'string', many: false },
    { name: 'name', path: 'name', type: 'string', many: false },
    { name: 'status', path: 'status', type: 'string', many: false },
    { name: 'parent_id', path: 'organizationParentRelationship.organization.id', type: 'string', many: false },
    { name: 'email', path: 'contactMedium.characteristic.emailAddress', type: 'string', many: true },
    { name: 'phone', path: 'contactMedium.characteristic.phoneNumber', type: 'string', many: true },
    { name: 'related_party_id', path: 'relatedParty.id', type: 'string', many: true },
    { name: 'identification_id', path: 'organizationIdentification.identificationId', type: 'string', many: true },
    { name: 'external_reference', path: 'externalReference.name', type: 'string', many: true }
  ]
} as const satisfies DefinitionOf<Organization>
