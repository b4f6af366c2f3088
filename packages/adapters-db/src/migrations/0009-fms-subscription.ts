import type { Migration } from './migration.ts'
import { computedTable } from './resource-table.ts'

/** What is registered at the hub of the fulfilment management system. */
export const fmsSubscription: Migration = {
  name: '0009-fms-subscription',
  statements: dialect => computedTable(dialect, 'fms_subscription', {})
}
