import {
  type Calendar,
  type CancelProductOrder,
  type Customer,
  type Fallout,
  type Fulfilment,
  type Individual,
  individualStates,
  type JsonValue,
  MAX_INDEXED_LENGTH,
  mergePatch,
  type OrderHistory,
  type Organization,
  type Product,
  type ProductOrder,
  type ProductOrderItem,
  type ProvisioningRule,
  productStatuses,
  resourceDefinitions
} from '@crm-lite/domain'
import type { Static, TSchema } from '@sinclair/typebox'
import { Ajv } from 'ajv'
import fc from 'fast-check'
import t from 'tap'
import type { AttributeNode, AttributeTree, ResourceBinding } from '../binding.ts'
import { formats } from '../schema/attributes.ts'
import { createValidators, MAX_FAULTS } from '../schema/validation.ts'
import { anyBody, CANARY, damagedBody } from '../testing/bodies.ts'
import { apiBindings, sharedSchemas } from './index.ts'
import type { CalendarSchema } from './order-journey/calendar-schemas.ts'
import type { FalloutSchema } from './order-journey/fallout-schemas.ts'
import type { FulfilmentSchema } from './order-journey/fulfilment-schemas.ts'
import type { OrderHistorySchema } from './order-journey/journey-schemas.ts'
import type { ProvisioningRuleSchema } from './order-journey/provisioning-rule-schemas.ts'
import type { ProductOrderItem as ProductOrderItemSchema } from './tmf622-product-ordering/item-schemas.ts'
import type { CancelProductOrderSchema, ProductOrderSchema } from './tmf622-product-ordering/schemas.ts'
import type { CustomerSchema } from './tmf629-customer/schemas.ts'
import type { IndividualSchema } from './tmf632-party/individual-schemas.ts'
import type { OrganizationSchema } from './tmf632-party/organization-schemas.ts'
import type { ProductSchema } from './tmf637-product-inventory/schemas.ts'

type Plain<T> = T extends readonly (infer Item)[] ? Plain<Item>[] : T extends object ? { [K in keyof T]: Plain<T[K]> } : T
type Same<A, B> = (<T>() => T extends Plain<A> ? 1 : 2) extends <T>() => T extends Plain<B> ? 1 : 2 ? true : false
/** What is answered says where it is and always has a type; the internal form has no `href`, and the type may be missing. */
type Kept<Schema extends TSchema> = Omit<Static<Schema>, 'href' | '@type'> & { '@type'?: string }
/** Items contain items: what is in them is compared with what is at the top. */
type Shown<Order extends { productOrderItem: unknown }> = Omit<Order, 'productOrderItem' | 'stateBeforeCancellation'>
type ShownItem = Omit<ProductOrderItem, 'productOrderItem' | 'state' | 'stateBeforeCancellation'> & {
  state?: ProductOrderItem['state']
}

/** Values and maps are of free type in a schema; what they hold is checked when they are stored. */
type Free = 'match' | 'serviceOrderItem' | 'stateMap'

/** Checked by the compiler: an attribute that one side lacks, or types differently, turns `true` into a type error. */
const sameAsInTheDomain: [
  Same<Kept<typeof CustomerSchema>, Customer>,
  Same<Kept<typeof IndividualSchema>, Individual>,
  Same<Kept<typeof OrganizationSchema>, Organization>,
  Same<Shown<Kept<typeof ProductOrderSchema>>, Shown<ProductOrder>>,
  Same<Omit<Static<typeof ProductOrderItemSchema>, 'productOrderItem'>, ShownItem>,
  Same<Kept<typeof CancelProductOrderSchema>, CancelProductOrder>,
  Same<Kept<typeof ProductSchema>, Product>,
  Same<Kept<typeof CalendarSchema>, Calendar>,
  Same<Omit<Kept<typeof OrderHistorySchema>, 'order'>, Omit<OrderHistory, 'order'>>,
  Same<Omit<Kept<typeof ProvisioningRuleSchema>, Free>, Omit<ProvisioningRule, Free>>,
  Same<keyof ProvisioningRule, keyof Kept<typeof ProvisioningRuleSchema>>,
  Same<
    Omit<Kept<typeof FulfilmentSchema>, 'productOrder' | 'request' | 'result' | 'done' | 'stateMap'>,
    Omit<Fulfilment, 'productOrder' | 'request' | 'result' | 'done' | 'stateMap'>
  >,
  Same<Omit<Kept<typeof FalloutSchema>, 'productOrder'>, Omit<Fallout, 'productOrder'>>
] = [true, true, true, true, true, true, true, true, true, true, true, true, true]

