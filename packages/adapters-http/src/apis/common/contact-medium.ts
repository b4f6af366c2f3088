import { flag, indexedText, ref, text } from '../../schema/attributes.ts'
import { entity } from '../../schema/entity.ts'
import { TimePeriod } from './values.ts'

export const MediumCharacteristic = entity('MediumCharacteristic', 'The address itself, whichever kind of address it is.', {
  optional: {
    city: text('City or town of a postal address.', 'Pune'),
    contactType: text('What the address is for.', 'billing'),
    country: text('Country of a postal address.', 'India'),
    emailAddress: indexedText('An e-mail address.', 'asha.rao@example.com'),
    faxNumber: text('A fax number.', '+1-555-0142'),
    phoneNumber: indexedText('A telephone number.', '+1-555-0141'),
    postCode: text('Postal code.', '411001'),
    socialNetworkId: text('The name of an account in a social network.', '@harbour-sports'),
    stateOrProvince: text('State, province or region.', 'Maharashtra'),
    street1: text('First line of the street address.', '12 Harbour Street'),
    street2: text('Second line of the street address.', 'Second floor')
  }
})

const mediumType = text('How somebody is reached.', 'email')
const characteristic = ref(MediumCharacteristic, 'The address.')
const others = {
  preferred: flag('Whether this way is to be tried first.'),
  validFor: ref(TimePeriod, 'While the address can be used.')
}

export const ContactMedium = entity('ContactMedium', 'A way to reach a party.', {
  optional: { mediumType, characteristic, ...others }
})

/** The standard asks more of a customer's addresses than of a party's. @source TMF629 v4.0.0, ContactMedium */
export const CustomerContactMedium = entity('CustomerContactMedium', 'A way to reach a customer.', {
  mandatory: { mediumType, characteristic },
  optional: others
})
