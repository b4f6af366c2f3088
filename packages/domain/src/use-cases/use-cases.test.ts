import t from 'tap'
import type { DomainError } from '../kernel/errors.ts'
import { mergePatch } from '../kernel/merge-patch.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { Outcome } from '../ports/unit-of-work.ts'
import { everything } from '../query/filter.ts'
import { type Customer, customerDefinition } from '../resources/customer.ts'
import { type NewProduct, productDefinition } from '../resources/product.ts'
import { MemoryStore } from '../testing/memory-store.ts'
import { changeProduct } from './change-product.ts'
import { changeResource } from './change-resource.ts'
import { createProduct } from './create-product.ts'
import { createResource } from './create-resource.ts'
import { deleteResource } from './delete-resource.ts'

function world() {
  let last = 0
  let now = new Date('2026-01-31T09:00:00Z')
  const store = new MemoryStore({ clock: { now: () => now } })
  const ids = { next: () => `id-${++last}` }
  const context: RequestContext = { tenant: 'default', actor: 'anonymous', correlationId: 'c-1' }
  const dependencies = { unitOfWork: store, ids, clock: { now: () => now } }
  return {
    store,
    context,
    dependencies,
    pass: (milliseconds: number) => {
      now = new Date(now.getTime() + milliseconds)
    },
    once: (key: string, fingerprint = 'f'): RequestContext => ({
      ...context,
      idempotency: { scope: 'POST /', key, fingerprint }
    }),
    create: (input: object = {}, as = context) =>
      createResource<Customer>(dependencies, customerDefinition, { ...aCustomer, ...input }, as),
    change: (id: string, patch: object, more: Partial<Parameters<typeof changeResource>[2]> = {}, as = context) =>
      changeResource(dependencies, customerDefinition, { id, apply: current => mergePatch(current, patch), ...more }, as),
    remove: (id: string, expects?: (current: { revision: number }) => boolean, as = context) =>
      deleteResource(dependencies, customerDefinition, { id, ...(expects && { expects }) }, as),
    count: async () =>
      (await store.list('default', customerDefinition, { filter: everything, sort: [], limit: 1, offset: 0, count: true })).total
  }
}

const aCustomer: Omit<Customer, 'id'> = { name: 'Asha', engagedParty: { id: '500', '@referredType': 'Individual' } }
const documentOf = ({ stored }: Outcome) => JSON.parse(stored.document)
const refused = (code: string) => ({ code, name: 'DomainError' })

t.test('creating', async t => {
  t.test('stores what was given under an id of ours, with a type', async t => {
    const { create, store } = world()
    const created = await create({ id: 'mine', href: 'https://example.com/mine', loyalty: { tier: 3 } })
    t.match(created, { kind: 'created', stored: { id: 'id-1', revision: 1 } })
    t.same(documentOf(created), { id: 'id-1', '@type': 'Customer', ...aCustomer, loyalty: { tier: 3 } })
    t.same(await store.get('default', customerDefinition, 'id-1'), created.stored)
    t.equal(await store.get('other', customerDefinition, 'id-1'), undefined, 'of another tenant nothing is seen')
  })

  t.test('keeps the type that was given', async t => {
    t.equal(documentOf(await world().create({ '@type': 'BusinessCustomer' }))['@type'], 'BusinessCustomer')
  })

  t.test('makes two of two equal inputs', async t => {
    const { create, count } = world()
    await create()
    await create()
    t.equal(await count(), 2)
  })

  t.test('is refused without what is mandatory, and stores nothing', async t => {
    const { create, count } = world()
    const refusal = await create({ name: ' ', engagedParty: null }).catch((error: DomainError) => error)
    t.match(refusal, { code: 'missingAttribute', details: { faults: [{ pointer: '/name' }, { pointer: '/engagedParty' }] } })
    t.equal(await count(), 0)
  })
})

t.test('changing', async t => {
  t.test('stores what the change makes of it, one revision on', async t => {
    const { create, change, store } = world()
    await create({ status: 'new' })
    const changed = await change('id-1', { name: 'Bo', status: null })
    t.match(changed, { kind: 'changed', stored: { revision: 2 } })
    t.same(documentOf(changed), { id: 'id-1', '@type': 'Customer', ...aCustomer, name: 'Bo' })
    t.same(await store.get('default', customerDefinition, 'id-1'), changed.stored)
  })

  t.test('nothing leaves the revision alone', async t => {
    const { create, change } = world()
    const created = await create()
    t.same(await change('id-1', { name: 'Asha', id: 'id-1', absent: null }), { kind: 'unchanged', stored: created.stored })
  })

  t.test('is refused when it touches the id, removes what is mandatory, or fails the check of the caller', async t => {
    const { create, change, store } = world()
    const created = await create()
    await t.rejects(change('id-1', { id: 'other' }), refused('serverOwned'))
    await t.rejects(change('id-1', { id: null }), refused('serverOwned'))
    await t.rejects(change('id-1', {}, { apply: () => null }), refused('serverOwned'))
    await t.rejects(change('id-1', { name: null }), refused('missingAttribute'))
    const check = () => [{ code: 'invalidValue' as const, pointer: '/name', message: 'no' }]
    await t.rejects(change('id-1', { name: 'x' }, { check }), refused('invalidValue'))
    t.same(await store.get('default', customerDefinition, 'id-1'), created.stored)
  })

  t.test('is refused when somebody else changed it meanwhile', async t => {
    const { create, change } = world()
    await create()
    const expects = ({ revision }: { revision: number }) => revision === 1
    t.match(await change('id-1', { name: 'Bo' }, { expects }), { kind: 'changed' })
    await t.rejects(change('id-1', { name: 'Cy' }, { expects }), refused('staleRevision'))
  })

  t.test('at the same time loses nothing', async t => {
    const { create, change } = world()
    await create()
    await Promise.all(Array.from({ length: 20 }, (_, index) => change('id-1', { [`extra${index}`]: index })))
    const all = documentOf(await change('id-1', {}))
    t.same(Object.keys(all).filter(name => name.startsWith('extra')).length, 20)
  })

  t.test('what is not there is refused', async t => {
    await t.rejects(world().change('id-1', {}), refused('notFound'))
  })
})

