import * as fc from 'fast-check'
import t from 'tap'
import { isRefusal, type Refusal } from '../kernel/refusal.ts'
import { acknowledgeOrder } from '../ordering/index.ts'
import type { ServiceOrderRequest } from '../ports/fms-gateway.ts'
import type { Product } from '../resources/product.ts'
import type { ProductOrder } from '../resources/product-order.ts'
import type { NewProductOrderItem } from '../resources/product-order-item.ts'
import {
  activateRule,
  checkRule,
  type Decomposition,
  decomposeItem,
  draftRule,
  explain,
  externalIdOf,
  fmsMeanings,
  type NewProvisioningRule,
  type ProvisioningRule,
  redraftRule,
  refusalToDeleteRule,
  retireRule,
  type ServiceItemRule,
  selectRule
} from './index.ts'

const now = new Date('2026-03-02T09:00:00Z')

function must<T>(decision: T | Refusal): T {
  if (isRefusal(decision)) throw new Error(decision.message)
  return decision
}

function anOrder(item: Partial<NewProductOrderItem> = {}, more: Partial<ProductOrder> = {}): ProductOrder {
  const fibre = { id: 'fibre-500', name: 'Fibre 500' }
  const productOrderItem: NewProductOrderItem[] = [{ id: '1', action: 'add', productOffering: fibre, ...item }]
  return { ...must(acknowledgeOrder({ productOrderItem }, { id: 'order-1', now })), ...more }
}

function aRule(more: Partial<NewProvisioningRule> = {}): NewProvisioningRule {
  return { key: 'fibre', name: 'Fibre', serviceOrderItem: [{ key: 'access' }], ...more }
}

function anActive(more: Partial<ProvisioningRule> = {}): ProvisioningRule {
  const key = more.key ?? 'fibre'
  return { ...aRule(), id: `${key}-1`, version: 1, lifecycleStatus: 'active', activatedAt: now.toISOString(), ...more }
}

function decompose(order: ProductOrder, rules: readonly ProvisioningRule[] = [], product?: Product): Decomposition {
  return decomposeItem({ order, item: order.productOrderItem[0]!, rules, product, attempt: 1 })
}

function requestOf(decomposition: Decomposition): ServiceOrderRequest {
  if (decomposition.kind !== 'request') throw new Error(`${decomposition.kind} ${JSON.stringify(decomposition)}`)
  return decomposition.request
}

