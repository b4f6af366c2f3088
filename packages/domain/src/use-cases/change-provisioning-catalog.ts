import type { RuleChange } from '../fulfilment/decide-rule.ts'
import {
  initialProvisioningCatalog,
  PROVISIONING_CATALOG_ID,
  type ProvisioningCatalog,
  provisioningCatalogDefinition
} from '../fulfilment/provisioning-catalog.ts'
import type { ProvisioningRule } from '../fulfilment/provisioning-rule.ts'
import type { StoredResource } from '../kernel/resource.ts'
import type { Transaction } from '../ports/unit-of-work.ts'
import { provisioningCatalogIn } from './rules-in-use.ts'

export interface OpenProvisioningCatalog {
  readonly stored: StoredResource
  readonly catalog: ProvisioningCatalog
}

/** The rules in use, to be changed: whoever opens them stores them again, so that two who do come one after the other. */
export async function openProvisioningCatalog(transaction: Transaction): Promise<OpenProvisioningCatalog> {
  const stored = await transaction.get(provisioningCatalogDefinition, PROVISIONING_CATALOG_ID)
  if (stored) return { stored, catalog: provisioningCatalogIn(stored) }
  const catalog = initialProvisioningCatalog
  return { stored: transaction.insert(provisioningCatalogDefinition, catalog), catalog }
}

export function storeProvisioningCatalog(
  transaction: Transaction,
  { stored }: OpenProvisioningCatalog,
  catalog: ProvisioningCatalog
): void {
  transaction.update(provisioningCatalogDefinition, stored, catalog)
}

/** The number of the latest version of a rule, 0 when there is none. */
export function lastRuleVersion({ lastVersion }: ProvisioningCatalog, key: string): number {
  return lastVersion.find(each => each.key === key)?.version ?? 0
}

export function withRuleVersion(
  catalog: ProvisioningCatalog,
  { key, version }: Pick<ProvisioningRule, 'key' | 'version'>
): ProvisioningCatalog {
  const others = catalog.lastVersion.filter(each => each.key !== key)
  return { ...catalog, lastVersion: [...others, { key, version }] }
}

/** The rules in use after one was taken into or out of use. */
export function rulesAfter(
  rules: readonly ProvisioningRule[],
  { rule, retired }: Pick<RuleChange, 'rule' | 'retired'>
): ProvisioningRule[] {
  const gone = new Set([rule.id, ...retired.map(({ id }) => id)])
  const kept = rules.filter(({ id }) => !gone.has(id))
  return rule.lifecycleStatus === 'active' ? [...kept, rule] : kept
}
