/**
 * The floor of placing orders on PostgreSQL: the rows that an order makes, with other ids, in one named statement.
 *
 * Argument: a database with the tables of the server that is measured.
 */
import pg from 'pg'
import { v7 } from 'uuid'
import { rowsOfOrder, textOf } from './orders-rows.ts'
import { announce, bareFastify, TENANT } from './serve-floor.ts'

const url = process.argv[2]
if (url === undefined) throw new Error('usage: postgres-orders-floor <url>')

/** As many as the server that is measured has. */
const MAX_CONNECTIONS = 13
const BATCHES_IN_FLIGHT = 2

const pool = new pg.Pool({ connectionString: url, max: MAX_CONNECTIONS })
const rows = await rowsOfOrder()

/** The parameters: the tenant, the ids, and for each kind of row what differs from order to order. */
const documentTables = rows.documents.map(({ table }) => table)
const eventAt = 3 + documentTables.length
const statement = {
  name: 'orders',
  text: `with ${[
    ...documentTables.map(
      (table, index) =>
        `d${index} as (insert into ${table} (tenant, id, revision, document)
          select $1, id, 1, document from unnest($2::text[], $${3 + index}::jsonb[]) as row (id, document))`
    ),
    `links as (insert into product_order_link (tenant, attribute, value, id)
      select $1, l.attribute, l.value, o.id from unnest($2::text[]) as o (id) cross join (values ${rows.links
        .map(({ attribute, value }) => `('${attribute}', '${value}')`)
        .join(', ')}) as l (attribute, value))`,
    ...rows.events.map(
      ({ resource, kind, revision, actor, correlationId }, index) =>
        `e${index} as (insert into event (id, tenant, resource, resource_id, kind, revision, changed_paths, actor, correlation_id, at, document)
          select event_id, $1, '${resource}', id, '${kind}', ${revision}, '[]', '${actor}', '${correlationId}', $${eventAt}, document
          from unnest($${eventAt + 1 + index * 2}::text[], $2::text[], $${eventAt + 2 + index * 2}::text[]) as row (event_id, id, document))`
    ),
    ...rows.work.map(
      ({ kind, dueAt }, index) =>
        `w${index} as (insert into due_work (tenant, kind, id, due_at_ms, claimable_at_ms, attempts)
          select $1, '${kind}', id, ${Date.parse(dueAt)}, ${Date.parse(dueAt)}, 0 from unnest($2::text[]) as row (id))`
    )
  ].join(', ')} select 1`
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
  const texts = (document: string) => batch.map(({ id }) => textOf(document, rows, id))
  await pool.query({
    ...statement,
    values: [
      TENANT,
      batch.map(({ id }) => id),
      ...rows.documents.map(({ table, document }) =>
        table === 'product_order' ? batch.map(each => each.document) : texts(document)
      ),
      new Date().toISOString(),
      ...rows.events.flatMap(({ kind, document }) => [
        batch.map(() => v7()),
        kind === 'created' ? batch.map(each => each.document) : texts(document)
      ])
    ]
  })
  for (const { done } of batch) done()
}

const template = rows.documents.find(({ table }) => table === 'product_order')?.document ?? ''
const app = bareFastify()
app.post('/productOrder', (_request, reply) => {
  const id = v7()
  const document = textOf(template, rows, id)
  waiting.push({ id, document, done: () => reply.code(201).type('application/json').send(document) })
  if (isScheduled) return
  isScheduled = true
  setImmediate(send)
})
await announce(app)