const resources = apiBindings.flatMap(api => api.resources)
const validators = createValidators(apiBindings, sharedSchemas)
const bindingOf = (name: string): ResourceBinding => resources.find(each => each.definition.name === name)!
const pointersOf = (name: string, body: unknown) => {
  return validators.faultsOf('create', bindingOf(name), body).map(({ code, pointer }) => `${code} ${pointer}`)
}
const valueAt = (body: unknown, path: string): unknown =>
  path.split('/').reduce((node, name) => (node as Record<string, unknown>)[name], body)

/** What every answer has, whatever was sent. */
const setByTheServer: Record<string, string[]> = {
  productOrder: ['orderDate', 'relatedParty', 'state'],
  cancelProductOrder: ['state'],
  product: ['productCharacteristic', 'productPrice', 'relatedParty'],
  journeySpecification: ['lifecycleStatus', 'version'],
  provisioningRule: ['lifecycleStatus', 'version'],
  fulfilment: ['createdAt', 'failures', 'lastUpdate', 'newsAt', 'puzzles', 'tries'],
  fallout: ['history']
}

t.test('the schemas say what the domain says', async t => {
  t.same(new Set(sameAsInTheDomain), new Set([true]), 'the types are the same')
  t.same(new Set(resources.map(each => each.definition)), new Set(resourceDefinitions), 'every resource is served')
  for (const { definition, schemas, attributes } of resources) {
    t.same([...schemas.create.required!].sort(), [...definition.mandatory].sort(), `${definition.name}: mandatory on create`)
    t.same(
      schemas.resource.required!.filter(name => !['id', 'href', '@type'].includes(name)).sort(),
      [...definition.mandatory, ...(setByTheServer[definition.name] ?? [])].sort()
    )
    t.equal(schemas.resource.$id, definition.type)
    t.equal(schemas.create.$id, `${definition.type}_Create`)
    t.equal(schemas.update.$id, `${definition.type}_Update`)
    t.ok(Object.hasOwn(attributes, definition.stateAttribute))
    for (const { path, type, many } of definition.indexed) {
      const nodes = nodesOn(path, attributes)
      t.same({ path, type: nodes.at(-1)!.type, many: nodes.some(each => each.many) }, { path, type, many })
      const { maxLength, enum: values } = schemaAt(path, schemas.resource)
      if (type === 'string' && !values) t.equal(maxLength, MAX_INDEXED_LENGTH, `${path} is limited`)
    }
  }
})

const stateOf: Record<string, object> = {
  productOrder: { state: 'acknowledged', orderDate: '2026-01-31T09:00:00Z' },
  cancelProductOrder: { state: 'acknowledged' },
  journeySpecification: { version: 1, lifecycleStatus: 'draft' },
  provisioningRule: { version: 1, lifecycleStatus: 'draft' }
}

t.test('the examples are complete and valid', async t => {
  for (const binding of resources) {
    const { schemas, example, definition } = binding
    t.same(validators.faultsOf('create', binding, example), [], definition.name)
    t.same(validators.faultsOf('resource', binding, { id: '1', ...stateOf[definition.name], ...example }), [])
    const leftOut = Object.keys(schemas.create.properties).filter(name => !Object.hasOwn(example, name))
    t.same(leftOut, definition.name === 'individual' ? ['aristocraticTitle', 'familyNamePrefix', 'generation', 'deathDate'] : [])
    t.notMatch(
      JSON.stringify(example),
      /@(?!type|baseType|schemaLocation|referredType)(?![\w.-]*example\.com)/,
      'fictional addresses'
    )
  }
})

