import { join } from 'node:path'
import { type Database, openDatabase } from '@crm-lite/adapters-db'
import {
  acceptProductOrder,
  activateProvisioningRule,
  createProvisioningRule,
  defaultFulfilmentSettings,
  everything,
  type Fallout,
  type Fulfilment,
  falloutDefinition,
  fulfilmentDefinition,
  type Product,
  type ProductOrder,
  placeProductOrder,
  productDefinition,
  productOrderDefinition,
  type ResourceDefinition,
  stepFulfilment
} from '@crm-lite/domain'
import { MemoryFms } from '@crm-lite/domain/testing'
import t, { type Test } from 'tap'
import { uuidV7Ids } from './ids.ts'
import { TENANT } from './tenant.ts'
import { newSqliteUrl, runCrm } from './testing/start-crm.ts'

t.setTimeout(600_000)

const HOUR_MS = 3_600_000
const context = { tenant: TENANT, actor: 'tester', correlationId: 'test' }

/**
 * A database with rules, a draft of a next version, and orders that fell out: as the FMS refused them, or, of `glass`, as no service order
 * could be made of them.
 *
 * @param ages in hours, one for each order
 */
async function world(t: Test, ages: readonly number[], glass: readonly number[] = []) {
  const DATABASE_URL = newSqliteUrl(t)
  let behindMs = 0
  const clock = { now: () => new Date(Date.now() - behindMs) }
  const database = await openDatabase({ url: DATABASE_URL, clock, exclusive: true })
  const fms = new MemoryFms()
  const fulfilment = { settings: defaultFulfilmentSettings, random: () => 0, canLookUp: true }
  const dependencies = { ...database, ids: uuidV7Ids, clock, fms, fulfilment }
  const rule = { key: 'fibre', name: 'Fibre', match: { productOfferingId: ['fibre'] }, serviceOrderItem: [{ key: 'line' }] }
  const active = (await createProvisioningRule(dependencies, rule, context)).stored.id
  await activateProvisioningRule(dependencies, { id: active }, context)
  const draft = await createProvisioningRule(dependencies, { ...rule, serviceOrderItem: [{ key: 'glass' }] }, context)
  const colour = { name: 'colour', fromCharacteristic: 'colour', isMandatory: true }
  const glassRule = { key: 'glass', name: 'Glass', match: { productOfferingId: ['glass'] } }
  const strict = { ...glassRule, serviceOrderItem: [{ key: 'line', characteristic: [colour] }] }
  await activateProvisioningRule(
    dependencies,
    { id: (await createProvisioningRule(dependencies, strict, context)).stored.id },
    context
  )
  const orders: string[] = []
  for (const [index, age] of ages.entries()) {
    behindMs = age * HOUR_MS
    const productOffering = { id: glass.includes(index) ? 'glass' : 'fibre' }
    const input = { productOrderItem: [{ id: '1', action: 'add' as const, productOffering }] }
    const { id } = (await placeProductOrder(dependencies, input, context)).stored
    await acceptProductOrder(dependencies, id, context)
    orders.push(id)
    if (glass.includes(index)) continue
    fms.failNext('create', 'refuses')
    await stepFulfilment(dependencies, `${id}:1:1`, context)
  }
  const fallouts = new Map((await listed<Fallout>(database, falloutDefinition)).map(each => [each.productOrder.id, each.id]))
  await database.close()
  const stored = async () => {
    const reopened = await openDatabase({ url: DATABASE_URL, clock, exclusive: false })
    const [all, products] = [
      await listed<ProductOrder>(reopened, productOrderDefinition),
      await listed<Product>(reopened, productDefinition)
    ]
    const fulfilments = new Map((await listed<Fulfilment>(reopened, fulfilmentDefinition)).map(each => [each.id, each] as const))
    await reopened.close()
    const stateOf = (index: number) => all.find(({ id }) => id === orders[index])?.state
    const productsOf = (index: number) =>
      products.filter(({ productOrderItem = [] }) => productOrderItem.some(each => each.productOrderId === orders[index]))
    return { stateOf, productsOf, attempt: (index: number, number: number) => fulfilments.get(`${orders[index]}:1:${number}`) }
  }
  const crm = (...args: string[]) => runCrm(t, args, { DATABASE_URL })
  return { crm, active, draft: draft.stored.id, orders, stored, falloutOf: (index: number) => fallouts.get(orders[index]!)! }
}

async function listed<R>({ store }: Database, definition: ResourceDefinition): Promise<R[]> {
  const query = { filter: everything, sort: [], limit: 1_000, offset: 0, count: false }
  const { items } = await store.list(TENANT, definition, query)
  return items.map(({ document }) => JSON.parse(document) as R)
}

