import type { Database } from '@crm-lite/adapters-db'
import Sqlite from 'better-sqlite3'
import { createCustomers, subscribe } from '../floors/events-create.ts'
import { TENANT } from '../floors/serve-floor.ts'
import type { EngineName } from '../options.ts'
import { withClient } from './postgres-data-set.ts'

interface Deliveries {
  readonly delivered: number
  readonly pending: number
  /** Among which they are spread evenly. */
  readonly subscriptions: number
}

/** Fills the queue in bulk, as it is after much was delivered and while much waits. Statistics of the database are as vacuum leaves them. */
export async function fillDeliveries(
  engine: EngineName,
  url: string,
  { delivered, pending, subscriptions }: Deliveries,
  database: Database
): Promise<void> {
  for (let each = 0; each < subscriptions; each++) await subscribe(database, `http://127.0.0.1:${20_000 + each}/events`)
  await database.deliveries.fanOut(() => false, subscriptions)
  await createCustomers(database.unitOfWork, 0, 1)
  const statements = [
    copyEvents(engine, pending / subscriptions),
    ...deliveryStatements(engine, { delivered, pending, subscriptions })
  ]
  if (engine === 'sqlite') fillSqlite(url, statements)
  else
    await withClient(url, async client => {
      await client.query('set synchronous_commit = off')
      for (const statement of statements) await client.query(statement)
      await client.query('vacuum analyze')
      await client.query('checkpoint')
    })
}

export function fillSqlite(url: string, statements: readonly string[]): void {
  const database = new Sqlite(url.replace(/^sqlite:/, ''))
  database.pragma('synchronous = off')
  for (const statement of statements) database.exec(statement)
  database.pragma('wal_checkpoint(truncate)')
  database.close()
}

/** So many events more, each of a customer of its own, like the newest one. */
function copyEvents(engine: EngineName, many: number): string {
  return `with newest as (select * from event order by position desc limit 1)
    insert into event (id, tenant, resource, resource_id, kind, revision, changed_paths, actor, correlation_id, at, document)
    select newest.id || '-' || n.value, tenant, resource, newest.resource_id || '-' || n.value, kind, revision, changed_paths, actor,
      correlation_id, at, document
    from newest cross join ${series(engine, many)}`
}

/** What is pending of a subscription is each of these events; what was delivered is of events that are gone. */
function deliveryStatements(engine: EngineName, { delivered, pending, subscriptions }: Deliveries): string[] {
  const each = pending / subscriptions
  const [transaction, value] = engine === 'postgres' ? ['event_transaction, ', "'1'::xid8, "] : ['', '']
  const [copied, copy] = engine === 'postgres' ? ['event_transaction, ', 'transaction_id, '] : ['', '']
  return [
    `insert into delivery (lane, resource_key, ${transaction}event_position, state, attempts, due_at_ms, created_at_ms, ended_at_ms)
      select (select min(lane) from delivery_lane) + n.value % ${subscriptions}, 'customer/' || n.value, ${value}0, 'done', 1,
        1700000000000 + n.value, 1700000000000 + n.value, 1700000000000 + n.value
      from ${series(engine, delivered)}`,
    `insert into delivery (lane, resource_key, ${copied}event_position, state, due_at_ms, created_at_ms)
      select l.lane, 'customer/' || e.resource_id, ${copy}e.position, 'pending', 1700000000000 + e.position, 1700000000000
      from (select * from event where tenant = '${TENANT}' order by position desc limit ${each}) as e cross join delivery_lane l`
  ]
}

/** The numbers from 1 to so many, as an item of FROM. */
export function series(engine: EngineName, many: number): string {
  if (engine === 'postgres') return `generate_series(1, ${many}) as n (value)`
  return `(with recursive n (value) as (select 1 union all select value + 1 from n where value < ${many}) select value from n) as n`
}
