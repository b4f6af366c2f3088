/**
 * The floor of placing orders on SQLite: the rows that an order makes, with other ids, by hand-prepared statements.
 *
 * Argument: a database with the tables of the server that is measured.
 */
import Sqlite from 'better-sqlite3'
import { v7 } from 'uuid'
import { registerFunctions } from '../../packages/adapters-db/src/dialects/sqlite-functions.ts'
import { type DocumentRow, type OrderRows, rowsOfOrder, textOf } from './orders-rows.ts'
import { announce, bareFastify, TENANT } from './serve-floor.ts'

const file = process.argv[2]?.replace(/^sqlite:/, '')
if (file === undefined) throw new Error('usage: sqlite-orders-floor <url>')

const database = new Sqlite(file)
database.pragma('cache_size = -16384')
database.pragma('synchronous = FULL')
registerFunctions(database)
const rows = await rowsOfOrder()

function insertOf({ table, columns }: DocumentRow) {
  const names = columns.map(({ name }) => `, ${name}`).join('')
  const values = columns.map(() => ', ?').join('')
  return database.prepare<unknown[]>(
    `insert into "${table}" (tenant, id, revision, document${names}) values (?, ?, 1, ?${values})`
  )
}
const inserts = rows.documents.map(row => ({ ...row, insert: insertOf(row) }))
const links = linkInsert(rows)
const insertEvent = database.prepare<unknown[]>(
  `insert into event (id, tenant, resource, resource_id, kind, revision, changed_paths, actor, correlation_id, traceparent, at, document)
   values (?, ?, ?, ?, ?, ?, ?, ?, ?, null, ?, ?)`
)
const insertWork = database.prepare<unknown[]>(
  'insert into due_work (tenant, kind, id, due_at_ms, claimable_at_ms, attempts) values (?, ?, ?, ?, ?, 0)'
)

/** All links of an order in one statement. */
function linkInsert({ links }: OrderRows) {
  const values = links.map(() => '(?, ?, ?, ?)').join(', ')
  return database.prepare<unknown[]>(`insert into product_order_link (tenant, attribute, value, id) values ${values}`)
}

function insertOrder(id: string, order: string): void {
  for (const { table, document, columns, insert } of inserts) {
    const values = columns.map(({ value }) => (typeof value === 'string' ? textOf(value, rows, id) : value))
    insert.run(TENANT, id, table === 'product_order' ? order : textOf(document, rows, id), ...values)
  }
  links.run(...rows.links.flatMap(({ attribute, value }) => [TENANT, attribute, value, id]))
  for (const { kind, resource, revision, actor, correlationId, document } of rows.events) {
    const text = kind === 'created' ? order : textOf(document, rows, id)
    insertEvent.run(v7(), TENANT, resource, id, kind, revision, '[]', actor, correlationId, new Date().toISOString(), text)
  }
  for (const { kind, dueAt } of rows.work) insertWork.run(TENANT, kind, id, Date.parse(dueAt), Date.parse(dueAt))
}

let waiting: { id: string; document: string; done: () => void }[] = []

/** Everything that arrived in one turn of the event loop, in one commit. */
function commit(): void {
  const batch = waiting
  waiting = []
  database.exec('begin immediate')
  for (const { id, document } of batch) insertOrder(id, document)
  database.exec('commit')
  for (const { done } of batch) done()
}

const template = rows.documents.find(({ table }) => table === 'product_order')?.document ?? ''
const app = bareFastify()
app.post('/productOrder', (_request, reply) => {
  const id = v7()
  const document = textOf(template, rows, id)
  waiting.push({ id, document, done: () => reply.code(201).type('application/json').send(document) })
  if (waiting.length === 1) setImmediate(commit)
})
await announce(app)
