import { sameJson } from '../kernel/json.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { Resource, ResourceDefinition } from '../kernel/resource.ts'
import type { Outcome } from '../ports/unit-of-work.ts'
import { everything } from '../query/filter.ts'
import type { ListQuery } from '../query/selection.ts'
import { type Customer, customerDefinition } from '../resources/customer.ts'
import { individualDefinition } from '../resources/individual.ts'
import type { ChangeDependencies } from '../use-cases/change-dependencies.ts'
import { changeResource } from '../use-cases/change-resource.ts'
import { createResource } from '../use-cases/create-resource.ts'
import { customers } from './arbitraries.ts'
import type { ContractOptions, StoreUnderTest, TestRunner } from './contract.ts'
import { listContract } from './list.contract.ts'

/**
 * What every store of resources must do, and the unit of work that writes to it. Generated filters and orders are held against the
 * memory store.
 */
export async function resourceStoreContract(t: TestRunner, options: ContractOptions): Promise<void> {
  const behaviour = async (sentence: string, body: (t: TestRunner, under: StoreUnderTest) => Promise<void>) => {
    await t.test(`${options.name}: ${sentence}`, async t => {
      const under = await options.makeStore()
      try {
        await body(t, under)
      } finally {
        await under.close()
      }
    })
  }
  await behaviour('what is stored is what was sent', (t, under) => roundTrip(t, under, options))
  await behaviour('a change counts up, a deletion leaves nothing', changeAndDelete)
  await behaviour('work sees what it wrote itself', ownWrites)
  await behaviour('work that throws writes nothing', allOrNothing)
  await behaviour('an id that is taken fails its own work alone', failAlone)
  await behaviour('concurrent changes never lose one another', neverLose)
  await behaviour('work that fails among others about the same leaves nothing behind, and they go on', failAmongOthers)
  await behaviour('of those that make the same resource one does, whatever else they change', madeOnce)
  await behaviour('an idempotent request is done once', doneOnce)
  await behaviour('tenants and resource types are apart', apart)
  await listContract(behaviour, options)
}

const context: RequestContext = { tenant: 'default', actor: 'anonymous', correlationId: 'test' }
const all: ListQuery = { filter: everything, sort: [], limit: 200, offset: 0, count: true }

function aCustomer(id: string, attributes: Partial<Customer> = {}): Customer {
  return { id, '@type': 'Customer', name: 'Acme', engagedParty: { id: '1', '@referredType': 'Organization' }, ...attributes }
}

let lastEvent = 0

function dependenciesOf({ unitOfWork }: StoreUnderTest): ChangeDependencies {
  return { unitOfWork, ids: { next: () => `event-${++lastEvent}` }, clock: { now: () => new Date(0) } }
}

function insert({ unitOfWork }: StoreUnderTest, ...resources: readonly Resource[]): Promise<void> {
  return unitOfWork.run('default', async transaction => {
    for (const resource of resources) transaction.insert(customerDefinition, resource)
  })
}

async function ids({ store }: StoreUnderTest, tenant = 'default', definition: ResourceDefinition = customerDefinition) {
  const { items, total } = await store.list(tenant, definition, all)
  return { ids: items.map(({ id }) => id), total }
}

async function roundTrip(t: TestRunner, under: StoreUnderTest, { fc, runs }: ContractOptions): Promise<void> {
  let count = 0
  await fc.assert(
    fc.asyncProperty(customers(fc), async attributes => {
      const customer = { id: `customer-${count++}`, ...attributes }
      await insert(under, customer)
      const stored = await under.store.get('default', customerDefinition, customer.id)
      if (stored?.revision !== 1 || stored.id !== customer.id || !sameJson(JSON.parse(stored.document), customer)) {
        throw new Error('what is stored differs from what was sent')
      }
    }),
    { numRuns: runs }
  )
  t.equal(await under.store.get('default', customerDefinition, 'unknown'), undefined)
}

