import {
  checkResource,
  customerDefinition,
  everything,
  individualDefinition,
  isDateTime,
  type ListQuery,
  organizationDefinition
} from '@crm-lite/domain'
import { MemoryStore } from '@crm-lite/domain/testing'
import t from 'tap'
import { fictionalCustomer } from './fictional-customer.ts'
import { fictionalParty } from './fictional-party.ts'
import { seedCustomers } from './seed-customers.ts'

const all: ListQuery = { filter: everything, sort: [], offset: 0, limit: 10_000, count: true }

async function contentOf(store: MemoryStore): Promise<string[]> {
  const pages = await Promise.all(
    [customerDefinition, individualDefinition, organizationDefinition].map(definition => store.list('default', definition, all))
  )
  return pages.flatMap(page => page.items.map(item => item.document))
}

const request = { customers: 300, seed: 1, concurrency: 8, tenant: 'default' }

t.test('the same seed makes the same data, whatever the concurrency', async t => {
  const [one, other] = [new MemoryStore(), new MemoryStore()]
  t.same(await seedCustomers({ store: one, unitOfWork: one }, request), { added: 300, present: 0 })
  await seedCustomers({ store: other, unitOfWork: other }, { ...request, concurrency: 1 })
  const content = await contentOf(one)
  t.equal(content.length, 600, 'every customer has a party')
  t.same(content, await contentOf(other))

  const third = new MemoryStore()
  await seedCustomers({ store: third, unitOfWork: third }, { ...request, seed: 2 })
  const ids = new Set((await contentOf(third)).map(document => JSON.parse(document).id))
  t.notOk(
    content.some(document => ids.has(JSON.parse(document).id)),
    'another seed makes other ids'
  )
})

t.test('a repeated run adds what is missing and leaves the rest as it is', async t => {
  const store = new MemoryStore()
  await seedCustomers({ store: store, unitOfWork: store }, { ...request, customers: 60 })
  const [first] = (await store.list('default', customerDefinition, all)).items
  await store.run('default', async transaction => {
    const current = await transaction.get(customerDefinition, first?.id ?? '')
    if (current) transaction.update(customerDefinition, current, { ...JSON.parse(current.document), name: 'Renamed' })
  })
  t.same(await seedCustomers({ store: store, unitOfWork: store }, { ...request, customers: 100 }), { added: 40, present: 60 })
  const { items, total } = await store.list('default', customerDefinition, all)
  t.equal(total, 100)
  t.equal(JSON.parse(items[0]?.document ?? '').name, 'Renamed')
})

t.test('a failing store ends the run', async t => {
  let runs = 0
  const unitOfWork = {
    run: async () => {
      runs++
      throw new Error('no room')
    }
  }
  await t.rejects(seedCustomers({ store: new MemoryStore(), unitOfWork }, { ...request, concurrency: 2 }), { message: 'no room' })
  t.equal(runs, 2)
})

t.test('the data holds what the conformance kits demand', async t => {
  const ids = new Set<string>()
  const statuses = new Map<string | undefined, number>()
  for (let index = 0; index < 2_000; index++) {
    const customer = fictionalCustomer(1, index)
    const party = fictionalParty(1, index)
    const isIndividual = party['@type'] === 'Individual'
    if (checkResource(customerDefinition, customer).length > 0) t.fail(`customer ${index} lacks a mandatory attribute`)
    if (checkResource(isIndividual ? individualDefinition : organizationDefinition, party).length > 0)
      t.fail(`party ${index} likewise`)
    if (customer['@type'] !== 'Customer' || customer.engagedParty.id !== party.id)
      t.fail(`customer ${index} engages somebody else`)
    if (customer.engagedParty['@referredType'] !== party['@type']) t.fail(`customer ${index} takes its party for something else`)
    const [mail, phone] = customer.contactMedium ?? []
    if (!/^[a-z][a-z.]*\.\d+@example\.com$/.test(mail?.characteristic.emailAddress ?? '')) t.fail(`odd mail address of ${index}`)
    if (!/^\+1-\d{3}-555-\d{4}$/.test(phone?.characteristic.phoneNumber ?? '')) t.fail(`odd phone number of ${index}`)
    if (!isDateTime(customer.validFor?.startDateTime ?? '')) t.fail(`odd date of ${index}`)
    for (const id of [customer.id, party.id]) {
      if (!/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id))
        t.fail(`${index} has no UUID of version 7`)
      ids.add(id)
    }
    statuses.set(customer.status, (statuses.get(customer.status) ?? 0) + 1)
  }
  t.equal(ids.size, 4_000, 'no id twice')
  t.match([...statuses.keys()].sort(), ['active', 'closed', 'inactive', 'prospective', 'suspended'])
  t.ok((statuses.get('prospective') ?? 0) > 400 && (statuses.get('prospective') ?? 0) < 600, 'a quarter is prospective')
})
