import t from 'tap'
import {
  PROVISIONING_CATALOG_ID,
  type ProvisioningCatalog,
  provisioningCatalogDefinition
} from '../fulfilment/provisioning-catalog.ts'
import { type NewProvisioningRule, type ProvisioningRule, provisioningRuleDefinition } from '../fulfilment/provisioning-rule.ts'
import { mergePatch } from '../kernel/merge-patch.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { Outcome } from '../ports/unit-of-work.ts'
import { everything } from '../query/filter.ts'
import { type NewProductOrder, productOrderDefinition } from '../resources/product-order.ts'
import { MemoryStore } from '../testing/memory-store.ts'
import { activateProvisioningRule } from './activate-provisioning-rule.ts'
import { createProduct } from './create-product.ts'
import { createProvisioningRule } from './create-provisioning-rule.ts'
import { deleteProvisioningRule } from './delete-provisioning-rule.ts'
import { ensureProvisioningRules } from './ensure-provisioning-rules.ts'
import { explainProvisioning, type ProvisioningToExplain } from './explain-provisioning.ts'
import { patchProvisioningRule } from './patch-provisioning-rule.ts'
import { placeProductOrder } from './place-product-order.ts'
import { retireProvisioningRule } from './retire-provisioning-rule.ts'
import { rulesInUse } from './rules-in-use.ts'

const tenant = 'default'
const context: RequestContext = { tenant, actor: 'asha', correlationId: 'c-1' }
const start = new Date('2026-03-02T09:00:00Z')

function fibre(more: Partial<NewProvisioningRule> = {}): NewProvisioningRule {
  return {
    key: 'fibre',
    name: 'Fibre at home',
    match: { productOfferingId: ['fibre-500'], action: ['add'] },
    serviceOrderItem: [{ key: 'line', characteristic: [{ name: 'speed', fromCharacteristic: 'speed', isMandatory: true }] }],
    ...more
  }
}

function world() {
  let last = 0
  let now = start
  const clock = { now: () => now }
  const store = new MemoryStore({ clock })
  const dependencies = { unitOfWork: store, store, ids: { next: () => `id-${String(++last).padStart(4, '0')}` }, clock }
  const ruleOf = ({ stored }: Outcome) => JSON.parse(stored.document) as ProvisioningRule
  const draft = (input = fibre(), as = context) => createProvisioningRule(dependencies, input, as).then(ruleOf)
  const activate = (id: string, as = context) => activateProvisioningRule(dependencies, { id }, as)
  return {
    store,
    dependencies,
    draft,
    activate,
    ruleOf,
    pass: (hours: number) => {
      now = new Date(now.getTime() + hours * 3_600_000)
    },
    active: async (input = fibre()) => ruleOf(await activate((await draft(input)).id)),
    patch: (id: string, patch: object) =>
      patchProvisioningRule(dependencies, { id, apply: current => mergePatch(current, patch) }, context),
    retire: (id: string) => retireProvisioningRule(dependencies, { id }, context),
    remove: (id: string) => deleteProvisioningRule(dependencies, { id }, context),
    inUse: async () => (await store.run(tenant, rulesInUse)).rule.map(({ key, version }) => `${key} ${version}`),
    rule: async (id: string) =>
      JSON.parse((await store.get(tenant, provisioningRuleDefinition, id))!.document) as ProvisioningRule,
    explain: (asked: ProvisioningToExplain) => explainProvisioning(dependencies, tenant, asked),
    place: async (input: NewProductOrder) => (await placeProductOrder(dependencies, input, context)).stored.id
  }
}

const refused = (code: string, pointer?: string) => {
  return { name: 'DomainError', code, ...(pointer !== undefined && { details: { faults: [{ pointer }] } }) }
}