t.test('without a rule', async t => {
  t.test('one service of the kind that was ordered is asked for, with everything that was said about it', async t => {
    const productCharacteristic = [{ name: 'speed', value: 500, valueType: 'integer' }]
    const order = anOrder({ product: { productCharacteristic } }, { category: 'residential' })
    t.same(requestOf(decompose(order)), {
      externalId: 'order-1:1:1',
      category: 'residential',
      items: [
        {
          id: 'service',
          action: 'add',
          serviceSpecification: { id: 'fibre-500', name: 'Fibre 500' },
          characteristics: [{ name: 'speed', value: 500, valueType: 'integer' }],
          supportingResources: [],
          requires: []
        }
      ]
    })
  })

  t.test('the specification of the product goes before its offering', async t => {
    const productSpecification = { id: 'spec-1', name: 'Access', version: '2' }
    const [item] = requestOf(decompose(anOrder({ product: { productSpecification } }))).items
    t.same(item!.serviceSpecification, productSpecification)
  })

  t.test('what is taken away is named as the inventory has it', async t => {
    const product: Product = {
      id: 'product-1',
      status: 'active',
      productOffering: { id: 'fibre-500' },
      productSerialNumber: 'SN1',
      realizingService: [{ id: 'service-9' }],
      realizingResource: [{ id: 'device-7', name: 'Router' }],
      productCharacteristic: [],
      productPrice: [],
      relatedParty: []
    }
    const { productOffering: _none, ...order } = anOrder({ action: 'delete', product: { id: 'product-1' } }).productOrderItem[0]!
    const [item] = requestOf(decompose(anOrder({ ...order, action: 'delete' }), [], product)).items
    t.match(item, {
      action: 'delete',
      serviceId: 'service-9',
      serviceSpecification: { id: 'fibre-500' },
      supportingResources: [{ id: 'device-7', name: 'Router', serialNumber: 'SN1' }]
    })
  })

  t.test('everything that a product consists of is taken away with it', async t => {
    const product: Product = {
      id: 'product-1',
      status: 'active',
      productOffering: { id: 'fibre-500' },
      realizingService: [{ id: 'service-1' }, { id: 'service-2' }, { id: 'service-3' }],
      realizingResource: [{ id: 'SN1', value: 'SN1' }, { id: 'device-2' }],
      productCharacteristic: [],
      productPrice: [],
      relatedParty: []
    }
    const removal = anOrder({ action: 'delete', quantity: 1, product: { id: 'product-1' } })
    const servicesOf = (rules: ProvisioningRule[] = []) =>
      requestOf(decompose(removal, rules, product)).items.map(({ serviceId }) => serviceId)
    t.same(servicesOf(), ['service-1', 'service-2', 'service-3'])
    t.match(requestOf(decompose(removal, [], product)).items[0]!.supportingResources, [
      { id: 'SN1', serialNumber: 'SN1' },
      { id: 'device-2' }
    ])
    const once = { key: 'line', forEach: 'item' } as const
    t.same(servicesOf([anActive({ serviceOrderItem: [once, { key: 'router' }] })]), ['service-1', 'service-2', 'service-3'])
  })

  t.test('each piece is a service of its own, up to what anybody can mean', async t => {
    const ids = (quantity: number) => requestOf(decompose(anOrder({ quantity }))).items.map(({ id }) => id)
    t.same(ids(3), ['service-1', 'service-2', 'service-3'])
    t.same(ids(2.5), ['service'])
    t.equal(decompose(anOrder({ quantity: 1_000 })).kind, 'impossible')
  })

  t.test('an item with neither offering nor product needs no FMS, and is no product', async t => {
    const [{ productOffering: _none, ...item }] = anOrder().productOrderItem as [ProductOrder['productOrderItem'][0]]
    const order = { ...anOrder(), productOrderItem: [item] }
    t.same(decompose(order), { kind: 'nothing', isProduct: false })
    t.same(decompose(anOrder({ action: 'noChange' })), { kind: 'nothing', isProduct: false })
  })
})

t.test('a rule', async t => {
  const rule = anActive({
    match: { productOfferingId: ['fibre-500'] },
    stateMap: { scheduled: 'inProgress' },
    serviceOrderItem: [
      { key: 'line', serviceSpecification: { id: 'line' }, forEach: 'item' },
      {
        key: 'router',
        requires: ['line'],
        characteristic: [
          { name: 'speed', fromCharacteristic: 'speed', isMandatory: true },
          { name: 'ssid', value: 'home' },
          { name: 'category', fromOrder: 'category' },
          { name: 'place', fromItem: 'product.place.name' }
        ],
        supportingResource: [{ name: 'Router', type: 'Router', model: { fromCharacteristic: 'model' } }]
      },
      { key: 'test', requires: ['router'], forEach: 'item' }
    ]
  })
  const product = {
    place: [{ role: 'installation', name: 'Hill Farm' }],
    productCharacteristic: [
      { name: 'speed', value: 500 },
      { name: 'model', value: 'R2' }
    ]
  }

  t.test('says what is sent, with values of the item and the order, and what comes before what', async t => {
    const made = decompose(anOrder({ product, quantity: 2 }), [rule])
    t.match(made, { rule: { id: 'fibre-1', key: 'fibre', version: 1 }, stateMap: { scheduled: 'inProgress' } })
    const { items } = requestOf(made)
    t.same(
      items.map(({ id, requires }) => [id, requires]),
      [
        ['line', []],
        ['router-1', ['line']],
        ['router-2', ['line']],
        ['test', ['router-1', 'router-2']]
      ]
    )
    t.same(items[1]!.characteristics, [
      { name: 'speed', value: 500 },
      { name: 'ssid', value: 'home' },
      { name: 'place', value: 'Hill Farm' }
    ])
    t.same(items[1]!.supportingResources, [{ name: 'Router', type: 'Router', model: 'R2' }])
  })

  t.test('that cannot be applied says where, once for all pieces', async t => {
    t.same(decompose(anOrder({ quantity: 3 }), [rule]), {
      rule: { id: 'fibre-1', key: 'fibre', version: 1 },
      stateMap: { scheduled: 'inProgress' },
      kind: 'impossible',
      problems: [{ pointer: '/serviceOrderItem/1/characteristic/0', message: 'is mandatory, and the order says nothing of it' }]
    })
  })

  t.test('with nothing to do completes the item, which is a product all the same', async t => {
    const made = decompose(anOrder(), [anActive({ serviceOrderItem: [] })])
    t.match(made, { kind: 'nothing', isProduct: true })
  })

  t.test('can be looked at without placing an order', async t => {
    const [explained] = explain(anOrder({ product }), [rule])
    t.match(explained, { item: { id: '1', action: 'add' }, decomposition: { kind: 'request' } })
  })
})

