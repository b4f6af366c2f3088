import { type DomainEvent, IDEMPOTENCY_RETENTION_MS } from '@crm-lite/domain'
import { linkTable } from '../table-names.ts'
import type { RememberedRow, TableWrites, WorkRow, WriteSet } from '../write-set.ts'
import type { Statement } from './dialect.ts'
import { statementName } from './postgres-connection.ts'

type Kind = 'insert' | 'update' | 'delete' | 'unlink' | 'link' | 'total' | 'remember' | 'event' | 'schedule' | 'unschedule'

interface Rows {
  readonly kind: Kind
  /** Empty where there is only one. */
  readonly table: string
  /** Whose rows these are; empty where they are not those of one resource. */
  readonly resource: string
  /** Each a JSON object's text. */
  readonly rows: string[]
}

/**
 * Everything that several pieces of work write, as one statement: one round trip, one transaction. Rows travel as one JSON parameter a
 * table and kind; the statement's text depends only on which of these there are, so it is prepared once.
 */
export function batchStatement(batch: readonly WriteSet[], nowMs: number): Statement & { readonly name: string } {
  const parts = collect(batch, nowMs)
  const shape = parts.map(({ kind, table }) => `${kind} ${table}`).join(',')
  let text = texts.get(shape)
  if (!text) {
    const sql = textOf(parts)
    text = { name: statementName(sql), sql }
    texts.set(shape, text)
  }
  return { ...text, parameters: parts.map(({ rows }) => `[${rows.join(',')}]`) }
}

/** By which tables are written and how: a few dozen at most. */
const texts = new Map<string, { readonly name: string; readonly sql: string }>()

function collect(batch: readonly WriteSet[], nowMs: number): Rows[] {
  const parts = new Map<string, Rows>()
  const add: Add = (kind, { table, resource }, row) => {
    const key = `${kind} ${table}`
    const part = parts.get(key)
    if (part) part.rows.push(row)
    else parts.set(key, { kind, table, resource, rows: [row] })
  }
  const totals = new Map<string, number>()
  const work = new Map<string, WorkRow>()
  for (const writes of batch) {
    const tenant = JSON.stringify(writes.tenant)
    const tables = writes.tables()
    for (const table of tables) {
      addTable(add, tenant, table)
      const key = `${tenant},"n":${JSON.stringify(table.resource)}`
      totals.set(key, (totals.get(key) ?? 0) + table.inserts.length - table.deletes.length)
    }
    for (const event of writes.events) add('event', noTable, eventRow(tenant, event, !isWritten(event, tables)))
    for (const row of writes.work) work.set(`"t":${tenant},"k":"${row.kind}","i":${JSON.stringify(row.id)}`, row)
    for (const row of writes.remembered) add('remember', noTable, rememberedRow(tenant, row, nowMs))
  }
  for (const [key, change] of totals) if (change !== 0) add('total', noTable, `{"t":${key},"c":${change}}`)
  for (const [key, { dueAtMs }] of [...work].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (dueAtMs === undefined) add('unschedule', noTable, `{${key}}`)
    else add('schedule', noTable, `{${key},"d":${dueAtMs}}`)
  }
  return [...parts.values()].sort((a, b) => (`${a.table} ${a.kind}` < `${b.table} ${b.kind}` ? -1 : 1))
}

type Add = (kind: Kind, of: Pick<Rows, 'table' | 'resource'>, row: string) => void

const noTable = { table: '', resource: '' }

/** Whether an event tells of a resource just as it is written: its document need not travel twice. */
function isWritten({ resource, resourceId, revision, document }: DomainEvent, tables: readonly TableWrites[]): boolean {
  const of = tables.find(each => each.resource === resource)
  return (
    of !== undefined &&
    [...of.inserts, ...of.updates].some(
      each => each.id === resourceId && each.revision === revision && each.document === document
    )
  )
}

function addTable(add: Add, tenant: string, writes: TableWrites): void {
  for (const { id, revision, document } of writes.inserts)
    add('insert', writes, `{"t":${tenant},"i":${JSON.stringify(id)},"r":${revision},"d":${document}}`)
  for (const { id, expected, revision, document } of writes.updates) {
    add('update', writes, `{"t":${tenant},"i":${JSON.stringify(id)},"e":${expected},"r":${revision},"d":${document}}`)
  }
  for (const { id, expected } of writes.deletes)
    add('delete', writes, `{"t":${tenant},"i":${JSON.stringify(id)},"e":${expected}}`)
  for (const link of writes.linksRemoved) add('unlink', writes, linkRow(tenant, link))
  for (const link of writes.linksAdded) add('link', writes, linkRow(tenant, link))
}

function linkRow(tenant: string, { attribute, value, id }: { attribute: string; value: string; id: string }): string {
  return `{"t":${tenant},"a":"${attribute}","v":${JSON.stringify(value)},"i":${JSON.stringify(id)}}`
}

function rememberedRow(tenant: string, { request, outcome }: RememberedRow, nowMs: number): string {
  const { stored } = outcome
  const rest = JSON.stringify({
    s: request.scope,
    k: request.key,
    f: request.fingerprint,
    o: outcome.kind,
    i: stored.id,
    r: stored.revision,
    d: stored.document,
    c: nowMs
  })
  return `{"t":${tenant},${rest.slice(1)}`
}