t.test('a provisioning rule is made in versions', async t => {
  t.test('that are numbered by key, and none twice', async t => {
    const { draft, remove } = world()
    t.match(await draft(), { key: 'fibre', version: 1, lifecycleStatus: 'draft', '@type': 'ProvisioningRule' })
    const second = await draft()
    t.equal(second.version, 2)
    await remove(second.id)
    t.equal((await draft()).version, 3, 'the number of a deleted draft is not used again')
    t.equal((await draft(fibre({ key: 'constructor' }))).version, 1)
  })

  t.test('of which one is in use', async t => {
    const { draft, activate, ruleOf, inUse, rule, pass, retire } = world()
    const [first, second] = [await draft(), await draft()]
    t.same(await inUse(), [])
    t.match(ruleOf(await activate(first.id)), { lifecycleStatus: 'active', activatedAt: start.toISOString() })
    t.match(await activate(first.id), { kind: 'unchanged' })
    pass(1)
    await activate(second.id)
    t.same(await inUse(), ['fibre 2'])
    t.match(await rule(first.id), { lifecycleStatus: 'retired', retiredAt: '2026-03-02T10:00:00.000Z' })
    await t.rejects(activate(first.id), { ...refused('illegalMove'), details: { allowed: [] } })
    await retire(second.id)
    t.match(await retire(second.id), { kind: 'unchanged' })
    t.same(await inUse(), [])
  })

  t.test('and what is in use or was can neither be changed nor deleted', async t => {
    const { draft, activate, patch, remove, ruleOf, retire } = world()
    const { id } = await draft()
    t.match(ruleOf(await patch(id, { priority: 5 })), { priority: 5 })
    await t.rejects(retire(id), refused('illegalMove'))
    await activate(id)
    await t.rejects(patch(id, { priority: 6 }), refused('notChangeable'))
    t.match(await patch(id, { priority: 5 }), { kind: 'unchanged' })
    await t.rejects(remove(id), refused('notDeletable'))
    await retire(id)
    await t.rejects(remove(id), refused('notDeletable'))
    await t.rejects(remove('unknown'), refused('notFound'))
  })

  t.test('and is checked whenever it is written', async t => {
    const { draft, patch } = world()
    const twice = [{ key: 'line' }, { key: 'line' }]
    await t.rejects(draft(fibre({ serviceOrderItem: twice })), refused('invalidValue', '/serviceOrderItem/1/key'))
    await t.rejects(draft(fibre({ name: ' ' })), refused('missingAttribute', '/name'))
    const { id } = await draft()
    await t.rejects(patch(id, { serviceOrderItem: twice }), refused('invalidValue', '/serviceOrderItem/1/key'))
    await t.rejects(patch(id, { version: 7 }), refused('serverOwned', '/version'))
    await t.rejects(patch(id, { name: null }), refused('missingAttribute', '/name'))
  })
})

t.test('what happens to rules is told', async t => {
  const { draft, patch, activate, remove, store } = world()
  const [first, second, third] = [await draft(), await draft(), await draft()]
  await patch(first.id, { priority: 5 })
  await activate(first.id)
  await activate(second.id)
  await remove(third.id)
  const told = store.events.map(({ kind, resource, resourceId }) => [resource, kind, resourceId])
  t.same(
    told.slice(3),
    [
      ['attributesChanged', first.id],
      ['attributesChanged', first.id],
      ['stateChanged', first.id],
      ['attributesChanged', first.id],
      ['stateChanged', first.id],
      ['attributesChanged', second.id],
      ['stateChanged', second.id],
      ['deleted', third.id]
    ].map(([kind, id]) => ['provisioningRule', kind, id])
  )
})

t.test('the same request again does nothing again', async t => {
  const { draft, activate } = world()
  const once = (scope: string) => ({ ...context, idempotency: { scope, key: 'k', fingerprint: 'f' } })
  const { id } = await draft(fibre(), once('POST /'))
  t.equal((await draft(fibre(), once('POST /'))).id, id)
  t.equal((await activate(id, once('POST /activate'))).kind, 'changed')
  t.equal((await activate(id, once('POST /activate'))).kind, 'changed')
})

t.test('that there are no rules is stored once, however many programs start', async t => {
  const { dependencies, store } = world()
  await Promise.all([1, 2, 3].map(() => ensureProvisioningRules(dependencies, tenant)))
  const stored = (await store.get(tenant, provisioningCatalogDefinition, PROVISIONING_CATALOG_ID))!
  t.equal(stored.revision, 1)
  t.same((JSON.parse(stored.document) as ProvisioningCatalog).rule, [])
})