t.test('of several rules', async t => {
  const item = anOrder({ product: { productCharacteristic: [{ name: 'tech', value: 'pon' }] } }).productOrderItem[0]!
  const chosen = (...rules: ProvisioningRule[]) => selectRule(rules, { category: 'residential' }, item)?.key

  t.test('the one with the most criteria is used, then the priority, then the latest', async t => {
    const all = anActive({ key: 'all' })
    const offering = anActive({ key: 'offering', match: { productOfferingId: ['x', 'fibre-500'] } })
    const both = anActive({ key: 'both', match: { action: ['add'], characteristic: [{ name: 'tech', value: 'pon' }] } })
    t.equal(chosen(all, both, offering), 'both')
    t.equal(chosen(offering, all), 'offering')
    t.equal(chosen(offering, { ...offering, key: 'urgent', priority: 1 }), 'urgent')
    t.equal(chosen({ ...all, key: 'new', activatedAt: '2026-04-01T00:00:00Z' }, all), 'new')
  })

  t.test('drafts, retired ones and those that do not match are not', async t => {
    t.equal(chosen(anActive({ lifecycleStatus: 'draft' }), anActive({ lifecycleStatus: 'retired' })), undefined)
    t.equal(
      chosen(anActive({ match: { category: 'business' } }), anActive({ match: { productSpecificationId: ['s'] } })),
      undefined
    )
    t.equal(chosen(anActive({ match: { action: ['delete'] } })), undefined)
  })
})

t.test('what is wrong with a rule is told with its place', async t => {
  const pointers = (more: Partial<NewProvisioningRule>) => checkRule(aRule(more)).map(({ pointer }) => pointer)
  const items = (...serviceOrderItem: Partial<ServiceItemRule>[]) =>
    pointers({ serviceOrderItem: serviceOrderItem.map((each, index) => ({ key: `k${index}`, ...each })) })

  t.same(pointers({}), [])
  t.same(pointers({ key: '1 x' }), ['/key'])
  t.same(pointers({ priority: 1.5 }), ['/priority'])
  t.same(pointers({ match: { productOfferingId: [], action: ['sell' as 'add'] } }), [
    '/match/productOfferingId',
    '/match/action/0'
  ])
  t.same(pointers({ stateMap: { 'odd/state': 'gone' as 'held' } }), ['/stateMap/odd~1state'])
  t.same(items({ key: 'a b' }), ['/serviceOrderItem/0/key'])
  t.same(items({ key: 'k-1' }), ['/serviceOrderItem/0/key'])
  t.same(items({}, { key: 'k0' }), ['/serviceOrderItem/1/key'])
  t.same(items({ requires: ['nobody'] }), ['/serviceOrderItem/0/requires/0'])
  t.same(items({ requires: ['k1'] }, { requires: ['k0'] }), ['/serviceOrderItem/0/requires'])
  t.same(items({ action: 'sell' as 'add' }), ['/serviceOrderItem/0/action'])
  const sources = [{ name: 'a' }, { name: 'b', value: 1, fromItem: 'x' }, { name: 'a', fromOrder: ' ' }]
  t.same(items({ characteristic: sources }), [
    '/serviceOrderItem/0/characteristic/0',
    '/serviceOrderItem/0/characteristic/1',
    '/serviceOrderItem/0/characteristic/2/name',
    '/serviceOrderItem/0/characteristic/2/fromOrder'
  ])
  t.same(items({ supportingResource: [{ model: {} }] }), ['/serviceOrderItem/0/supportingResource/0/model'])
  t.same(items(...Array.from({ length: 51 }, () => ({}))), ['/serviceOrderItem'])
})

