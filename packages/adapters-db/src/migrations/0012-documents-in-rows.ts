import { sql } from 'kysely'
import type { Migration } from './migration.ts'

/** What is changed several times on an order's way, and is a little longer than what PostgreSQL keeps in a row as it is. */
const tables = ['product_order', 'journey', 'fulfilment', 'product']

/**
 * PostgreSQL compresses what is longer than 2 kB at every change, and expands it at every read: of a journey that is half of what either
 * costs. Documents of up to 4 kB are kept as they are.
 */
export const documentsInRows: Migration = {
  name: '0012-documents-in-rows',
  statements: ({ name }) =>
    name === 'postgres' ? tables.map(table => sql`alter table ${sql.table(table)} set (toast_tuple_target = 4096)`) : []
}
