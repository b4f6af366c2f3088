/** Another service with the customers of the domain in a store of its own: creates one, changes it, finds it, and is refused once. */
import {
  type Customer,
  changeResource,
  createResource,
  customerDefinition,
  DomainError,
  type Filter,
  matches,
  mergePatch,
  type Outcome,
  type RequestContext
} from '@crm-lite/domain'
import { OwnStore } from './own-store.ts'

const store = new OwnStore()
let count = 0
const ports = {
  unitOfWork: store,
  ids: { next: () => `customer-${++count}` },
  clock: { now: () => new Date('2026-03-01T09:00:00Z') }
}
const context: RequestContext = { tenant: 'default', actor: 'night shift', correlationId: 'example' }

const print = (label: string, { kind, stored }: Outcome) =>
  console.log(`${label}: ${kind}, revision ${stored.revision}\n  ${stored.document}`)
const change = (patch: object) =>
  changeResource(ports, customerDefinition, { id: 'customer-1', apply: current => mergePatch(current, patch) }, context)

const hill = { name: 'Hill Farm', status: 'initialized', engagedParty: { id: 'party-7', '@referredType': 'Organization' } }
print('create', await createResource<Customer>(ports, customerDefinition, hill, context))
await createResource<Customer>(ports, customerDefinition, { ...hill, name: 'Lake Farm' }, context)
print('change', await change({ status: 'approved', statusReason: 'paid the deposit' }))
print('same again', await change({ status: 'approved' }))

try {
  await change({ name: null })
} catch (error) {
  if (!(error instanceof DomainError)) throw error
  console.log(`refused: ${error.code} (${error.message})`)
}

const approved: Filter = {
  kind: 'in',
  path: { segments: [{ name: 'status', many: false }], type: 'string' },
  values: ['approved']
}
const customers = [...store.rows.values()].map(row => JSON.parse(row.document) as { name: string })
const findPattern = (pattern: string, text: string) => new RegExp(pattern, 'su').test(text)
for (const customer of customers) console.log(`${customer.name} is approved: ${matches(approved, customer, findPattern)}`)
