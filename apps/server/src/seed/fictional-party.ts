import type { Individual, MediumCharacteristic, Organization } from '@crm-lite/domain'
import { type Random, randomOf, seededId } from './random.ts'
import * as vocabulary from './vocabulary.ts'

/** How much of a party everybody else needs: a reference to it, and how to reach it. */
export interface PartyCard {
  readonly id: string
  readonly type: 'Individual' | 'Organization'
  readonly name: string
  readonly contactMedium: ContactMedia
}

export type ContactMedia = { mediumType: string; preferred: boolean; characteristic: MediumCharacteristic }[]

const ORGANIZATIONS = 0.15

/** The fictional party of that index: always the same, whatever else is made. */
export function partyCard(seed: number, index: number): PartyCard {
  return describe(seed, index).card
}

export function fictionalParty(seed: number, index: number): Individual | Organization {
  const { card, names, random } = describe(seed, index)
  return card.type === 'Individual' ? individual(card, names, random, index) : organization(card, random, index)
}

interface Names {
  readonly givenName: string
  readonly middleName: string
  readonly familyName: string
}

function describe(seed: number, index: number): { card: PartyCard; names: Names; random: Random } {
  const random = randomOf(seed, 'party', index)
  const isOrganization = random.chance(ORGANIZATIONS)
  const names = {
    givenName: random.pick(vocabulary.givenNames),
    middleName: `${String.fromCharCode(65 + random.between(0, 25))}.`,
    familyName: random.pick(vocabulary.familyNames)
  }
  const company = `${random.pick(vocabulary.companyFirstWords)} ${random.pick(vocabulary.companySecondWords)}`
  const name = isOrganization ? company : `${names.givenName} ${names.middleName} ${names.familyName}`
  return {
    card: {
      id: seededId(seed, 'partyId', index),
      type: isOrganization ? 'Organization' : 'Individual',
      name,
      contactMedium: contactMedia(name, isOrganization ? 'work' : 'home', index, random)
    },
    names,
    random
  }
}

function contactMedia(name: string, contactType: string, index: number, random: Random): ContactMedia {
  const mailbox = name
    .normalize('NFD')
    .toLowerCase()
    .replace(/ı/g, 'i')
    .replace(/ø/g, 'o')
    .replace(/ /g, '.')
    .replace(/[^a-z.]/g, '')
    .replace(/\.+/g, '.')
  const place = random.pick(vocabulary.places)
  const street1 = `${random.between(1, 299)} ${random.pick(vocabulary.streets)} Street`
  return [
    { mediumType: 'email', preferred: true, characteristic: { contactType, emailAddress: `${mailbox}.${index}@example.com` } },
    { mediumType: 'phone', preferred: false, characteristic: { contactType, phoneNumber: phoneNumber(index) } },
    {
      mediumType: 'postalAddress',
      preferred: false,
      characteristic: { contactType, street1, ...place, postCode: String(random.between(10_000, 99_999)) }
    }
  ]
}

/** Exchange 555 is kept for fiction; eight million different ones. */
function phoneNumber(index: number): string {
  const area = 200 + (Math.floor(index / 10_000) % 800)
  return `+1-${area}-555-${String(index % 10_000).padStart(4, '0')}`
}

function individual(card: PartyCard, names: Names, random: Random, index: number): Individual {
  return {
    id: card.id,
    '@type': 'Individual',
    ...names,
    fullName: card.name,
    gender: random.pick(['female', 'male', 'other']),
    birthDate: dateTime(random, 1945, 2006),
    nationality: random.pick(vocabulary.places).country,
    maritalStatus: random.pick(['single', 'married', 'divorced', 'widowed']),
    status: random.chance(0.8) ? 'validated' : 'initialized',
    contactMedium: card.contactMedium,
    individualIdentification: [
      {
        identificationType: 'customerCard',
        identificationId: `C-${String(index).padStart(9, '0')}`,
        issuingDate: dateTime(random, 2015, 2023)
      }
    ],
    languageAbility: [{ languageCode: random.pick(vocabulary.languages), isFavouriteLanguage: true }],
    partyCharacteristic: [{ name: 'newsletter', valueType: 'boolean', value: random.chance(0.4) }]
  }
}

function organization(card: PartyCard, random: Random, index: number): Organization {
  return {
    id: card.id,
    '@type': 'Organization',
    tradingName: card.name,
    name: `${card.name} ${random.pick(vocabulary.companyForms)}`,
    nameType: 'legalName',
    organizationType: 'company',
    isLegalEntity: true,
    isHeadOffice: random.chance(0.7),
    status: random.chance(0.9) ? 'validated' : 'initialized',
    existsDuring: { startDateTime: dateTime(random, 1950, 2022) },
    contactMedium: card.contactMedium,
    organizationIdentification: [
      {
        identificationType: 'tradeRegister',
        identificationId: `HR-${String(index).padStart(9, '0')}`,
        issuingDate: dateTime(random, 1990, 2022)
      }
    ],
    partyCharacteristic: [
      { name: 'industry', valueType: 'string', value: random.pick(vocabulary.industries) },
      { name: 'employees', valueType: 'number', value: random.between(1, 5_000) }
    ]
  }
}

/** Midnight UTC of some day of these years. */
export function dateTime(random: Random, firstYear: number, lastYear: number): string {
  const day = Date.UTC(random.between(firstYear, lastYear), random.between(0, 11), random.between(1, 28))
  return `${new Date(day).toISOString().slice(0, 19)}Z`
}
