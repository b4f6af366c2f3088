import { join } from 'node:path'
import { openDatabase } from '@crm-lite/adapters-db'
import {
  acceptProductOrder,
  activateProvisioningRule,
  createProvisioningRule,
  defaultFulfilmentSettings,
  everything,
  type Fallout,
  falloutDefinition,
  placeProductOrder,
  stepFulfilment
} from '@crm-lite/domain'
import { MemoryFms } from '@crm-lite/domain/testing'
import t, { type Test } from 'tap'
import { uuidV7Ids } from './ids.ts'
import { TENANT } from './tenant.ts'
import { newSqliteUrl, runCrm } from './testing/start-crm.ts'

t.setTimeout(240_000)

const clock = { now: () => new Date() }
const context = { tenant: TENANT, actor: 'tester', correlationId: 'test' }

/** A database with a rule, a draft of its next version, and orders that the FMS has refused. */
async function world(t: Test, count: number) {
  const DATABASE_URL = newSqliteUrl(t)
  const database = await openDatabase({ url: DATABASE_URL, clock, exclusive: true })
  const fms = new MemoryFms()
  const fulfilment = { settings: defaultFulfilmentSettings, random: () => 0, canLookUp: true }
  const dependencies = { ...database, ids: uuidV7Ids, clock, fms, fulfilment }
  const rule = { key: 'fibre', name: 'Fibre', match: { productOfferingId: ['fibre'] }, serviceOrderItem: [{ key: 'line' }] }
  const active = (await createProvisioningRule(dependencies, rule, context)).stored.id
  await activateProvisioningRule(dependencies, { id: active }, context)
  const draft = await createProvisioningRule(dependencies, { ...rule, serviceOrderItem: [{ key: 'glass' }] }, context)
  const orders: string[] = []
  for (let index = 0; index < count; index++) {
    const input = { productOrderItem: [{ id: '1', action: 'add' as const, productOffering: { id: 'fibre' } }] }
    const { id } = (await placeProductOrder(dependencies, input, context)).stored
    await acceptProductOrder(dependencies, id, context)
    fms.failNext('create', 'refuses')
    await stepFulfilment(dependencies, `${id}:1:1`, context)
    orders.push(id)
  }
  const query = { filter: everything, sort: [], limit: count, offset: 0, count: false }
  const { items } = await database.store.list(TENANT, falloutDefinition, query)
  const fallouts = new Map(items.map(({ id, document }) => [(JSON.parse(document) as Fallout).productOrder.id, id]))
  await database.close()
  const crm = (...args: string[]) => runCrm(t, args, { DATABASE_URL })
  return { crm, active, draft: draft.stored.id, orders, falloutOf: (index: number) => fallouts.get(orders[index]!)! }
}

t.test('fallout is listed, shown and decided about from the command line, one by one and many at once', async t => {
  const { crm, orders, falloutOf } = await world(t, 6)
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

t.test('rules are listed and shown, and what they make of an order is explained', async t => {
  const { crm, active, draft, orders } = await world(t, 1)
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
    [['fallout', 'retry'], /name one record, or choose some with --kind, --status or --order/],
    [['fallout', 'retry', 'nobody', '--kind', 'timeout'], /name one record, or choose some/],
    [['fallout', 'list', '--kind', 'late'], /--kind must be one of notDecomposable, /],
    [['fallout', 'list', '--status', 'new'], /--status must be one of open, assigned, resolved/],
    [['fallout', 'assign', 'nobody', '--to', ' '], /\/owner must not be blank/],
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
