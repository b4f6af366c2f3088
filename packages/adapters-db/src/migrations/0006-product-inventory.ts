import type { Migration } from './migration.ts'
import { computedTable, linkTableOf } from './resource-table.ts'

/** The products that customers have. */
export const productInventory: Migration = {
  name: '0006-product-inventory',
  statements: dialect => [
    ...computedTable(dialect, 'product', {
      status: 'status',
      product_serial_number: 'productSerialNumber',
      product_offering_id: 'productOffering.id'
    }),
    linkTableOf(dialect, 'product')
  ]
}
