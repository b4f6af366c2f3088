/**
 * The floor on SQLite: what a server costs that does nothing but the work itself, with one hand-prepared statement a request.
 *
 * Arguments: the database, of the server that is measured for reading, one whose table has no further indexes for inserting; `rows` to
 * insert all the rows that a customer makes, into the tables of the server that is measured.
 */
import { type Customer, customerDefinition } from '@crm-lite/domain'
import Sqlite from 'better-sqlite3'
import { v7 } from 'uuid'
import { columnsOf } from '../../packages/adapters-db/src/dialects/sqlite-columns.ts'
import { linksOfCustomer } from './customer-rows.ts'
import { announce, bareFastify, PAGE_LENGTH, TENANT, withId } from './serve-floor.ts'

const file = process.argv[2]?.replace(/^sqlite:/, '')
const withRows = process.argv[3] === 'rows'
if (file === undefined) throw new Error('usage: sqlite-floor <url>')

/** As the server that is measured has it: the difference shall not be a setting of the engine. */
function open(readonly: boolean): Sqlite.Database {
  const database = new Sqlite(file, { readonly })
  database.pragma(`cache_size = ${readonly ? -8_192 : -16_384}`)
  database.pragma('synchronous = FULL')
  return database
}

const reader = open(true)
const one = reader.prepare<[string, string], string>('select document from customer where tenant = ? and id = ?').pluck()
const page = reader
  .prepare<[string, number], string>('select document from customer where tenant = ? order by id limit ?')
  .pluck()

const writer = open(false)
/** None where the table has no further indexes. */
const columns = columnsOf(customerDefinition).filter(({ name }) => hasColumn(name))
const insert = writer.prepare<unknown[]>(
  `insert into customer (tenant, id, revision, document${columns.map(({ name }) => `, ${name}`).join('')})
   values (?, ?, 1, ?${columns.map(() => ', ?').join('')})`
)

function hasColumn(name: string): boolean {
  return writer.prepare('select 1 from pragma_table_info(?) where name = ?').get('customer', name) !== undefined
}

let waiting: { id: string; document: string; body: unknown; done: () => void }[] = []

function insertAll({ id, document, body }: (typeof waiting)[number]): void {
  insert.run(TENANT, id, document, ...columns.map(({ valueIn }) => valueIn(body as Customer)))
  if (!withRows) return
  for (const { attribute, value } of linksOfCustomer(id, body)) insertLink().run(TENANT, attribute, value, id)
  insertEvent().run(v7(), TENANT, id, id, new Date().toISOString(), document)
}

const insertLink = once(() =>
  writer.prepare<unknown[]>('insert into customer_link (tenant, attribute, value, id) values (?, ?, ?, ?)')
)
const insertEvent = once(() =>
  writer.prepare<unknown[]>(
    `insert into event (id, tenant, resource, resource_id, kind, revision, changed_paths, actor, correlation_id, traceparent, at, document)
     values (?, ?, 'customer', ?, 'created', 1, '[]', 'anonymous', ?, null, ?, ?)`
  )
)

function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}

/** Everything that arrived in one turn of the event loop, in one commit. */
function commit(): void {
  const batch = waiting
  waiting = []
  writer.exec('begin immediate')
  for (const each of batch) insertAll(each)
  writer.exec('commit')
  for (const { done } of batch) done()
}

const app = bareFastify()
app.get<{ Params: { id: string } }>('/customer/:id', (request, reply) => {
  reply.type('application/json').send(one.get(TENANT, request.params.id))
})
app.get('/customer', (_request, reply) => {
  reply.type('application/json').send(`[${page.all(TENANT, PAGE_LENGTH).join(',')}]`)
})
app.post('/customer', (request, reply) => {
  const id = v7()
  const document = withId(id, request.body)
  waiting.push({ id, document, body: request.body, done: () => reply.code(201).type('application/json').send(document) })
  if (waiting.length === 1) setImmediate(commit)
})
await announce(app)