t.test('fallout is listed, shown and decided about from the command line, one by one and many at once', async t => {
  const { crm, orders, falloutOf } = await world(t, Array(6).fill(0))
  const folder = t.testdir({
    'changes.json': JSON.stringify({ items: [{ id: 'line', characteristics: [{ name: 'speed', value: '100' }] }] }),
    'result.json': JSON.stringify({ resources: [{ type: 'Router', serialNumber: 'SN-1' }] }),
    'wrong.json': JSON.stringify({ items: [{ id: 'none' }] }),
    'half.json': JSON.stringify({ items: [{}] }),
    'no.json': '{'
  })
  const file = (name: string) => join(folder, `${name}.json`)
  const listed = await crm('fallout', 'list', '--kind', 'rejectedByFms', '--status', 'open', '--limit', '5')
  t.match(listed, {
    code: 0,
    stdout: /^id +raised at +kind +status +owner +order +item\n/,
    stderr: 'there are 6: --limit shows more\n'
  })
  t.equal(listed.stdout.trimEnd().split('\n').length, 6)
  const json = await crm('fallout', 'list', '--order', orders[0]!, '--json')
  t.match(JSON.parse(json.stdout), { id: falloutOf(0), productOrder: { id: orders[0] } })
  t.match(
    (await crm('fallout', 'show', falloutOf(0))).stdout,
    /"kind": "rejectedByFms".*what was to be sent \(fallout\).*"externalId"/s
  )

  t.match((await crm('fallout', 'assign', falloutOf(0), '--to', 'asha')).stdout, `${falloutOf(0)} is assigned\n`)
  t.match((await crm('fallout', 'list', '--owner', 'asha', '--json')).stdout, '"actor":"operator"')
  t.match(await crm('fallout', 'retry', falloutOf(0), '--reason', 'again', '--actor', 'ravi'), {
    code: 0,
    stdout: /is resolved\n$/
  })
  const [resolved] = (await crm('fallout', 'list', '--status', 'resolved', '--json')).stdout.split('\n')
  t.match(JSON.parse(resolved!), { resolution: 'retry', history: [{}, {}, { actor: 'ravi', reason: 'again' }] })
  t.match(await crm('fallout', 'retry', falloutOf(0)), { code: 1, stderr: 'crm: the fallout record is resolved already\n' })

  const changed = (name: string) => crm('fallout', 'retry-with-changes', falloutOf(1), '--changes', file(name))
  t.match(await changed('half'), { code: 1, stderr: 'crm: /changes/items/0/id id is mandatory\n' })
  t.match(await changed('wrong'), { code: 1, stderr: /no item of the service order has this id/ })
  t.match(await changed('no'), { code: 1, stderr: /is not JSON\n$/ })
  t.match(await changed('none'), { code: 1, stderr: /there is no file/ })
  t.match(await changed('changes'), { code: 0 })
  t.match(await crm('fallout', 'complete-by-hand', falloutOf(2), '--result', file('result')), {
    code: 0,
    stdout: /is resolved\n$/
  })
  t.match(await crm('fallout', 'skip', '--order', orders[3]!), { code: 0, stdout: 'skip: 1 done, 0 failed\n' })
  t.match(await crm('fallout', 'compensate', '--kind', 'rejectedByFms', '--status', 'open'), {
    code: 0,
    stdout: 'compensate: 2 done, 0 failed\n'
  })
  t.match(await crm('fallout', 'retry', '--kind', 'timeout'), { code: 0, stdout: 'retry: 0 done, 0 failed\n' })
})