t.test('rules have versions', async t => {
  const draft = must(draftRule({ ...aRule(), activatedAt: 'x', version: 9 } as NewProvisioningRule, { id: 'r2', lastVersion: 1 }))
  t.match(draft, { id: 'r2', version: 2, lifecycleStatus: 'draft', '@type': 'ProvisioningRule' })
  t.notOk('activatedAt' in draft)
  t.equal(must(redraftRule(draft, { ...draft, name: 'Other' })).name, 'Other')
  t.match(redraftRule(draft, { ...draft, key: 'other' }), { refused: 'serverOwned', objections: [{ pointer: '/key' }] })
  t.match(redraftRule(draft, { ...draft, serviceOrderItem: [{ key: '' }] }), { refused: 'invalidValue' })
  t.match(draftRule(aRule({ key: '' }), { id: 'r3', lastVersion: 0 }), { refused: 'invalidValue' })

  const active = must(activateRule(draft, [anActive(), anActive({ key: 'other' })], { now }))
  t.match(active, {
    outcome: 'changed',
    rule: { lifecycleStatus: 'active' },
    retired: [{ id: 'fibre-1', lifecycleStatus: 'retired' }]
  })
  t.equal(must(activateRule(active.rule, [], { now })).outcome, 'unchanged')
  t.match(redraftRule(active.rule, { ...active.rule, name: 'Other' }), { refused: 'notChangeable' })
  t.match(refusalToDeleteRule(active.rule), { refused: 'notDeletable' })
  t.match(retireRule(draft, { now }), { refused: 'illegalMove', allowed: ['active'] })
  const retired = must(retireRule(active.rule, { now }))
  t.equal(retired.rule.lifecycleStatus, 'retired')
  t.match(activateRule(retired.rule, [], { now }), { refused: 'illegalMove' })
})

t.test('external ids are one for each item and attempt, and of a length that goes into addresses', async t => {
  t.equal(externalIdOf('order-1', '1', 2), 'order-1:1:2')
  const long = externalIdOf('order-1', 'x'.repeat(5_000), 1)
  t.ok(long.length < 140)
  t.not(long, externalIdOf('order-1', `${'x'.repeat(5_000)}y`, 1))
})

const key = fc.constantFrom('a', 'b', 'c', 'd', '', 'a-1')
const source = fc.record(
  { value: fc.oneof(fc.string(), fc.integer()), fromCharacteristic: fc.string(), fromItem: fc.string(), fromOrder: fc.string() },
  { requiredKeys: [] }
)
const characteristic = fc
  .tuple(fc.string({ maxLength: 3 }), source, fc.boolean())
  .map(([name, from, isMandatory]) => ({ ...from, name, isMandatory }))
const serviceItem: fc.Arbitrary<ServiceItemRule> = fc.record(
  {
    key,
    action: fc.constantFrom('add', 'modify', 'delete', 'noChange'),
    characteristic: fc.array(characteristic, { maxLength: 2 }),
    doesCopyCharacteristics: fc.boolean(),
    requires: fc.array(key, { maxLength: 2 }),
    forEach: fc.constantFrom('unit', 'item')
  },
  { requiredKeys: ['key'] }
) as fc.Arbitrary<ServiceItemRule>

t.test('whatever passes the check can be applied: ids are unique, requirements known and without circles', async t => {
  let applied = 0
  fc.assert(
    fc.property(fc.array(serviceItem, { maxLength: 4 }), fc.integer({ min: 0, max: 120 }), (serviceOrderItem, quantity) => {
      const rule = anActive({ serviceOrderItem })
      if (checkRule(rule).length > 0) return
      const made = decompose(anOrder({ quantity }), [rule])
      if (made.kind !== 'request') return
      applied += 1
      const seen = new Set<string>()
      for (const { id } of made.request.items) {
        if (seen.has(id)) throw new Error('an id is there twice')
        seen.add(id)
      }
      const open = new Map(made.request.items.map(item => [item.id, item.requires]))
      while (open.size > 0) {
        const next = [...open].find(([, requires]) => requires.every(each => seen.has(each) && !open.has(each)))
        if (!next) throw new Error('a requirement is unknown, or there is a circle')
        open.delete(next[0])
      }
    }),
    { numRuns: 5_000 }
  )
  t.ok(applied > 100, `${applied} rules were applied`)
  t.equal(fmsMeanings.length, 7)
})
