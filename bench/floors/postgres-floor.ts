/**
 * The floor on PostgreSQL: what a server costs that does nothing but the work itself, with one named statement a request.
 *
 * Argument: the database, of the server that is measured for reading, one whose table has no further indexes for inserting.
 */
import pg from 'pg'
import { v7 } from 'uuid'
import { announce, bareFastify, PAGE_LENGTH, TENANT, withId } from './serve-floor.ts'

const url = process.argv[2]
if (url === undefined) throw new Error('usage: postgres-floor <url>')

/** As many as the server that is measured has. */
const MAX_CONNECTIONS = 10
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

let waiting: { id: string; document: string; done: () => void }[] = []
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
  await pool.query({ ...insert, values: [TENANT, batch.map(each => each.id), batch.map(each => each.document)] })
  for (const { done } of batch) done()
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
  waiting.push({ id, document, done: () => reply.code(201).type('application/json').send(document) })
  if (isScheduled) return
  isScheduled = true
  setImmediate(send)
})
await announce(app)
