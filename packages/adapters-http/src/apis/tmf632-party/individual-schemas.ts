import { individualStates } from '@crm-lite/domain'
import type { NamedSchema } from '../../binding.ts'
import { dateTime, flag, indexedText, many, oneOf, ref, text } from '../../schema/attributes.ts'
import { entity, resource } from '../../schema/entity.ts'
import { TimePeriod } from '../common/values.ts'
import { identificationAttributes, partyAttributes, partySubSchemas } from './party-schemas.ts'

const familyName = indexedText('Family name or last name.', 'Rao')
const givenName = indexedText('Given name or first name.', 'Asha')

/** The parts of a person's name that nobody must have. */
const nameAttributes = {
  aristocraticTitle: text('A title of nobility.', 'Countess'),
  familyNamePrefix: text('What stands before the family name.', 'van'),
  formattedName: text('The whole name as it is to be written.', 'Dr. Asha M. Rao'),
  fullName: text('The whole name.', 'Asha Meera Rao'),
  generation: text('What tells generations of the same name apart.', 'Jr.'),
  legalName: text('The name in official papers.', 'Asha Meera Rao'),
  middleName: text('Further given names.', 'Meera'),
  preferredGivenName: text('The given name that is really used.', 'Ash'),
  title: text('A title or a form of address.', 'Dr.')
}

export const IndividualIdentification = entity('IndividualIdentification', 'A document that proves who somebody is.', {
  optional: identificationAttributes
})

export const OtherNameIndividual = entity('OtherNameIndividual', 'Another name that somebody has, or had.', {
  optional: { familyName, givenName, ...nameAttributes, validFor: ref(TimePeriod, 'While the name is or was used.') }
})

export const Disability = entity('Disability', 'A lasting impairment that matters when somebody is served.', {
  optional: {
    disabilityCode: text('The impairment as a code.', 'D-3'),
    disabilityName: text('The impairment in words.', 'hard of hearing'),
    validFor: ref(TimePeriod, 'How long it lasts.')
  }
})

export const LanguageAbility = entity('LanguageAbility', 'How well somebody knows a language.', {
  optional: {
    isFavouriteLanguage: flag('Whether this language is preferred.'),
    languageCode: text('The language as a code.', 'mr'),
    languageName: text('The language in words.', 'Marathi'),
    listeningProficiency: text('How well it is understood.', 'excellent'),
    readingProficiency: text('How well it is read.', 'good'),
    speakingProficiency: text('How well it is spoken.', 'excellent'),
    writingProficiency: text('How well it is written.', 'fair'),
    validFor: ref(TimePeriod, 'While this holds.')
  }
})

export const Skill = entity('Skill', 'Something that somebody is good at.', {
  optional: {
    comment: text('Anything to be said about it.', 'Took a course in 2025'),
    evaluatedLevel: text('How good, as found by somebody.', 'advanced'),
    skillCode: text('The skill as a code.', 'S-12'),
    skillName: text('The skill in words.', 'network planning'),
    validFor: ref(TimePeriod, 'While this holds.')
  }
})

export const IndividualSchema = resource('Individual', 'A human being.', {
  mandatory: { givenName, familyName },
  optional: {
    ...nameAttributes,
    birthDate: dateTime('When the person was born.', '1990-05-17T00:00:00Z'),
    countryOfBirth: text('In which country the person was born.', 'India'),
    deathDate: dateTime('When the person died.', '2090-05-17T00:00:00Z'),
    gender: text('The gender of the person.', 'female'),
    location: text('Where the person is at the moment.', 'Pune'),
    maritalStatus: text('Whether the person is married, single, widowed ...', 'married'),
    nationality: text('Of which country the person is a citizen.', 'Indian'),
    placeOfBirth: text('In which town the person was born.', 'Nashik'),
    disability: many(Disability, 'Impairments that matter when the person is served.'),
    individualIdentification: many(IndividualIdentification, 'Documents that prove who the person is.'),
    languageAbility: many(LanguageAbility, 'The languages that the person knows.'),
    otherName: many(OtherNameIndividual, 'Other names of the person.'),
    skill: many(Skill, 'What the person is good at.'),
    status: oneOf(individualStates, 'Where the person is in its life here. "deceaded" is how the standard spells it.'),
    ...partyAttributes
  }
})

/** Everything that the schema of an individual refers to. */
export const individualSubSchemas: readonly NamedSchema[] = [
  ...partySubSchemas,
  Disability,
  IndividualIdentification,
  LanguageAbility,
  OtherNameIndividual,
  Skill
]