async function changeAndDelete(t: TestRunner, under: StoreUnderTest): Promise<void> {
  const { store, unitOfWork } = under
  await insert(under, aCustomer('a', { status: 'new' }), aCustomer('b'))
  for (const status of ['active', 'closed']) {
    const { stored } = await changeResource(
      dependenciesOf(under),
      customerDefinition,
      { id: 'a', apply: now => ({ ...now, status }) },
      context
    )
    const read = await store.get('default', customerDefinition, 'a')
    t.equal(read?.revision, stored.revision)
    t.ok(read && sameJson(JSON.parse(read.document), aCustomer('a', { status })))
  }
  t.equal((await store.get('default', customerDefinition, 'a'))?.revision, 3)
  await unitOfWork.run('default', async transaction => {
    const current = await transaction.get(customerDefinition, 'a')
    if (current) transaction.delete(customerDefinition, current)
  })
  t.equal(await store.get('default', customerDefinition, 'a'), undefined)
  t.same(await ids(under), { ids: ['b'], total: 1 })
  await insert(under, aCustomer('a'))
  t.equal((await store.get('default', customerDefinition, 'a'))?.revision, 1, 'an id that is free again starts anew')
}

async function ownWrites(t: TestRunner, under: StoreUnderTest): Promise<void> {
  const seen = await under.unitOfWork.run('default', async transaction => {
    const first = transaction.insert(customerDefinition, aCustomer('a'))
    const second = transaction.update(customerDefinition, first, aCustomer('a', { name: 'Changed' }))
    transaction.delete(customerDefinition, transaction.insert(customerDefinition, aCustomer('gone')))
    t.same(await transaction.get(customerDefinition, 'a'), second)
    return transaction.get(customerDefinition, 'gone')
  })
  t.equal(seen, undefined)
  t.same(await ids(under), { ids: ['a'], total: 1 })
  t.equal((await under.store.get('default', customerDefinition, 'a'))?.revision, 2)
}

async function allOrNothing(t: TestRunner, under: StoreUnderTest): Promise<void> {
  const { store, unitOfWork } = under
  await insert(under, aCustomer('a'), aCustomer('b'))
  const request = { scope: 'POST /customer', key: 'k', fingerprint: 'f' }
  const failing = unitOfWork.run('default', async transaction => {
    const [a, b] = [await transaction.get(customerDefinition, 'a'), await transaction.get(customerDefinition, 'b')]
    if (!a || !b) return
    const stored = transaction.update(customerDefinition, a, aCustomer('a', { name: 'Changed' }))
    transaction.delete(customerDefinition, b)
    transaction.insert(customerDefinition, aCustomer('c'))
    transaction.remember(request, { kind: 'changed', stored })
    throw new Error('the work itself fails')
  })
  await t.rejects(failing)
  t.same(await ids(under), { ids: ['a', 'b'], total: 2 })
  t.equal((await store.get('default', customerDefinition, 'a'))?.revision, 1)
  t.equal(await unitOfWork.run('default', transaction => transaction.recall(request)), undefined)
}

async function failAlone(t: TestRunner, under: StoreUnderTest): Promise<void> {
  await insert(under, aCustomer('taken'))
  const results = await Promise.allSettled([
    insert(under, aCustomer('before')),
    insert(under, aCustomer('with'), aCustomer('taken')),
    insert(under, aCustomer('after'))
  ])
  t.same(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled']
  )
  t.same(await ids(under), { ids: ['after', 'before', 'taken'], total: 3 })
}

async function neverLose(t: TestRunner, under: StoreUnderTest): Promise<void> {
  const names = Array.from({ length: 40 }, (_, index) => `added${index}`)
  await insert(under, aCustomer('a'), aCustomer('b'))
  const change = (name: string, index: number) =>
    changeResource(
      dependenciesOf(under),
      customerDefinition,
      { id: index % 4 === 0 ? 'b' : 'a', apply: now => ({ ...now, [name]: true }) },
      context
    )
  const outcomes = await Promise.all(names.map(change))
  const read = async (id: string) => (await under.store.get('default', customerDefinition, id)) ?? { revision: 0, document: '{}' }
  const [a, b] = [await read('a'), await read('b')]
  t.same([a.revision, b.revision], [31, 11])
  const added = [a, b].flatMap(({ document }) => Object.keys(JSON.parse(document))).filter(name => name.startsWith('added'))
  t.same(added.sort(), names.sort())
  t.equal(new Set(outcomes.map(({ stored }) => `${stored.id}/${stored.revision}`)).size, names.length, 'each its own revision')
}