t.test('deleting', async t => {
  t.test('removes it and says what it was', async t => {
    const { create, remove, store, count } = world()
    const created = await create()
    t.same(await remove('id-1'), { kind: 'deleted', stored: created.stored })
    t.equal(await store.get('default', customerDefinition, 'id-1'), undefined)
    t.equal(await count(), 0)
    await t.rejects(remove('id-1'), refused('notFound'))
  })

  t.test('is refused when somebody changed it meanwhile', async t => {
    const { create, remove, count } = world()
    await create()
    await t.rejects(
      remove('id-1', ({ revision }) => revision === 2),
      refused('staleRevision')
    )
    t.equal(await count(), 1)
  })
})

t.test('a product', async t => {
  const made = async (input: NewProduct) => {
    const { store, context, dependencies } = world()
    const created = await createProduct(dependencies, input, context)
    const change = (apply: (current: object) => unknown) => changeProduct(dependencies, { id: created.stored.id, apply }, context)
    const events = async () => (await store.read('default', { limit: 10 })).events
    return { created, change, events, dependencies, context }
  }
  const lists = { productCharacteristic: [], productPrice: [], relatedParty: [] }

  t.test('has its lists, if only as empty ones, in its events too', async t => {
    const { created, events } = await made({ status: 'active' })
    t.same(documentOf(created), { id: 'id-1', '@type': 'Product', status: 'active', ...lists })
    const [told] = await events()
    t.match(told, { resource: productDefinition.name, kind: 'created', document: created.stored.document })
  })

  t.test('keeps what is in its lists', async t => {
    const productCharacteristic = [{ name: 'speed', value: 500 }]
    const { created, change } = await made({ status: 'active', productCharacteristic })
    t.same(documentOf(created).productCharacteristic, productCharacteristic)
    const changed = documentOf(await change(current => mergePatch(current, { status: 'suspended' })))
    t.same(changed, { ...documentOf(created), status: 'suspended' })
  })

  t.test('has them again when a change removes them; to remove an empty one changes nothing', async t => {
    const { created, change } = await made({ status: 'active', productCharacteristic: [{ name: 'speed', value: 500 }] })
    t.match(await change(current => mergePatch(current, { productPrice: null })), { kind: 'unchanged' })
    const changed = await change(current => mergePatch(current, { productCharacteristic: null, name: 'Fibre' }))
    t.same(documentOf(changed), { ...documentOf(created), name: 'Fibre', productCharacteristic: [] })
  })

  t.test('is refused without a status, and as something that is no product', async t => {
    const { change, dependencies, context } = await made({ status: 'active' })
    await t.rejects(createProduct(dependencies, {} as NewProduct, context), refused('missingAttribute'))
    await t.rejects(
      change(current => mergePatch(current, { status: null })),
      refused('missingAttribute')
    )
    await t.rejects(
      change(() => 'something else'),
      refused('serverOwned')
    )
  })
})

t.test('an idempotent request', async t => {
  t.test('does its work once and has the first outcome again', async t => {
    const { create, change, once, count } = world()
    const first = await create({}, once('k'))
    await change('id-1', { name: 'Bo' })
    t.match(await create({}, once('k')), first)
    t.equal(await count(), 1)
  })

  t.test('is refused when its key came with another request', async t => {
    const { create, once } = world()
    await create({}, once('k'))
    await t.rejects(create({}, once('k', 'another')), refused('idempotencyKeyReused'))
  })

  t.test('is free to have another outcome after a refusal', async t => {
    const { create, change, once, count } = world()
    await t.rejects(change('id-1', { name: 'Bo' }, {}, once('k')), refused('notFound'))
    await create()
    t.match(await change('id-1', { name: 'Bo' }, {}, once('k')), { kind: 'changed' })
    t.equal(await count(), 1)
  })

  t.test('is forgotten after 24 hours', async t => {
    const { create, once, pass, count } = world()
    await create({}, once('k'))
    pass(24 * 60 * 60 * 1000 - 1)
    await create({}, once('k'))
    t.equal(await count(), 1)
    pass(1)
    await create({}, once('k'))
    t.equal(await count(), 2)
  })

  t.test('to delete may be repeated too', async t => {
    const { create, remove, once } = world()
    await create()
    const first = await remove('id-1', undefined, once('k'))
    t.match(await remove('id-1', undefined, once('k')), first)
  })
})