t.test('what would be sent for an order is explained', async t => {
  const speed = { name: 'speed', value: '500' }
  const order: NewProductOrder = {
    category: 'B2C',
    productOrderItem: [
      { id: '1', action: 'add', productOffering: { id: 'fibre-500' }, product: { productCharacteristic: [speed] } },
      { id: '2', action: 'add', productOffering: { id: 'tv' } },
      { id: '3', action: 'add' }
    ]
  }

  t.test('item by item, by which rule and why, and what would come of it', async t => {
    const { active, explain, store } = world()
    const fallback = await active(fibre({ key: 'everything', match: {}, serviceOrderItem: [] }))
    const rule = await active()
    const events = store.events.length
    const [fibreItem, tv, nothing] = await explain({ order })
    t.match(fibreItem, {
      item: { id: '1', action: 'add' },
      outcome: 'request',
      rule: { id: rule.id, key: 'fibre', version: 1 },
      match: { productOfferingId: ['fibre-500'], action: ['add'] },
      otherRule: [{ id: fallback.id }],
      serviceOrder: { externalId: 'explanation:1:1', items: [{ id: 'line', characteristics: [speed] }] },
      product: { change: 'create', product: { status: 'active', productOffering: { id: 'fibre-500' } } },
      problem: []
    })
    t.match(tv, { outcome: 'nothing', rule: { key: 'everything' }, otherRule: [], product: { change: 'create' } })
    t.match(nothing, { outcome: 'nothing', rule: undefined, product: undefined })
    t.equal(store.events.length, events)
    const query = { filter: everything, sort: [], limit: 10, offset: 0, count: true }
    t.equal((await store.list(tenant, productOrderDefinition, query)).total, 0)
  })

  t.test('with drafts in place of what they would retire', async t => {
    const { active, draft, explain, retire } = world()
    const first = await active()
    const second = await draft(fibre({ serviceOrderItem: [{ key: 'other' }] }))
    t.match((await explain({ order }))[0], { rule: { id: first.id } })
    const tried = await explain({ order, rule: [second.id] })
    t.match(tried[0], { rule: { id: second.id, version: 2 }, otherRule: [], serviceOrder: { items: [{ id: 'other' }] } })
    t.same(tried[0]!.otherRule, [])
    t.match((await explain({ order }))[0], { rule: { id: first.id } }, 'which changes nothing')
    await t.rejects(explain({ order, rule: [second.id, 'unknown'] }), refused('invalidValue', '/rule/1'))
    await retire(first.id)
    await t.rejects(explain({ order, rule: [first.id] }), refused('illegalMove'))
  })

  t.test('with what is wrong, and where in the rule', async t => {
    const { active, explain } = world()
    await active()
    const [item] = await explain({
      order: { productOrderItem: [{ id: '1', action: 'add', productOffering: { id: 'fibre-500' } }] }
    })
    t.match(item, {
      outcome: 'impossible',
      rule: { key: 'fibre' },
      serviceOrder: undefined,
      product: undefined,
      problem: [{ pointer: '/serviceOrderItem/0/characteristic/0', message: /mandatory/ }]
    })
    const twice = { productOrderItem: [order.productOrderItem[2]!, order.productOrderItem[2]!] }
    await t.rejects(explain({ order: twice }), refused('invalidValue', '/order/productOrderItem/1/id'))
    await t.rejects(explain({ order: { productOrderItem: [] } }), refused('missingAttribute', '/order/productOrderItem'))
  })

  t.test('of an order that is stored, and of what the customer has', async t => {
    const { explain, place, dependencies } = world()
    const owned = await createProduct(
      dependencies,
      { name: 'Fibre', status: 'active', realizingService: [{ id: 'service-9' }] },
      context
    )
    const { id } = owned.stored
    const items = (['modify', 'delete'] as const).map(action => ({ id: action, action, product: { id } }))
    const orderId = await place({ productOrderItem: [...items, { id: 'x', action: 'delete', product: { id: 'gone' } }] })
    const [modified, deleted, gone] = await explain({ orderId })
    t.match(modified, {
      serviceOrder: { externalId: `${orderId}:modify:1`, items: [{ serviceId: 'service-9' }] },
      product: { change: 'modify', id, product: { name: 'Fibre', status: 'active' } }
    })
    t.match(deleted, { product: { change: 'terminate', id, product: { status: 'terminated' } } })
    t.match(gone, { product: { change: 'terminate', id: 'gone', product: undefined } })
    await t.rejects(explain({ orderId: 'unknown' }), refused('notFound'))
  })
})
