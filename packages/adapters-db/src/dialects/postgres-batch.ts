import { type DomainEvent, IDEMPOTENCY_RETENTION_MS } from '@crm-lite/domain'
import { linkTable } from '../table-names.ts'
import type { RememberedRow, TableWrites, WorkRow, WriteSet } from '../write-set.ts'
import type { Statement } from './dialect.ts'
import { statementName } from './postgres-connection.ts'
import { expectFew } from './postgres-plans.ts'

type ColumnType = 'text' | 'integer' | 'bigint' | 'document'

/**
 * What is sent of each kind of write, a parameter each. Names are those of the table's columns, but for `expected`, the revision that a row
 * must have.
 */
const COLUMNS = {
  insert: { tenant: 'text', id: 'text', revision: 'integer', document: 'document' },
  update: { tenant: 'text', id: 'text', expected: 'integer', revision: 'integer', document: 'document' },
  delete: { tenant: 'text', id: 'text', expected: 'integer' },
  unlink: { tenant: 'text', attribute: 'text', value: 'text', id: 'text' },
  link: { tenant: 'text', attribute: 'text', value: 'text', id: 'text' },
  total: { tenant: 'text', resource: 'text', total: 'bigint' },
  remember: {
    tenant: 'text',
    scope: 'text',
    key: 'text',
    fingerprint: 'text',
    kind: 'text',
    id: 'text',
    revision: 'integer',
    document: 'document',
    created_at: 'bigint'
  },
  event: {
    tenant: 'text',
    id: 'text',
    resource: 'text',
    resource_id: 'text',
    kind: 'text',
    revision: 'integer',
    changed_paths: 'text',
    actor: 'text',
    correlation_id: 'text',
    traceparent: 'text',
    at: 'text',
    document: 'document'
  },
  schedule: { tenant: 'text', kind: 'text', id: 'text', due_at_ms: 'bigint' },
  unschedule: { tenant: 'text', kind: 'text', id: 'text' }
} as const satisfies Record<string, Readonly<Record<string, ColumnType>>>

type Kind = keyof typeof COLUMNS

type Value = string | number | undefined

interface Rows {
  readonly kind: Kind
  /** Empty where there is only one. */
  readonly table: string
  /** The values of each column. */
  readonly columns: readonly Value[][]
}

/**
 * Everything that several pieces of work write, as one statement: one round trip, one transaction. Rows travel as one array a column; the
 * statement's text depends only on which tables are written and how, so it is prepared once.
 */
export function batchStatement(batch: readonly WriteSet[], nowMs: number): Statement & { readonly name?: string } {
  const parts = collect(batch, nowMs)
  const shape = parts.map(({ kind, table }) => `${kind} ${table}`).join(',')
  const text = texts.get(shape) ?? made(shape, textOf(parts))
  return { ...text, parameters: parts.flatMap(parametersOf) }
}

/** Every name is kept by each connection, and its plan by the database: beyond these there are none. */
function made(shape: string, sql: string): Text {
  if (texts.size >= MAX_NAMED) return { sql }
  const text = { name: statementName(sql), sql }
  texts.set(shape, text)
  return text
}

const MAX_NAMED = 200
/** By which tables are written and how. Which go together is a matter of what comes together: a few dozen mostly. */
const texts = new Map<string, Text & { readonly name: string }>()

interface Text {
  readonly name?: string
  readonly sql: string
}

function collect(batch: readonly WriteSet[], nowMs: number): Rows[] {
  const parts = new Map<string, Rows>()
  const add: Add = (kind, table, row) => {
    const key = `${table} ${kind}`
    let part = parts.get(key)
    if (!part) {
      part = { kind, table, columns: row.map(() => []) }
      parts.set(key, part)
    }
    for (let index = 0; index < row.length; index++) part.columns[index]!.push(row[index])
  }
  const locked: { readonly key: string; readonly kind: Kind; readonly table: string; readonly row: readonly Value[] }[] = []
  const totals = new Map<string, { readonly tenant: string; readonly resource: string; change: number }>()
  const work = new Map<string, { readonly tenant: string; readonly row: WorkRow }>()
  for (const writes of batch) {
    const { tenant } = writes
    for (const table of writes.tables()) {
      addTable(add, tenant, table)
      for (const { before, stored } of table.updates) {
        const row = [tenant, before.id, before.revision, stored.revision, stored.document]
        locked.push({ key: `${tenant} ${before.id}`, kind: 'update', table: table.table, row })
      }
      for (const { id, revision } of table.deletes) {
        locked.push({ key: `${tenant} ${id}`, kind: 'delete', table: table.table, row: [tenant, id, revision] })
      }
      const resource = table.definition.name
      const key = `${tenant} ${resource}`
      const total = totals.get(key) ?? { tenant, resource, change: 0 }
      total.change += table.inserts.length - table.deletes.length
      totals.set(key, total)
    }
    for (const event of writes.events) add('event', '', eventRow(tenant, event))
    for (const row of writes.work) work.set(`${tenant} ${row.kind} ${row.id}`, { tenant, row })
    for (const row of writes.remembered) add('remember', '', rememberedRow(tenant, row, nowMs))
  }
  // Everybody locks rows in the same order: otherwise two would wait for each other, until PostgreSQL finds out a second later.
  for (const { kind, table, row } of locked.sort((a, b) => (a.key < b.key ? -1 : 1))) add(kind, table, row)
  for (const { tenant, resource, change } of totals.values()) if (change !== 0) add('total', '', [tenant, resource, change])
  for (const [, { tenant, row }] of [...work].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const { kind, id, dueAtMs } = row
    if (dueAtMs === undefined) add('unschedule', '', [tenant, kind, id])
    else add('schedule', '', [tenant, kind, id, dueAtMs])
  }
  return [...parts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, part]) => part)
}

