import { DomainError, type ResourceDefinition, resourceIn } from '@crm-lite/domain'
import { linkTable } from '../table-names.ts'
import type { DocumentUpdate, TableWrites } from '../write-set.ts'
import { type Column, type ColumnValue, columnsOf } from './sqlite-columns.ts'
import type { SqliteConnection } from './sqlite-connection.ts'

const LINKS_PER_STATEMENT = 8

/**
 * Writes the rows of one resource table and its links, in the transaction that is open.
 *
 * @throws {DomainError} `staleRevision` when something else is stored than what is replaced
 */
export function writeTable(connection: SqliteConnection, tenant: string, writes: TableWrites): void {
  const texts = textsOf(writes.definition, writes.table)
  for (const { stored, resource } of writes.inserts) {
    const values = texts.columns.map(column => column.valueIn(resource))
    connection.prepare(texts.insert).run(tenant, stored.id, stored.revision, stored.document, ...values)
  }
  for (const update of writes.updates) {
    const { stored, before } = update
    const { names, values } = changedColumns(texts.columns, update)
    const statement = connection.prepare(texts.update(names))
    expectOne(statement.run(stored.revision, stored.document, ...values, tenant, stored.id, before.revision).changes)
  }
  for (const { id, revision } of writes.deletes) {
    expectOne(connection.prepare(texts.delete).run(tenant, id, revision).changes)
  }
  for (const { attribute, value, id } of writes.linksRemoved) {
    connection.prepare(texts.unlink).run(tenant, attribute, value, id)
  }
  for (let from = 0; from < writes.linksAdded.length; from += LINKS_PER_STATEMENT) {
    const links = writes.linksAdded.slice(from, from + LINKS_PER_STATEMENT)
    const values = links.flatMap(({ attribute, value, id }) => [tenant, attribute, value, id])
    connection.prepare(texts.link(links.length)).run(...values)
  }
}

/** A column that is named in an update has its index written again, whatever its value. */
function changedColumns(columns: readonly Column[], { resource, before }: DocumentUpdate) {
  const names: string[] = []
  const values: ColumnValue[] = []
  if (columns.length === 0) return { names, values }
  const earlier = resourceIn(before)
  for (const { name, valueIn } of columns) {
    const value = valueIn(resource)
    if (value === valueIn(earlier)) continue
    names.push(name)
    values.push(value)
  }
  return { names, values }
}

/** Work reads and writes in one transaction, so only a resource that was read before it can be stale. */
function expectOne(changes: number): void {
  if (changes !== 1) throw new DomainError('staleRevision', 'the resource has changed since it was read')
}

/** The statements of a table, by which their prepared form is found: made once, as each new text is hashed to be found. */
class Texts {
  readonly columns: readonly Column[]
  readonly insert: string
  readonly delete: string
  readonly unlink: string
  readonly #table: string
  readonly #updates = new Map<string, string>()
  readonly #links: string[] = []

  constructor(definition: ResourceDefinition, table: string) {
    this.#table = table
    this.columns = columnsOf(definition)
    const names = ['tenant', 'id', 'revision', 'document', ...this.columns.map(({ name }) => name)]
    this.insert = `insert into "${table}" (${names.join(', ')}) values (${names.map(() => '?').join(', ')})`
    this.delete = `delete from "${table}" where tenant = ? and id = ? and revision = ?`
    this.unlink = `delete from "${linkTable(table)}" where tenant = ? and attribute = ? and value = ? and id = ?`
  }

  /** Its values: the revision, the document, the columns, and the tenant, the id and the revision that must be there. */
  update(columns: readonly string[]): string {
    const key = columns.join()
    let text = this.#updates.get(key)
    if (!text) {
      const set = ['revision', 'document', ...columns].map(name => `${name} = ?`).join(', ')
      text = `update "${this.#table}" set ${set} where tenant = ? and id = ? and revision = ?`
      this.#updates.set(key, text)
    }
    return text
  }

  link(rows: number): string {
    this.#links[rows] ??=
      `insert into "${linkTable(this.#table)}" (tenant, attribute, value, id) values ${new Array(rows).fill('(?, ?, ?, ?)').join(', ')}`
    return this.#links[rows]
  }
}

const known = new WeakMap<ResourceDefinition, Texts>()

function textsOf(definition: ResourceDefinition, table: string): Texts {
  let texts = known.get(definition)
  if (!texts) {
    texts = new Texts(definition, table)
    known.set(definition, texts)
  }
  return texts
}
