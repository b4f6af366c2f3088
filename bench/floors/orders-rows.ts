import { type Database, openDatabase } from '@crm-lite/adapters-db'
import {
  type DomainEvent,
  type DueWork,
  initialJourneyCatalog,
  type JourneyCatalog,
  journeyCatalogDefinition,
  type NewProductOrder,
  placeProductOrder,
  type StoredResource,
  type UnitOfWork
} from '@crm-lite/domain'
import { type ColumnValue, columnsOf } from '../../packages/adapters-db/src/dialects/sqlite-columns.ts'
import { WriteSet } from '../../packages/adapters-db/src/write-set.ts'
import { benchSpecification, orderOf } from '../data/bench-order.ts'
import { clock, context, ids } from './events-world.ts'
import { TENANT } from './serve-floor.ts'

const catalog: JourneyCatalog = { ...initialJourneyCatalog, specification: [benchSpecification] }

/** Has orders on a database follow the journey of the benchmark. */
export async function withJourney(url: string): Promise<void> {
  const database: Database = await openDatabase({ url, clock, exclusive: true })
  await database.unitOfWork.run(TENANT, async transaction => {
    const stored = await transaction.get(journeyCatalogDefinition, catalog.id)
    if (stored) transaction.update(journeyCatalogDefinition, stored, catalog)
    else transaction.insert(journeyCatalogDefinition, catalog)
  })
  await database.close()
}

export interface DocumentRow {
  readonly table: string
  readonly id: string
  readonly document: string
  /** What SQLite has beside the document, for indexes. */
  readonly columns: readonly { readonly name: string; readonly value: ColumnValue }[]
}

/** What placing an order writes: every row with the text that it has. */
export interface OrderRows {
  /** The id of the order and of its journey, which stands in every text. */
  readonly id: string
  readonly documents: readonly DocumentRow[]
  readonly links: readonly { readonly table: string; readonly attribute: string; readonly value: string }[]
  readonly events: readonly DomainEvent[]
  readonly work: readonly DueWork[]
}

/** Places an order of the benchmark nowhere and tells what would have been stored. */
export async function rowsOfOrder(input: NewProductOrder = orderOf(0)): Promise<OrderRows> {
  const writes = new WriteSet(TENANT, {})
  const stored: StoredResource = { id: catalog.id, revision: 1, document: JSON.stringify(catalog) }
  const unitOfWork: UnitOfWork = {
    run: (_tenant, work) =>
      work({
        get: async definition => (definition.name === journeyCatalogDefinition.name ? stored : undefined),
        insert: (definition, resource) => writes.insert(definition, resource),
        update: (definition, current, resource) => writes.update(definition, current, resource),
        delete: (definition, current) => writes.delete(definition, current),
        publish: event => writes.publish(event),
        schedule: due => writes.schedule(due),
        unschedule: (kind, id) => writes.unschedule(kind, id),
        recall: async () => undefined,
        remember: () => undefined
      })
  }
  const { stored: order } = await placeProductOrder({ unitOfWork, ids, clock }, input, context)
  return {
    id: order.id,
    documents: writes.tables().flatMap(({ table, definition, inserts }) =>
      inserts.map(({ stored: { id, document }, resource }) => {
        const columns = columnsOf(definition).map(({ name, valueIn }) => ({ name, value: valueIn(resource) }))
        return { table, id, document, columns }
      })
    ),
    links: writes.tables().flatMap(({ table, linksAdded }) => linksAdded.map(link => ({ table, ...link }))),
    events: writes.events,
    work: writes.work.map(({ kind, id, dueAtMs }) => ({ kind, id, dueAt: new Date(dueAtMs ?? 0).toISOString() }))
  }
}

/** A text of one order as that of another one: as long as it was. */
export function textOf(document: string, { id }: OrderRows, newId: string): string {
  return document.replaceAll(id, newId)
}
