import type { Migration } from './migration.ts'
import { computedTable } from './resource-table.ts'

/** What is sent to the fulfilment management system, by which rules, and what went wrong there. */
export const provisioning: Migration = {
  name: '0008-provisioning',
  statements: dialect => [
    ...computedTable(dialect, 'provisioning_rule', {
      key: 'key',
      version: ['version', 'number'],
      lifecycle_status: 'lifecycleStatus'
    }),
    ...computedTable(dialect, 'provisioning_catalog', {}),
    ...computedTable(dialect, 'fulfilment', {
      product_order_id: 'productOrder.id',
      service_order_id: 'serviceOrder.id'
    }),
    ...computedTable(dialect, 'fallout', {
      status: 'status',
      kind: 'kind',
      owner: 'owner',
      product_order_id: 'productOrder.id',
      raised_at: ['raisedAt', 'dateTime']
    })
  ]
}
