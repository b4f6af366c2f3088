import { checkResource, isDateTime, productDefinition } from '@crm-lite/domain'
import { MemoryStore } from '@crm-lite/domain/testing'
import t from 'tap'
import { hasWhatTheKitWants, productsIn } from '../testing/provision.ts'
import { fictionalCustomer } from './fictional-customer.ts'
import { seedProducts } from './seed-products.ts'

const request = { products: 230, customers: 40, seed: 1, concurrency: 4, tenant: 'default' }

t.test('the same seed makes the same products, and a repeated run adds what is missing', async t => {
  const [one, other] = [new MemoryStore(), new MemoryStore()]
  t.same(await seedProducts({ unitOfWork: one }, request), { added: 230, present: 0 })
  await seedProducts({ unitOfWork: other }, { ...request, concurrency: 1, products: 130 })
  t.same(await seedProducts({ unitOfWork: other }, request), { added: 100, present: 130 })
  t.same(await productsIn(other), await productsIn(one))
})

t.test('every product has a customer of the same seed and what the standard and its kit look for', async t => {
  const store = new MemoryStore()
  await seedProducts({ unitOfWork: store }, request)
  const products = await productsIn(store)
  const customers = new Set(Array.from({ length: 40 }, (_, index) => fictionalCustomer(1, index).id))
  for (const product of products) {
    t.same(checkResource(productDefinition, product), [])
    hasWhatTheKitWants(t, product)
    t.ok(product.relatedParty.every(({ id }) => customers.has(id)))
    t.ok(isDateTime(product.startDate ?? ''))
    t.equal(product.terminationDate === undefined, product.status !== 'terminated')
  }
  t.same(new Set(products.map(({ status }) => status)), new Set(['active', 'suspended', 'terminated']))
  const serialNumbers = products.flatMap(({ productSerialNumber }) => productSerialNumber ?? [])
  t.equal(new Set(serialNumbers).size, serialNumbers.length, 'no serial number comes twice')
})
