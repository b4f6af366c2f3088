import type { Customer } from '@crm-lite/domain'

const validFor = { startDateTime: '2026-01-01T00:00:00Z', endDateTime: '2027-01-01T00:00:00Z' }

export const customerExample = {
  '@type': 'Customer',
  '@baseType': 'PartyRole',
  '@schemaLocation': 'https://example.com/schemas/customer.json',
  name: 'Harbour Sports Club',
  status: 'Created',
  statusReason: 'Registered at the counter',
  engagedParty: { id: '500', name: 'Harbour Sports Club', '@referredType': 'Organization' },
  account: [
    { id: 'account-1', name: 'Main account', description: 'Everything for the club house', '@referredType': 'PartyAccount' }
  ],
  agreement: [{ id: 'agreement-1', name: 'Frame agreement 2026', '@referredType': 'Agreement' }],
  characteristic: [{ name: 'preferredStore', valueType: 'string', value: 'Harbour Street' }],
  contactMedium: [
    {
      mediumType: 'email',
      preferred: true,
      characteristic: { contactType: 'billing', emailAddress: 'office@harbour-sports.example.com' },
      validFor
    },
    {
      mediumType: 'postalAddress',
      characteristic: {
        street1: '12 Harbour Street',
        city: 'Pune',
        postCode: '411001',
        stateOrProvince: 'Maharashtra',
        country: 'India'
      }
    },
    { mediumType: 'telephone', characteristic: { phoneNumber: '+1-555-0141', faxNumber: '+1-555-0142' } }
  ],
  creditProfile: [{ creditProfileDate: '2026-01-31T09:00:00Z', creditRiskRating: 2, creditScore: 640, validFor }],
  paymentMethod: [{ id: 'payment-method-1', name: 'Direct debit', '@referredType': 'BankAccountDebit' }],
  relatedParty: [{ id: '612', name: 'Asha Rao', role: 'owner', '@referredType': 'Individual' }],
  validFor
} satisfies Omit<Customer, 'id'>