async function failAmongOthers(t: TestRunner, under: StoreUnderTest): Promise<void> {
  const { store, unitOfWork } = under
  await insert(under, aCustomer('a', { name: '' }))
  const numbers = Array.from({ length: 24 }, (_, number) => number)
  const fails = (number: number) => number % 3 === 1
  const seen: string[] = []
  const outcomes = await Promise.allSettled(
    numbers.map(number =>
      unitOfWork.run('default', async transaction => {
        const stored = (await transaction.get(customerDefinition, 'a'))!
        const customer = JSON.parse(stored.document) as Customer
        const next: Customer = { ...customer, name: `${customer.name} ${number}` }
        const updated = transaction.update(customerDefinition, stored, next)
        transaction.insert(customerDefinition, aCustomer(`beside ${number}`))
        seen[updated.revision] = customer.name
        if (fails(number)) throw new Error('it fails by itself')
      })
    )
  )
  t.same(
    outcomes.map(({ status }) => status === 'rejected'),
    numbers.map(fails)
  )
  const good = numbers.filter(number => !fails(number))
  const after = await store.get('default', customerDefinition, 'a')
  t.equal(after?.revision, 1 + good.length)
  const { name } = JSON.parse(after!.document) as Customer
  t.same(
    name
      .trim()
      .split(' ')
      .map(Number)
      .sort((a, b) => a - b),
    good
  )
  t.ok(
    seen.filter(each => each !== undefined).every(each => name.startsWith(each)),
    'each went on from what those before it had stored'
  )
  t.same((await ids(under)).total, 1 + good.length)
}

async function madeOnce(t: TestRunner, under: StoreUnderTest): Promise<void> {
  const { store, unitOfWork } = under
  await insert(under, aCustomer('a'))
  const change = (name: string, made?: string) =>
    unitOfWork.run('default', async transaction => {
      const stored = (await transaction.get(customerDefinition, 'a'))!
      const next: Customer = { ...(JSON.parse(stored.document) as Customer), name }
      transaction.update(customerDefinition, stored, next)
      if (made !== undefined) transaction.insert(customerDefinition, aCustomer(made, { name }))
    })
  const names = Array.from({ length: 8 }, (_, number) => `maker ${number}`)
  const [first, ...makers] = await Promise.allSettled([change('first'), ...names.map(name => change(name, 'made'))])
  t.equal(first?.status, 'fulfilled')
  const successful = names.filter((_, index) => makers[index]?.status === 'fulfilled')
  t.equal(successful.length, 1)
  const nameOf = async (id: string) =>
    (JSON.parse((await store.get('default', customerDefinition, id))!.document) as Customer).name
  t.same([await nameOf('made'), await nameOf('a')], [successful[0], successful[0]])
  t.equal((await store.get('default', customerDefinition, 'a'))?.revision, 3)
}

async function doneOnce(t: TestRunner, under: StoreUnderTest): Promise<void> {
  let last = 0
  const create = (request: { scope: string; key: string; fingerprint: string }, tenant = 'default'): Promise<Outcome> =>
    createResource<Customer>(
      { ...dependenciesOf(under), ids: { next: () => `id-${++last}` } },
      customerDefinition,
      aCustomer('ignored'),
      { ...context, tenant, idempotency: request }
    )
  const request = { scope: 'POST /customer', key: 'k', fingerprint: 'f' }
  const [first, ...repeated] = await Promise.all(Array.from({ length: 10 }, () => create(request)))
  for (const { kind, stored } of repeated) t.same({ kind, stored }, { kind: 'created', stored: first?.stored })
  t.equal((await ids(under)).total, 1)
  const others = [await create({ ...request, key: 'K' }), await create({ ...request, scope: 'POST /individual' })]
  t.equal(new Set([first, ...others].map(outcome => outcome?.stored.id)).size, 3, 'another key or scope is another request')
  t.equal((await create(request, 'other')).stored.id === first?.stored.id, false, 'and so is that of another tenant')
  await t.rejects(create({ ...request, fingerprint: 'another' }))
  t.equal((await ids(under)).total, 3)
}

async function apart(t: TestRunner, under: StoreUnderTest): Promise<void> {
  await insert(under, aCustomer('a'))
  await under.unitOfWork.run('other', async transaction => {
    t.equal(await transaction.get(customerDefinition, 'a'), undefined)
    transaction.insert(customerDefinition, aCustomer('a', { name: 'Other' }))
    transaction.insert(customerDefinition, aCustomer('b'))
  })
  t.same(
    [await ids(under), await ids(under, 'other')],
    [
      { ids: ['a'], total: 1 },
      { ids: ['a', 'b'], total: 2 }
    ]
  )
  t.same(await ids(under, 'default', individualDefinition), { ids: [], total: 0 })
  t.equal((await under.store.get('default', customerDefinition, 'a'))?.revision, 1)
  t.equal(await under.store.get('default', individualDefinition, 'a'), undefined)
}