/** Fewer rows written than sent means that somebody else was first. */
const GUARDED: readonly Kind[] = ['update', 'delete', 'remember']

function eventRow(tenant: string, { document, ...event }: DomainEvent, withDocument: boolean): string {
  const rest = JSON.stringify({ ...event, changedPaths: JSON.stringify(event.changedPaths) })
  return `{"t":${tenant},${withDocument ? `"d":${document},` : ''}${rest.slice(1)}`
}

function textOf(parts: readonly Rows[]): string {
  const written = parts.flatMap((part, index) =>
    hasDocuments(part) ? [`w${index} as (select * from jsonb_to_recordset($${index + 1}::jsonb) as v(${documentColumns}))`] : []
  )
  const steps = parts.map((part, index) => {
    const source = part.kind === 'event' ? documentsOf(parts) : `w${index}`
    return `p${index} as (${step(part, `$${index + 1}::jsonb`, source)} returning 1)`
  })
  const guarded = parts.flatMap(({ kind }, index) =>
    GUARDED.includes(kind) ? [`crm_expect((select count(*) from p${index}), jsonb_array_length($${index + 1}::jsonb))`] : []
  )
  return `with ${[...written, ...steps].join(', ')} select ${guarded.length > 0 ? guarded.join(' and ') : 'true'}`
}

const documentColumns = 't text, i text, e integer, r integer, d jsonb'

function hasDocuments({ kind }: Rows): boolean {
  return kind === 'insert' || kind === 'update'
}

/** Every resource that is written, for the events that tell of it. */
function documentsOf(parts: readonly Rows[]): string {
  const selects = parts.flatMap((part, index) =>
    hasDocuments(part) ? [`select '${part.resource}' as n, t, i, r, d from w${index}`] : []
  )
  return selects.length > 0
    ? `(${selects.join(' union all ')})`
    : '(select null as n, null as t, null as i, null::integer as r, null::jsonb as d)'
}

/**
 * Holds for every row, and has PostgreSQL expect one of a hundred. What is written is found by its key then, in a plan that is kept, too:
 * one for a hundred rows, made while a table was small, would read all of it for each statement when it no longer is.
 */
const keyed = "v.i || '' = v.i"

/** @param written where the documents are read from that this step, or another one, writes */
function step({ kind, table }: Rows, parameter: string, written: string): string {
  const from = (columns: string) => `jsonb_to_recordset(${parameter}) as v(${columns})`
  switch (kind) {
    case 'insert':
      return `insert into "${table}" (tenant, id, revision, document) select t, i, r, d from ${written}`
    case 'update':
      return `update "${table}" r set revision = v.r, document = v.d from ${written} v
        where ${keyed} and r.tenant = v.t and r.id = v.i and r.revision = v.e`
    case 'delete':
      return `delete from "${table}" r using ${from('t text, i text, e integer')}
        where ${keyed} and r.tenant = v.t and r.id = v.i and r.revision = v.e`
    case 'unlink':
      return `delete from "${linkTable(table)}" l using ${from('t text, a text, v text, i text')}
        where ${keyed} and l.tenant = v.t and l.attribute = v.a and l.value = v.v and l.id = v.i`
    case 'link':
      return `insert into "${linkTable(table)}" (tenant, attribute, value, id) select t, a, v, i from ${from('t text, a text, v text, i text')}`
    case 'total':
      return `insert into resource_total (tenant, resource, total) select t, n, c from ${from('t text, n text, c bigint')}`
    case 'event':
      return `insert into event (id, tenant, resource, resource_id, kind, revision, changed_paths, actor, correlation_id, traceparent, at, document)
        select v.id, v.t, resource, "resourceId", kind, revision, "changedPaths", actor, "correlationId", traceparent, at, coalesce(v.d, w.d)
        from rows from (jsonb_to_recordset(${parameter}) as (${eventColumns})) with ordinality as v
        left join ${written} w on v.d is null and w.n = v.resource and w.t = v.t and w.i = v."resourceId" and w.r = v.revision
        order by v.ordinality`
    case 'schedule':
      return `insert into due_work (tenant, kind, id, due_at_ms, claimable_at_ms, attempts)
        select t, k, i, d, d, 0 from ${from('t text, k text, i text, d bigint')}
        on conflict (tenant, kind, id) do update set due_at_ms = excluded.due_at_ms, claimable_at_ms = excluded.claimable_at_ms, attempts = 0`
    case 'unschedule':
      return `delete from due_work w using ${from('t text, k text, i text')}
        where ${keyed} and w.tenant = v.t and w.kind = v.k and w.id = v.i`
    case 'remember':
      return `insert into remembered_answer (tenant, scope, key, fingerprint, kind, id, revision, document, created_at)
        select t, s, k, f, o, i, r, d, c from ${from('t text, s text, k text, f text, o text, i text, r integer, d text, c bigint')}
        on conflict (tenant, scope, key) do update set fingerprint = excluded.fingerprint, kind = excluded.kind, id = excluded.id,
          revision = excluded.revision, document = excluded.document, created_at = excluded.created_at
        where remembered_answer.created_at <= excluded.created_at - ${IDEMPOTENCY_RETENTION_MS}`
    default:
      return kind satisfies never
  }
}

const eventColumns = `t text, id text, resource text, "resourceId" text, kind text, revision integer, "changedPaths" text, actor text,
  "correlationId" text, traceparent text, at text, d jsonb`
