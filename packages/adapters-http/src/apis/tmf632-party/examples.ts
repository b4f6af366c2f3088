import type { Individual, Organization, Party } from '@crm-lite/domain'

const validFor = { startDateTime: '2026-01-01T00:00:00Z', endDateTime: '2027-01-01T00:00:00Z' }

const scan = {
  id: 'doc-17',
  name: 'scan.pdf',
  attachmentType: 'scan',
  description: 'Front page',
  mimeType: 'application/pdf',
  url: 'https://example.com/documents/doc-17.pdf',
  size: { amount: 2.5, units: 'MB' },
  validFor
}

const party = {
  creditRating: [
    {
      creditAgencyName: 'Example Ratings',
      creditAgencyType: 'bureau',
      ratingReference: 'ER-2026-17',
      ratingScore: 720,
      validFor
    }
  ],
  externalReference: [{ externalReferenceType: 'billingSystem', name: 'B-004711' }],
  partyCharacteristic: [{ name: 'preferredStore', valueType: 'string', value: 'Harbour Street' }],
  taxExemptionCertificate: [
    {
      id: 'certificate-1',
      attachment: scan,
      taxDefinition: [{ id: 'tax-1', name: 'Goods and services tax', taxType: 'federal' }],
      validFor
    }
  ]
} satisfies Omit<Party, 'id'>

export const individualExample = {
  ...party,
  '@type': 'Individual',
  '@baseType': 'Party',
  '@schemaLocation': 'https://example.com/schemas/individual.json',
  givenName: 'Asha',
  familyName: 'Rao',
  middleName: 'Meera',
  title: 'Dr.',
  fullName: 'Asha Meera Rao',
  formattedName: 'Dr. Asha M. Rao',
  legalName: 'Asha Meera Rao',
  preferredGivenName: 'Ash',
  gender: 'female',
  birthDate: '1990-05-17T00:00:00Z',
  countryOfBirth: 'India',
  placeOfBirth: 'Nashik',
  nationality: 'Indian',
  maritalStatus: 'married',
  location: 'Pune',
  status: 'validated',
  contactMedium: [
    { mediumType: 'email', preferred: true, characteristic: { emailAddress: 'asha.rao@example.com' }, validFor },
    { mediumType: 'telephone', characteristic: { phoneNumber: '+1-555-0143' } }
  ],
  disability: [{ disabilityCode: 'D-3', disabilityName: 'hard of hearing', validFor }],
  individualIdentification: [
    {
      identificationId: 'X-0000017',
      identificationType: 'passport',
      issuingAuthority: 'City of Pune',
      issuingDate: '2024-03-01T00:00:00Z',
      attachment: scan,
      validFor
    }
  ],
  languageAbility: [
    {
      isFavouriteLanguage: true,
      languageCode: 'mr',
      languageName: 'Marathi',
      listeningProficiency: 'excellent',
      readingProficiency: 'good',
      speakingProficiency: 'excellent',
      writingProficiency: 'fair',
      validFor
    }
  ],
  otherName: [
    { givenName: 'Asha', familyName: 'Kulkarni', validFor },
    { aristocraticTitle: 'Countess', givenName: 'Asha', familyNamePrefix: 'van', familyName: 'Haven', generation: 'II' }
  ],
  relatedParty: [{ id: '500', name: 'Harbour Sports Club', role: 'employer', '@referredType': 'Organization' }],
  skill: [
    { skillCode: 'S-12', skillName: 'network planning', evaluatedLevel: 'advanced', comment: 'Took a course in 2025', validFor }
  ]
} satisfies Omit<Individual, 'id'>

export const organizationExample = {
  ...party,
  '@type': 'Organization',
  '@baseType': 'Party',
  '@schemaLocation': 'https://example.com/schemas/organization.json',
  tradingName: 'Harbour Sports',
  name: 'Harbour Sports Club',
  nameType: 'Inc.',
  organizationType: 'club',
  isHeadOffice: true,
  isLegalEntity: true,
  existsDuring: { startDateTime: '1998-06-01T00:00:00Z' },
  status: 'validated',
  contactMedium: [
    { mediumType: 'email', preferred: true, characteristic: { emailAddress: 'office@harbour-sports.example.com' } },
    {
      mediumType: 'postalAddress',
      characteristic: {
        street1: '12 Harbour Street',
        city: 'Pune',
        postCode: '411001',
        stateOrProvince: 'Maharashtra',
        country: 'India'
      }
    }
  ],
  organizationChildRelationship: [
    { relationshipType: 'juridical', organization: { id: '502', name: 'Harbour Rowing', '@referredType': 'Organization' } }
  ],
  organizationParentRelationship: {
    relationshipType: 'hierarchical',
    organization: { id: '501', name: 'City Sports Association', '@referredType': 'Organization' }
  },
  organizationIdentification: [
    {
      identificationId: 'R-0000018',
      identificationType: 'registration',
      issuingAuthority: 'City of Pune',
      issuingDate: '1998-06-01T00:00:00Z',
      attachment: scan
    }
  ],
  otherName: [{ tradingName: 'Old Harbour Sports', name: 'Old Harbour Sports Club', nameType: 'Inc.', validFor }],
  relatedParty: [{ id: '612', name: 'Asha Rao', role: 'chair', '@referredType': 'Individual' }]
} satisfies Omit<Organization, 'id'>
