import type { DefinitionOf, Resource } from '../kernel/resource.ts'
import type { ProvisioningRule } from './provisioning-rule.ts'

/** The id of the one catalogue that there is. */
export const PROVISIONING_CATALOG_ID = 'default'

/**
 * The rules that orders are provisioned by, in one place, so that accepting an order reads one row: rewritten in the transaction of whatever
 * changes a rule's lifecycle, which therefore come one after the other. Absent: there is no rule.
 */
export interface ProvisioningCatalog extends Resource {
  /** All that are active. */
  rule: ProvisioningRule[]
  /** The highest version of each key that was ever made: none is used twice, also when a draft was deleted. */
  lastVersion: { key: string; version: number }[]
}

/** Internal: served by no API. */
export const provisioningCatalogDefinition = {
  name: 'provisioningCatalog',
  type: 'ProvisioningCatalog',
  stateAttribute: '@type',
  mandatory: ['rule', 'lastVersion'],
  indexed: []
} as const satisfies DefinitionOf<ProvisioningCatalog>

/** Before anybody has made a rule. */
export const initialProvisioningCatalog: ProvisioningCatalog = {
  id: PROVISIONING_CATALOG_ID,
  '@type': provisioningCatalogDefinition.type,
  rule: [],
  lastVersion: []
}
