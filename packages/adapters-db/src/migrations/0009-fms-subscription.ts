import type { Migration } from './migration.ts'
import { resourceTable } from './resource-table.ts'

/** What is registered at the hub of the fulfilment management system. */
export const fmsSubscription: Migration = {
  name: '0009-fms-subscription',
  statements: dialect => resourceTable(dialect, 'fms_subscription', {})
}
