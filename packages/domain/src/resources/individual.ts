import type { DefinitionOf, Entity } from '../kernel/resource.ts'
import type { TimePeriod } from './common.ts'
import type { Party, PartyIdentification } from './party.ts'

/** `deceaded` is how the standard spells it. @source TMF632 v4.0.0, IndividualStateType */
export const individualStates = ['initialized', 'validated', 'deceaded'] as const
export type IndividualState = (typeof individualStates)[number]

export interface PersonName {
  aristocraticTitle?: string
  familyName?: string
  familyNamePrefix?: string
  formattedName?: string
  fullName?: string
  generation?: string
  givenName?: string
  legalName?: string
  middleName?: string
  preferredGivenName?: string
  title?: string
}

export interface OtherNameIndividual extends Entity, PersonName {
  validFor?: TimePeriod
}

export interface Disability extends Entity {
  disabilityCode?: string
  disabilityName?: string
  validFor?: TimePeriod
}

export interface LanguageAbility extends Entity {
  isFavouriteLanguage?: boolean
  languageCode?: string
  languageName?: string
  listeningProficiency?: string
  readingProficiency?: string
  speakingProficiency?: string
  writingProficiency?: string
  validFor?: TimePeriod
}

export interface Skill extends Entity {
  comment?: string
  evaluatedLevel?: string
  skillCode?: string
  skillName?: string
  validFor?: TimePeriod
}

/** A single human being. @source TMF632 v4.0.0, Individual */
export interface Individual extends Party, PersonName {
  givenName: string
  familyName: string
  birthDate?: string
  countryOfBirth?: string
  deathDate?: string
  gender?: string
  location?: string
  maritalStatus?: string
  nationality?: string
  placeOfBirth?: string
  disability?: Disability[]
  individualIdentification?: PartyIdentification[]
  languageAbility?: LanguageAbility[]
  otherName?: OtherNameIndividual[]
  skill?: Skill[]
  status?: IndividualState
}

export const individualDefinition = {
  name: 'individual',
  type: 'Individual',
  stateAttribute: 'status',
  mandatory: ['givenName', 'familyName'],
  indexed: [
    { name: 'given_name', path: 'givenName', type: 'string', many: false },
    { name: 'family_name', path: 'familyName', type: 'string', many: false },
    { name: 'status', path: 'status', type: 'string', many: false },
    { name: 'email', path: 'contactMedium.characteristic.emailAddress', type: 'string', many: true },
    { name: 'phone', path: 'contactMedium.characteristic.phoneNumber', type: 'string', many: true },
    { name: 'related_party_id', path: 'relatedParty.id', type: 'string', many: true },
    { name: 'identification_id', path: 'individualIdentification.identificationId', type: 'string', many: true },
    { name: 'external_reference', path: 'externalReference.name', type: 'string', many: true }
  ]
} as const satisfies DefinitionOf<Individual>