const mandatory: Record<string, string[]> = {
  customer: [
    'name',
    'engagedParty',
    'engagedParty/id',
    'engagedParty/@referredType',
    'account/0/name',
    'agreement/0/id',
    'paymentMethod/0/id',
    'characteristic/0/name',
    'characteristic/0/value',
    'contactMedium/1/mediumType',
    'contactMedium/1/characteristic',
    'creditProfile/0/creditProfileDate',
    'creditProfile/0/validFor',
    'relatedParty/0/id',
    'relatedParty/0/@referredType'
  ],
  individual: [
    'givenName',
    'familyName',
    'partyCharacteristic/0/name',
    'partyCharacteristic/0/value',
    'relatedParty/0/id',
    'relatedParty/0/@referredType'
  ],
  organization: [
    'tradingName',
    'partyCharacteristic/0/name',
    'partyCharacteristic/0/value',
    'relatedParty/0/id',
    'relatedParty/0/@referredType',
    'organizationChildRelationship/0/organization/id',
    'organizationParentRelationship/organization/id'
  ],
  productOrder: [
    'productOrderItem',
    'productOrderItem/0/id',
    'productOrderItem/0/action',
    'productOrderItem/1/productOrderItem/0/action',
    'productOrderItem/0/productOffering/id',
    'productOrderItem/0/product/place/0/role',
    'productOrderItem/0/product/productCharacteristic/0/value',
    'note/0/text',
    'relatedParty/0/id',
    'relatedParty/0/@referredType'
  ],
  cancelProductOrder: ['productOrder', 'productOrder/id'],
  product: [
    'status',
    'billingAccount/id',
    'place/0/role',
    'product/1/productCharacteristic/0/name',
    'productCharacteristic/0/value',
    'productOffering/id',
    'productOrderItem/0/orderItemId',
    'productOrderItem/0/productOrderId',
    'productPrice/0/priceType',
    'productPrice/0/price',
    'productPrice/0/productPriceAlteration/0/price',
    'productRelationship/0/relationshipType',
    'productRelationship/0/product',
    'productSpecification/targetProductSchema/@type',
    'realizingResource/0/id',
    'realizingService/0/id',
    'relatedParty/0/@referredType'
  ]
}

t.test('what the standard marks mandatory is missed where it is missing, and where it is blank', async t => {
  for (const [name, paths] of Object.entries(mandatory)) {
    for (const path of paths) {
      const fault = [`missingAttribute /${path}`]
      const { example } = bindingOf(name)
      t.same(pointersOf(name, changed(example, path, undefined)), fault, `${name}: ${path} is missing`)
      const isText = typeof valueAt(example, path) === 'string' && !/Date$|value$|action$|^status$/.test(path)
      if (isText) t.same(pointersOf(name, changed(example, path, ' \u00a0\n')), fault, `${name}: ${path} is blank`)
    }
  }
})

t.test('nothing else is mandatory', async t => {
  const engagedParty = { id: '500', '@referredType': 'Organization' }
  t.same(pointersOf('customer', { name: 'Moon Football Club', engagedParty }), [])
  t.same(pointersOf('individual', { givenName: 'Asha', familyName: 'Rao' }), [])
  t.same(pointersOf('organization', { tradingName: 'Harbour Sports' }), [])
  t.same(pointersOf('product', { status: 'active', product: [{}] }), [])
  t.same(
    pointersOf('individual', { givenName: 'Asha', familyName: 'Rao', contactMedium: [{}], otherName: [{}], skill: [{}] }),
    []
  )
})

