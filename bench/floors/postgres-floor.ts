/**
 * The floor on PostgreSQL: what a server costs that does nothing but the work itself, with one named statement a request.
 *
 * Arguments: the database, of the server that is measured for reading, one whose table has no further indexes for inserting; `rows` to
 * insert all the rows that a customer makes, into the tables of the server that is measured.
 */
import pg from 'pg'
import { v7 } from 'uuid'
import { linksOfCustomer } from './customer-rows.ts'
import { announce, bareFastify, PAGE_LENGTH, TENANT, withId } from './serve-floor.ts'

const url = process.argv[2]
const withRows = process.argv[3] === 'rows'
if (url === undefined) throw new Error('usage: postgres-floor <url>')

/** As many as the server that is measured has. */
const MAX_CONNECTIONS = 13
const BATCHES_IN_FLIGHT = 2

const pool = new pg.Pool({ connectionString: url, max: MAX_CONNECTIONS })

const one = { name: 'one', text: 'select document::text from customer where tenant = $1 and id = $2', rowMode: 'array' as const }
const page = {
  name: 'page',
  text: `select '[' || string_agg(document::text, ',') || ']'
    from (select document from customer where tenant = $1 order by id limit $2) as page`,
  rowMode: 'array' as const
}
const insert = {
  name: 'insert',
  text: 'insert into customer (tenant, id, revision, document) select $1, id, 1, document from unnest($2::text[], $3::jsonb[]) as row (id, document)'
}

/** All of it in one statement, one round trip. */
const insertRows = {
  name: 'rows',
  text: `with made as (
      insert into customer (tenant, id, revision, document)
      select $1, id, 1, document::jsonb from unnest($2::text[], $3::text[]) as row (id, document)
    ), linked as (
      insert into customer_link (tenant, attribute, value, id)
      select $1, attribute, value, id from unnest($4::text[], $5::text[], $6::text[]) as link (attribute, value, id)
    )
    insert into event (id, tenant, resource, resource_id, kind, revision, changed_paths, actor, correlation_id, at, document)
    select id, $1, 'customer', resource_id, 'created', 1, '[]', 'anonymous', resource_id, $8, document
    from unnest($7::text[], $2::text[], $3::text[]) as row (id, resource_id, document)`
}

let waiting: { id: string; document: string; body: unknown; done: () => void }[] = []
let inFlight = 0
let isScheduled = false

/** What arrives while two batches are on their way goes with the next one. */
function send(): void {
  isScheduled = false
  while (waiting.length > 0 && inFlight < BATCHES_IN_FLIGHT) {
    const batch = waiting
    waiting = []
    inFlight++
    void commit(batch).finally(() => {
      inFlight--
      send()
    })
  }
}

async function commit(batch: typeof waiting): Promise<void> {
  const values: unknown[] = [TENANT, batch.map(each => each.id), batch.map(each => each.document)]
  await pool.query(withRows ? { ...insertRows, values: [...values, ...restOf(batch)] } : { ...insert, values })
  for (const { done } of batch) done()
}

function restOf(batch: typeof waiting): unknown[] {
  const links = batch.flatMap(({ id, body }) => linksOfCustomer(id, body))
  const linkColumns = [links.map(each => each.attribute), links.map(each => each.value), links.map(each => each.id)]
  return [...linkColumns, batch.map(() => v7()), new Date().toISOString()]
}

const app = bareFastify()
app.get<{ Params: { id: string } }>('/customer/:id', async (request, reply) => {
  const { rows } = await pool.query<[string]>({ ...one, values: [TENANT, request.params.id] })
  reply.type('application/json')
  return rows[0]?.[0]
})
app.get('/customer', async (_request, reply) => {
  const { rows } = await pool.query<[string]>({ ...page, values: [TENANT, PAGE_LENGTH] })
  reply.type('application/json')
  return rows[0]?.[0]
})
app.post('/customer', (request, reply) => {
  const id = v7()
  const document = withId(id, request.body)
  waiting.push({ id, document, body: request.body, done: () => reply.code(201).type('application/json').send(document) })
  if (isScheduled) return
  isScheduled = true
  setImmediate(send)
})
await announce(app)