/** @param row in the order of `COLUMNS` */
type Add = (kind: Kind, table: string, row: readonly Value[]) => void

function addTable(add: Add, tenant: string, { table, inserts, linksRemoved, linksAdded }: TableWrites): void {
  for (const { stored } of inserts) add('insert', table, [tenant, stored.id, stored.revision, stored.document])
  for (const { attribute, value, id } of linksRemoved) add('unlink', table, [tenant, attribute, value, id])
  for (const { attribute, value, id } of linksAdded) add('link', table, [tenant, attribute, value, id])
}

function rememberedRow(tenant: string, { request, outcome }: RememberedRow, nowMs: number): Value[] {
  const { scope, key, fingerprint } = request
  const { id, revision, document } = outcome.stored
  return [tenant, scope, key, fingerprint, outcome.kind, id, revision, document, nowMs]
}

function eventRow(tenant: string, event: DomainEvent): Value[] {
  const { id, resource, resourceId, kind, revision, changedPaths, actor, correlationId, traceparent, at, document } = event
  const paths = JSON.stringify(changedPaths)
  return [tenant, id, resource, resourceId, kind, revision, paths, actor, correlationId, traceparent, at, document]
}

/**
 * Documents travel as one text, a line each: in JSON a line's end within a text is written otherwise, so nothing needs to be escaped, which
 * takes longer on both sides than all that the other columns cost.
 */
function parametersOf({ kind, columns }: Rows): unknown[] {
  const types = Object.values(COLUMNS[kind])
  return columns.map((values, index) => (types[index] === 'document' ? values.map(inOneLine).join('\n') : values))
}

/** Between its tokens JSON may have a line's end, if somebody else has written it: a blank means the same. */
function inOneLine(document: Value): string {
  const text = String(document)
  return text.includes('\n') ? text.replaceAll('\n', ' ') : text
}

/** Fewer rows written than sent means that somebody else was first. */
const GUARDED: readonly Kind[] = ['update', 'delete', 'remember']

function textOf(parts: readonly Rows[]): string {
  const steps: string[] = []
  const guards: string[] = []
  let place = 1
  for (const [index, { kind, table }] of parts.entries()) {
    const isGuarded = GUARDED.includes(kind)
    steps.push(`p${index} as (${step(kind, table, place)}${isGuarded ? ' returning 1' : ''})`)
    if (isGuarded) guards.push(`crm_expect((select count(*) from p${index}), cardinality($${place}::text[]))`)
    place += Object.keys(COLUMNS[kind]).length
  }
  return `with ${steps.join(', ')} select ${guards.join(' and ') || 'true'}`
}

const keyed = expectFew('v.id')

/** @param place of its first parameter */
function step(kind: Kind, table: string, place: number): string {
  const names = Object.keys(COLUMNS[kind]).join(', ')
  const from = sent(kind, place)
  switch (kind) {
    case 'insert':
      return `insert into "${table}" (${names}) select tenant, id, revision, document::jsonb from ${from}`
    case 'update':
      return `update "${table}" r set revision = v.revision, document = v.document::jsonb from ${from}
        where ${keyed} and r.tenant = v.tenant and r.id = v.id and r.revision = v.expected`
    case 'delete':
      return `delete from "${table}" r using ${from}
        where ${keyed} and r.tenant = v.tenant and r.id = v.id and r.revision = v.expected`
    case 'unlink':
      return `delete from "${linkTable(table)}" l using ${from}
        where ${keyed} and l.tenant = v.tenant and l.attribute = v.attribute and l.value = v.value and l.id = v.id`
    case 'link':
      return `insert into "${linkTable(table)}" (${names}) select ${names} from ${from}`
    case 'total':
      return `insert into resource_total (${names}) select ${names} from ${from}`
    case 'event':
      // Positions are taken in the order in which the rows were sent: nothing is joined with them.
      return `insert into event (${names}) select ${names} from ${from}`
    case 'schedule':
      return `insert into due_work (${names}, claimable_at_ms, attempts) select ${names}, due_at_ms, 0 from ${from}
        on conflict (tenant, kind, id) do update set due_at_ms = excluded.due_at_ms, claimable_at_ms = excluded.claimable_at_ms, attempts = 0`
    case 'unschedule':
      return `delete from due_work w using ${from} where ${keyed} and w.tenant = v.tenant and w.kind = v.kind and w.id = v.id`
    case 'remember':
      return `insert into remembered_answer (${names}) select ${names} from ${from}
        on conflict (tenant, scope, key) do update set fingerprint = excluded.fingerprint, kind = excluded.kind, id = excluded.id,
          revision = excluded.revision, document = excluded.document, created_at = excluded.created_at
        where remembered_answer.created_at <= excluded.created_at - ${IDEMPOTENCY_RETENTION_MS}`
    default:
      return kind satisfies never
  }
}

/** The rows that were sent, as an item of FROM with the alias `v`. */
function sent(kind: Kind, place: number): string {
  const columns = Object.entries<ColumnType>(COLUMNS[kind])
  const arrays = columns.map(([, type], index) =>
    type === 'document' ? `string_to_array($${place + index}, E'\\n')` : `$${place + index}::${type}[]`
  )
  return `unnest(${arrays.join(', ')}) as v (${columns.map(([name]) => name).join(', ')})`
}
