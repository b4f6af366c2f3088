import { sql } from 'kysely'
import type { IndexedType, Migration, MigrationDialect } from './migration.ts'
import type { IndexedColumns } from './resource-table.ts'

/**
 * SQLite computed the columns that indexes are made of from the document, twice for each index at every change, and wrote every entry anew.
 * From now on they are written with the document, and only those that have changed.
 */
export const writtenColumns: Migration = {
  name: '0011-written-columns',
  statements: dialect =>
    dialect.name === 'sqlite' ? Object.entries(tables).flatMap(([table, columns]) => turnedOver(dialect, table, columns)) : []
}

const tables: Readonly<Record<string, IndexedColumns>> = {
  customer: { name: 'name', status: 'status', engaged_party_id: 'engagedParty.id' },
  individual: { given_name: 'givenName', family_name: 'familyName', status: 'status' },
  organization: {
    trading_name: 'tradingName',
    name: 'name',
    status: 'status',
    parent_id: 'organizationParentRelationship.organization.id'
  },
  event_subscription: { api: 'api', state: 'state' },
  product_order: {
    state: 'state',
    external_id: 'externalId',
    category: 'category',
    order_date: ['orderDate', 'dateTime'],
    billing_account_id: 'billingAccount.id'
  },
  cancel_product_order: { state: 'state', product_order_id: 'productOrder.id' },
  order_history: { order_id: 'order.id', date: ['date', 'dateTime'] },
  journey: { product_order_id: 'productOrder.id', key_of_specification: 'specification.key', state: 'state' },
  journey_specification: { key: 'key', version: ['version', 'number'], lifecycle_status: 'lifecycleStatus' },
  calendar: { name: 'name' },
  tracking_token: { product_order_id: 'productOrder.id', expires_at: ['expiresAt', 'dateTime'] },
  product: { status: 'status', product_serial_number: 'productSerialNumber', product_offering_id: 'productOffering.id' },
  provisioning_rule: { key: 'key', version: ['version', 'number'], lifecycle_status: 'lifecycleStatus' },
  fulfilment: { product_order_id: 'productOrder.id', service_order_id: 'serviceOrder.id' },
  fallout: {
    status: 'status',
    kind: 'kind',
    owner: 'owner',
    product_order_id: 'productOrder.id',
    raised_at: ['raisedAt', 'dateTime']
  }
}

function turnedOver(dialect: MigrationDialect, table: string, indexed: IndexedColumns) {
  const columns = Object.entries(indexed).map(([name, column]) => {
    const [path, type]: readonly [string, IndexedType] = typeof column === 'string' ? [column, 'string'] : column
    return { name, index: sql.ref(`${table}_${name}`), ...dialect.columnOf(path, type) }
  })
  const filled = columns.map(({ name, value }) => sql`${sql.ref(name)} = ${value}`)
  return [
    ...columns.flatMap(({ name, index, type }) => [
      sql`drop index ${index}`,
      sql`alter table ${sql.table(table)} drop column ${sql.ref(name)}`,
      sql`alter table ${sql.table(table)} add column ${sql.ref(name)} ${type}`
    ]),
    sql`update ${sql.table(table)} set ${sql.join(filled)}`,
    ...columns.map(({ name, index }) => sql`create index ${index} on ${sql.table(table)} (tenant, ${sql.ref(name)}, id)`)
  ]
}