t.test('every decision is made about many at once: by owner, by age, by step', async t => {
  const { crm, orders, stored } = await world(t, [30, 30, 3, 3, 0, 0, 0.5, 0.5, 0, 0], [4, 5])
  const folder = t.testdir({
    'changes.json': JSON.stringify({ items: [{ id: 'line', characteristics: [{ name: 'speed', value: '100' }] }] }),
    'result.json': JSON.stringify({ resources: [{ type: 'Router', serialNumber: 'SN-1' }] })
  })
  const decide = async (...args: string[]) => {
    const { code, stdout, stderr } = await crm('fallout', ...args)
    t.equal(code, 0, `${args.join(' ')}\n${stderr}`)
    return stdout
  }
  const listedOrders = async (...args: string[]) => {
    const { stdout } = await crm('fallout', 'list', '--json', ...args)
    const lines = stdout.split('\n').filter(line => line !== '')
    return lines.map(line => orders.indexOf((JSON.parse(line) as Fallout).productOrder.id)).sort()
  }

  t.equal(await decide('assign', '--older-than', '1d', '--to', 'ravi'), 'assign: 2 done, 0 failed\n')
  t.equal(await decide('assign', '--older-than', '2h', '--status', 'open', '--to', 'asha'), 'assign: 2 done, 0 failed\n')
  t.same(await listedOrders('--owner', 'ravi'), [0, 1])
  t.same(await listedOrders('--owner', 'asha', '--older-than', '90m'), [2, 3])
  t.match(await crm('fallout', 'assign', '--owner', 'ravi'), { code: 1, stderr: /--to <owner>, or --to-nobody/ })
  t.same(await listedOrders('--owner', 'ravi'), [0, 1], 'whoever forgets to say to whom takes nothing away')
  t.equal(await decide('assign', '--owner', 'ravi', '--to-nobody'), 'assign: 2 done, 0 failed\n')
  t.same(await listedOrders('--owner', 'ravi'), [])
  t.same(await listedOrders('--step', 'decompose', '--status', 'open'), [4, 5])

  const changes = ['--changes', join(folder, 'changes.json')]
  t.equal(await decide('retry-with-changes', '--owner', 'asha', ...changes), 'retryWithChanges: 2 done, 0 failed\n')
  const dayAgo = new Date(Date.now() - 24 * HOUR_MS).toISOString()
  const result = ['--result', join(folder, 'result.json')]
  t.equal(await decide('complete-by-hand', '--raised-before', dayAgo, ...result), 'completeByHand: 2 done, 0 failed\n')
  t.equal(await decide('skip', '--step', 'decompose'), 'skip: 2 done, 0 failed\n')
  t.equal(await decide('retry', '--older-than', '20m', '--reason', 'again'), 'retry: 2 done, 0 failed\n')
  t.equal(await decide('compensate', '--step', 'send'), 'compensate: 2 done, 0 failed\n')
  t.same(await listedOrders('--status', 'open'), [])

  const { stateOf, productsOf, attempt } = await stored()
  for (const index of [2, 3]) {
    t.match(attempt(index, 2), {
      state: 'intended',
      request: { items: [{ characteristics: [{ name: 'speed', value: '100' }] }] }
    })
  }
  for (const index of [0, 1]) {
    t.equal(stateOf(index), 'completed')
    t.match(productsOf(index), [{ productSerialNumber: 'SN-1' }])
  }
  for (const index of [4, 5]) {
    t.equal(stateOf(index), 'completed')
    t.same(productsOf(index), [], 'no product comes of what is skipped')
  }
  for (const index of [6, 7]) {
    t.match(attempt(index, 2), { state: 'intended' })
    t.same(attempt(index, 2)?.request.items, attempt(index, 1)?.request.items)
  }
  for (const index of [8, 9]) t.equal(stateOf(index), 'failed')
})

t.test('rules are listed and shown, and what they make of an order is explained', async t => {
  const { crm, active, draft, orders } = await world(t, [0])
  t.match((await crm('rule', 'list')).stdout, new RegExp(`^id +key.*\n${active} +fibre +1 +active.*\n${draft} +fibre +2 +draft`))
  t.notMatch((await crm('rule', 'list', '--status', 'active')).stdout, draft)
  t.match(JSON.parse((await crm('rule', 'show', 'fibre')).stdout), { id: active, version: 1 })
  t.match(JSON.parse((await crm('rule', 'show', draft)).stdout), { id: draft, version: 2 })
  const explained = await crm('rule', 'explain', orders[0]!)
  t.match(explained, {
    code: 0,
    stdout: /^item 1 \(add\): rule fibre version 1, a service order is sent\n {2}because of .*"line".*product \(create\)/s
  })
  t.match((await crm('rule', 'explain', orders[0]!, '--draft', draft)).stdout, /rule fibre version 2.*"glass"/s)
})

t.test('commands about fallout and rules say in one line what is wrong', async t => {
  const DATABASE_URL = newSqliteUrl(t)
  for (const [args, expected] of [
    [['fallout', 'show', 'nobody'], /there is no fallout record with this id/],
    [['fallout', 'retry', 'nobody'], /there is no fallout with this id/],
    [['fallout', 'retry'], /name one record, or choose some with --kind, --status, --step, --order, --owner or their age/],
    [['fallout', 'retry', 'nobody', '--kind', 'timeout'], /name one record, or choose some/],
    [['fallout', 'list', '--kind', 'late'], /--kind must be one of notDecomposable, /],
    [['fallout', 'list', '--status', 'new'], /--status must be one of open, assigned, resolved/],
    [['fallout', 'list', '--step', 'late'], /--step must be one of decompose, send/],
    [['fallout', 'list', '--older-than', '2w'], /It must be an age such as 30m, 2h or 3d/],
    [['fallout', 'skip', '--raised-before', 'noon'], /It must be a time such as/],
    [['fallout', 'assign', 'nobody', '--to', ' '], /\/owner must not be blank/],
    [['fallout', 'assign', '--kind', 'timeout'], /say who takes care of it: --to <owner>, or --to-nobody/],
    [['fallout', 'assign', 'nobody'], /say who takes care of it/],
    [['fallout', 'assign', 'nobody', '--to', 'asha', '--to-nobody'], /say who takes care of it/],
    [['fallout', 'retry-with-changes', 'nobody'], /required option '--changes <file>'/],
    [['rule', 'show', 'nobody'], /there is no rule with this id, nor an active one with this key/],
    [['rule', 'list', '--status', 'new'], /--status must be one of draft, active, retired/],
    [['rule', 'explain', 'nobody'], /there is no productOrder with this id/]
  ] as const) {
    const { code, stderr } = await runCrm(t, args, { DATABASE_URL })
    t.equal(code, 1, args.join(' '))
    t.match(stderr, expected)
    t.notMatch(stderr, /unexpected|\n.*\n/)
  }
})