const refused: [resource: string, path: string, wrong: unknown][] = [
  ['customer', 'name', 42],
  ['customer', 'name', null],
  ['customer', 'status', ['Created']],
  ['customer', 'engagedParty', '500'],
  ['customer', 'engagedParty', []],
  ['customer', 'relatedParty', {}],
  ['customer', 'relatedParty/0', '612'],
  ['customer', 'contactMedium/0/preferred', 'true'],
  ['customer', 'contactMedium/0/characteristic/city', 7],
  ['customer', 'creditProfile/0/creditScore', '640'],
  ['customer', 'creditProfile/0/creditScore', 640.5],
  ['customer', 'creditProfile/0/creditScore', JSON.parse('1e999')],
  ['customer', 'creditProfile/0/creditScore', 2 ** 53],
  ['customer', 'creditProfile/0/creditProfileDate', '2026-02-30T00:00:00Z'],
  ['customer', 'creditProfile/0/creditProfileDate', '2026-01-31'],
  ['customer', 'creditProfile/0/creditProfileDate', '2026-01-31T09:00:00'],
  ['customer', 'validFor/startDateTime', '2026-01-31T24:00:00Z'],
  ['customer', 'validFor/startDateTime', 'yesterday'],
  ['customer', 'validFor/startDateTime', 1769850000],
  ['customer', '@schemaLocation', 'customer.json'],
  ['customer', '@schemaLocation', 'https://example.com/a b'],
  ['individual', 'status', 'deceased'],
  ['individual', 'status', 'Validated'],
  ['individual', 'birthDate', '1990-05-17'],
  ['individual', 'creditRating/0/ratingScore', 'good'],
  ['individual', 'languageAbility/0/isFavouriteLanguage', 1],
  ['individual', 'individualIdentification/0/attachment/size/amount', '2'],
  ['productOrder', 'productOrderItem/0/action', 'remove'],
  ['productOrder', 'productOrderItem/0/quantity', 1.5],
  ['productOrder', 'productOrderItem/0/state', 'partial'],
  ['productOrder', 'productOrderItem/1/productOrderItem/1/product/status', 'aborted'],
  ['productOrder', 'requestedCompletionDate', 'soon'],
  ['cancelProductOrder', 'productOrder', 'order-1'],
  ['product', 'status', 'aborted'],
  ['product', 'status', ''],
  ['product', 'startDate', '2026-02-14'],
  ['product', 'isBundle', 'yes'],
  ['product', 'productPrice', {}],
  ['product', 'productPrice', null],
  ['product', 'productPrice/0/price/taxIncludedAmount/value', '29.9'],
  ['product', 'productSerialNumber', 'x'.repeat(MAX_INDEXED_LENGTH + 1)],
  ['organization', 'status', 'deceaded'],
  ['organization', 'isLegalEntity', 'yes'],
  ['organization', 'existsDuring', '1998'],
  ['organization', 'taxExemptionCertificate/0/taxDefinition', { id: 'tax-1' }]
]

t.test('values of another type, of no known state and dates outside the calendar are refused where they stand', async t => {
  for (const [name, path, wrong] of refused) {
    const faults = pointersOf(name, changed(bindingOf(name).example, path, wrong))
    t.same(faults, [`invalidValue /${path}`], `${name}: ${path} = ${JSON.stringify(wrong)}`)
  }
  for (const status of productStatuses) t.same(pointersOf('product', { status }), [])
  for (const status of individualStates) t.same(pointersOf('individual', { givenName: 'A', familyName: 'B', status }), [])
})

t.test('extension attributes pass everywhere, whatever they hold, and the server ignores id and href', async t => {
  const { example } = bindingOf('customer')
  const loyalty: JsonValue = { level: 'gold', points: [1, 2, null] }
  for (const path of ['loyalty', 'engagedParty/loyalty', 'contactMedium/0/characteristic/loyalty', 'validFor/loyalty']) {
    t.same(pointersOf('customer', changed(example, path, loyalty)), [], path)
  }
  t.same(pointersOf('customer', { ...example, id: 'mine', href: 'http://elsewhere.example.com/' }), [])
})

