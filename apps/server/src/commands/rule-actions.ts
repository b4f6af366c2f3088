import type { Database } from '@crm-lite/adapters-db'
import {
  everything,
  explainProvisioning,
  type Filter,
  type ItemExplanation,
  lifecycleStatuses,
  type ProvisioningRule,
  provisioningRuleDefinition,
  rulesInUse
} from '@crm-lite/domain'
import { systemClock } from '../compose.ts'
import { TENANT } from '../tenant.ts'
import { withDatabase } from './command-config.ts'
import { CommandFailed } from './failure.ts'
import { printTable } from './print-table.ts'

/** What `crm rule list` was asked. */
export interface RuleListOptions {
  readonly status?: string
  readonly limit: number
}

const print = (text: string) => void process.stdout.write(`${text}\n`)
const pathTo = (name: string, type: 'string' | 'number' = 'string') => ({ segments: [{ name, many: false }], type })

export function listRules({ status, limit }: RuleListOptions): Promise<void> {
  if (status !== undefined && !lifecycleStatuses.some(each => each === status))
    throw new CommandFailed(`--status must be one of ${lifecycleStatuses.join(', ')}`)
  const filter: Filter = status === undefined ? everything : { kind: 'in', path: pathTo('lifecycleStatus'), values: [status] }
  const sort = [pathTo('key'), pathTo('version', 'number')].map(path => ({ path, descending: false }))
  return withDatabase(async ({ store }) => {
    const query = { filter, sort, limit, offset: 0, count: true }
    const { items, total = 0 } = await store.list(TENANT, provisioningRuleDefinition, query)
    const rules = items.map(({ document }) => JSON.parse(document) as ProvisioningRule)
    printTable(['id', 'key', 'version', 'status', 'priority', 'name'], rules.map(rowOf))
    if (total > items.length) process.stderr.write(`there are ${total}: --limit shows more\n`)
  })
}

export function showRule(name: string): Promise<void> {
  return withDatabase(async database => print(JSON.stringify(await ruleCalled(database, name), null, 2)))
}

export function explainOrder(orderId: string, drafts?: readonly string[]): Promise<void> {
  return withDatabase(async ({ store }) => {
    const asked = { orderId, ...(drafts && { rule: drafts }) }
    const explanation = await explainProvisioning({ store, clock: systemClock }, TENANT, asked)
    for (const each of explanation) print(textOf(each))
  })
}

/** @throws {CommandFailed} when there is none */
async function ruleCalled({ store }: Database, name: string): Promise<ProvisioningRule> {
  const stored = await store.get(TENANT, provisioningRuleDefinition, name)
  if (stored) return JSON.parse(stored.document) as ProvisioningRule
  const { rule } = await rulesInUse({ get: async (definition, id) => store.get(TENANT, definition, id) })
  const active = rule.find(({ key }) => key === name)
  if (!active)
    throw new CommandFailed('there is no rule with this id, nor an active one with this key: `crm rule list` shows them')
  return active
}

function rowOf({ id, key, version, lifecycleStatus, priority = 0, name }: ProvisioningRule): string[] {
  return [id, key, String(version), lifecycleStatus, String(priority), name]
}

function textOf({ item, outcome, rule, match, otherRule, serviceOrder, product, problem }: ItemExplanation): string {
  const by = rule ? `rule ${rule.key} version ${rule.version}` : 'no rule'
  const others = otherRule.map(({ key, version }) => `${key} version ${version}`).join(', ')
  return [
    `item ${item.id} (${item.action}): ${by}, ${outcomes[outcome]}`,
    ...(match ? [`  because of ${JSON.stringify(match)}`] : []),
    ...(others === '' ? [] : [`  would match too: ${others}`]),
    ...problem.map(({ pointer, message }) => `  ${pointer === '' ? '' : `${pointer} `}${message}`),
    ...(serviceOrder ? [indented('service order', serviceOrder)] : []),
    ...(product ? [indented(`product (${product.change})`, product.product ?? { id: product.id })] : [])
  ].join('\n')
}

const outcomes: Readonly<Record<ItemExplanation['outcome'], string>> = {
  request: 'a service order is sent',
  nothing: 'completed without the FMS',
  impossible: 'a fallout record, as the rule cannot be applied'
}

function indented(title: string, value: unknown): string {
  return `${title}\n${JSON.stringify(value, null, 2)}`.replaceAll(/^/gm, '  ')
}