t.test('a resource as it is kept needs id and type but no href', async t => {
  const binding = bindingOf('customer')
  const faults = (value: unknown) => validators.faultsOf('resource', binding, value).map(each => `${each.code} ${each.pointer}`)
  t.same(faults({ id: '1', ...binding.example }), [])
  t.same(faults(binding.example), ['missingAttribute /id'])
  t.same(faults(changed({ id: '1', ...binding.example }, '@type', undefined)), ['missingAttribute /@type'])
})

t.test('a merge patch may name any part of a resource, null removes', async t => {
  const ajv = new Ajv({ schemas: [...sharedSchemas], formats, allowUnionTypes: true })
  const allows = ajv.compile(bindingOf('customer').schemas.update)
  const allowed = [
    {},
    { name: 'Moon' },
    { status: null, validFor: null, relatedParty: null },
    { engagedParty: { role: null, name: 'Moon' } },
    { validFor: { endDateTime: null } },
    { loyalty: null }
  ]
  for (const patch of allowed) t.ok(allows(patch), JSON.stringify(patch))
  const refusedPatches = [{ name: 1 }, { relatedParty: [{}] }, { validFor: { endDateTime: 'soon' } }, { engagedParty: [] }, []]
  for (const patch of refusedPatches) t.notOk(allows(patch), JSON.stringify(patch))
  const individual = ajv.compile(bindingOf('individual').schemas.update)
  t.ok(individual({ status: null }))
  t.ok(individual({ status: 'validated' }))
  t.notOk(individual({ status: 'closed' }))
})

t.test('whatever is valid passes; one fault in it is found where it is, and nothing of the body is repeated', async () => {
  for (const binding of resources) {
    const { create, resource } = binding.schemas
    const faults = (body: unknown) => validators.faultsOf('create', binding, body)
    const none = (found: unknown[]) => {
      if (found.length > 0) throw new Error(JSON.stringify(found))
    }
    fc.assert(
      fc.property(anyBody(create, sharedSchemas), body => {
        none(faults(body))
        none(faults(JSON.parse(JSON.stringify(body))))
      }),
      { numRuns: 40 }
    )
    fc.assert(
      fc.property(anyBody(resource, sharedSchemas), body => {
        none(validators.faultsOf('resource', binding, mergePatch(body, { href: null })))
      }),
      { numRuns: 20 }
    )
    fc.assert(
      fc.property(damagedBody(create, sharedSchemas), ({ body, pointer, code }) => {
        const found = faults(body)
        const told = JSON.stringify(found)
        if (!found.some(each => each.pointer === pointer && each.code === code))
          throw new Error(`${code} ${pointer} is not in ${told}`)
        if (told.includes(CANARY)) throw new Error(`a value is repeated: ${told}`)
      }),
      { numRuns: 100 }
    )
    fc.assert(
      fc.property(fc.jsonValue(), body => {
        const found = faults(body)
        if (found.length > MAX_FAULTS || found.some(each => each.pointer === undefined || each.message === ''))
          throw new Error('?')
      }),
      { numRuns: 40 }
    )
  }
})

function changed(body: unknown, path: string, value: unknown): unknown {
  const copy: unknown = JSON.parse(JSON.stringify(body))
  const names = path.split('/')
  const last = names.pop()!
  const holder = names.reduce((node, name) => (node as Record<string, unknown>)[name], copy) as Record<string, unknown>
  if (value === undefined) delete holder[last]
  else holder[last] = value
  return copy
}

function nodesOn(path: string, attributes: AttributeTree): AttributeNode[] {
  let tree: AttributeTree | undefined = attributes
  return path.split('.').map(name => {
    const node: AttributeNode = tree![name]!
    tree = node.attributes
    return node
  })
}

function schemaAt(path: string, schema: TSchema): TSchema {
  const inside = (node: TSchema): TSchema => {
    if (node.$ref) return sharedSchemas.find(each => `${each.$id}#` === node.$ref)!
    return node['items'] ? inside(node['items']) : node
  }
  return path.split('.').reduce((node, name) => inside(inside(node)['properties'][name]), schema)
}
